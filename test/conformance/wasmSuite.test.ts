import { createEngine } from "@sotto/engine";
import { createInterpreter } from "@sotto/interpreter";
import { expect, test } from "vitest";
import { loadSuite, runFile } from "./wasmSuite.ts";
const suite = loadSuite();
const engines = { fast: createEngine({ slackPages: 0 }), slow: createInterpreter({ slackPages: 0 }), fastSlack: createEngine(), slowSlack: createInterpreter() };
test("x", () => {
  for (const [name, engine] of Object.entries(engines)) {
    let agreed = 0; const t = performance.now();
    const inapplicable = new Map();
    for (const [file, { commands }] of Object.entries(suite.files)) {
      const r = runFile(engine, commands);
      agreed += r.agreed;
      for (const d of r.differing) console.log(name, file, d);
      for (const [k, n] of r.inapplicable) inapplicable.set(`${k}`, (inapplicable.get(`${k}`) ?? 0) + n);
    }
    console.log(name, agreed, inapplicable, performance.now() - t);
  }
});
