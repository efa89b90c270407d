// SPDX-License-Identifier: Apache-2.0
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { installNode24 } from "../../tools/node24/install.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const script = ["--import", "./tools/example/register.mjs", "test/determinism/main.ts"];

interface Transcript {
  readonly lines: readonly string[];
  /** The first line that it prints on standard error: versions. */
  readonly self: string;
}

/** The transcript that a new Node process prints. */
function transcript(
  node: string,
  flags: readonly string[],
  workload: "whole" | "small",
  env = {},
): Promise<Transcript> {
  const child = spawn(node, [...flags, ...script, workload], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let problem = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    problem += text;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (code === 0) resolve({ lines: out.split("\n"), self: problem });
      else reject(new Error(`${node} ${flags.join(" ")} ended with ${code ?? signal}: ${problem.slice(-2000)}`));
    });
  });
}

function expectSame(lines: readonly string[], wanted: readonly string[]): void {
  const at = lines.findIndex((line, i) => line !== wanted[i]);
  if (at !== -1) expect(lines.slice(at, at + 5)).toEqual(wanted.slice(at, at + 5));
  expect(lines.length).toBe(wanted.length);
}

let node24 = "";
beforeAll(() => {
  node24 = installNode24();
});

describe("this Node and Node 24", () => {
  let here: Transcript;
  beforeAll(async () => {
    here = await transcript(process.execPath, [], "whole");
  });

  it("print the same hashes, gas, errors and query answers for the whole workload", async () => {
    const there = await transcript(node24, [], "whole");
    expect(there.self).toContain("node v24.");
    expect(here.self).toContain(`node ${process.version},`);
    expect(here.lines.length).toBeGreaterThan(900);
    expect(here.lines.at(-2)).toMatch(/^end \d+ [0-9a-f]{64}$/);
    expectSame(there.lines, here.lines);
  });

  it("print the same without the native secp256k1", async () => {
    const there = await transcript(process.execPath, ["--import", "./test/determinism/withoutBinding.mjs"], "whole");
    expect(there.self).toContain("secp256k1 wasm");
    expectSame(there.lines, here.lines);
  });
});

describe("the engine's part of the workload", () => {
  let plain: readonly string[];
  beforeAll(async () => {
    plain = (await transcript(process.execPath, [], "small")).lines;
  });

  // Each changes a condition that must not affect a contract: time and choice of the compiler, kind
  // of bounds checks, size of the native stack, locale and time zone of the machine.
  const configurations: readonly (readonly [string, { flags: readonly string[]; env?: object; both?: boolean }])[] = [
    ["the baseline compiler alone", { flags: ["--liftoff-only"], both: true }],
    ["the optimizing compiler alone", { flags: ["--no-liftoff"], both: true }],
    ["eager tier-up", { flags: ["--no-wasm-dynamic-tiering"] }],
    ["tier-up at the first chance", { flags: ["--wasm-tiering-budget=1"] }],
    ["explicit bounds checks", { flags: ["--wasm-enforce-bounds-checks"] }],
    [
      "twice the native stack, in another place",
      {
        flags: [],
        env: { CONTRACT_STACK_MB: "1024", TZ: "Asia/Kathmandu", LC_ALL: "tr_TR.UTF-8", LANG: "tr_TR.UTF-8" },
        both: true,
      },
    ],
  ];
  it.each(configurations)("is the same with %s", async (_name, { flags, env = {}, both = false }) => {
    const nodes = both ? [process.execPath, node24] : [process.execPath];
    const all = await Promise.all(nodes.map((node) => transcript(node, flags, "small", env)));
    expect(plain.length).toBeGreaterThan(300);
    for (const { lines } of all) expectSame(lines, plain);
  });
});
