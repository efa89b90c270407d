// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from "node:child_process";
import { Worker } from "node:worker_threads";
import { EnvironmentFault } from "@sotto/errors";
import { expect, test } from "vitest";
import { assertNativeStack, NATIVE_STACK_MB } from "../src/nativeStack.ts";

const ENGINE = JSON.stringify(new URL("../dist/index.js", import.meta.url).href);
const CHECK = JSON.stringify(new URL("../../check/dist/index.js", import.meta.url).href);
/** Compiles the smallest module and lends an instance of it. */
const RUN = `Promise.all([import(${ENGINE}), import(${CHECK})]).then(([{ createEngine }, { checkModule }]) => {
  const compiled = createEngine().compile(checkModule(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)), {});
  compiled.acquire(1);
  return "lent";
}).catch(String)`;

const inThread = (stackSizeMb?: number): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const code = `${RUN}.then((said) => require("node:worker_threads").parentPort.postMessage(said));`;
    const worker = new Worker(code, { eval: true, resourceLimits: stackSizeMb === undefined ? {} : { stackSizeMb } });
    worker.on("message", resolve);
    worker.on("error", reject);
  });

test("an engine lends instances only on a thread with the native stack that contracts need", async () => {
  expect(await inThread()).toMatch(
    /EnvironmentFault: .*512 MiB of native stack, and this one has 4 MiB: start a worker/,
  );
  expect(await inThread(NATIVE_STACK_MB - 1)).toMatch(/this one has 511 MiB/);
  expect(await inThread(NATIVE_STACK_MB)).toBe("lent");
  expect(() => assertNativeStack()).not.toThrow(EnvironmentFault);
});

test("and never on the first thread of a process, whatever V8 is told of its stack", () => {
  const script = `${RUN}.then(console.log)`;
  for (const flags of [[], ["--stack-size=1000000"]]) {
    const { stdout } = spawnSync(process.execPath, [...flags, "-e", script], { encoding: "utf8" });
    expect(stdout).toMatch(/EnvironmentFault: .*this is the first thread of the process/);
  }
});

test("a thread really has the stack that it names", async () => {
  const fill = `let levels = 0; const f = () => { levels++; f(); }; try { f(); } catch {}
    require("node:worker_threads").parentPort.postMessage(levels);`;
  const levels = (stackSizeMb: number): Promise<number> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(fill, { eval: true, resourceLimits: { stackSizeMb } });
      worker.on("message", resolve);
      worker.on("error", reject);
    });
  const [small, large] = [await levels(8), await levels(NATIVE_STACK_MB)];
  expect(large / small).toBeGreaterThan((0.7 * NATIVE_STACK_MB) / 8);
});
