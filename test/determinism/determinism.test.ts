// SPDX-License-Identifier: Apache-2.0
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromUtf8, toHex } from "@sotto/bytes";
import { sha256 } from "@sotto/crypto";
import { workerChannel } from "@sotto/transport";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { differs, GOLDEN, type Golden, goldenOf } from "./golden.ts";
import { RecordedChain, type RecordedOptions, SEED } from "./recordedChain.ts";
import { tinyWorkload, wholeWorkload } from "./workload.ts";

const folder = mkdtempSync(join(tmpdir(), "sotto-determinism-"));
/** The run that all others are compared with; its log stays for the replay. */
let first: RecordedChain;

beforeAll(() => {
  first = new RecordedChain({ path: join(folder, "first") });
  wholeWorkload(first);
});
afterAll(() => {
  first.close();
  rmSync(folder, { recursive: true, force: true });
});

function run(options: RecordedOptions = {}): RecordedChain {
  const chain = new RecordedChain(options);
  wholeWorkload(chain);
  chain.close();
  return chain;
}

const hashes = (chain: RecordedChain) => chain.blocks.map(({ appHash, resultsHash }) => `${appHash} ${resultsHash}`);

/** Compares and shows the first lines that differ. */
function expectSame(chain: RecordedChain): void {
  const at = chain.lines.findIndex((line, i) => line !== first.lines[i]);
  if (at !== -1) expect(chain.lines.slice(at, at + 5)).toEqual(first.lines.slice(at, at + 5));
  expect(chain.lines.length).toBe(first.lines.length);
  expect(hashes(chain)).toEqual(hashes(first));
}

describe("the recorded workload", () => {
  it("reaches its cases: all outcomes, both generations, the limits of stack, memory and gas", () => {
    const has = (pattern: RegExp) => first.lines.filter((line) => pattern.test(line)).length;
    expect(first.blocks.length).toBeGreaterThan(80);
    expect(has(/ (sdk|compute)\/\d+ gas /)).toBeGreaterThan(200);
    expect(has(/: \/0 gas /)).toBeGreaterThan(200);
    for (const generation of ["v1", "v010"]) {
      expect(has(new RegExp(`^ {2}${generation} loop .* sdk/11 .*wasm contract`))).toBeGreaterThan(15);
      expect(has(new RegExp(`^ {2}${generation} recurse engine .*: /0`))).toBeGreaterThan(2);
      expect(
        has(new RegExp(`^ {2}${generation} recurse engine .* compute/3 .*run out of space on the stack`)),
      ).toBeGreaterThan(2);
      expect(has(new RegExp(`^ {2}${generation} alloc .*: /0`))).toBeGreaterThan(2);
      expect(has(new RegExp(`^ {2}${generation} alloc .* compute/3 .*panicked`))).toBeGreaterThan(2);
      expect(has(new RegExp(`^ {2}${generation} panic .*the contract panicked`))).toBe(3);
      expect(has(new RegExp(`^ {2}${generation} count .*: /0`))).toBeGreaterThan(3);
      expect(has(new RegExp(`^ {2}${generation} count .* sdk/11`))).toBeGreaterThan(3);
    }
    expect(has(/^ {2}migrate .*: \/0/)).toBe(2);
    expect(has(/^ {2}sub .*: \/0/)).toBeGreaterThan(15);
    expect(has(/^ {2}random \d+ token: \/0/)).toBeGreaterThan(30);
  });

  it("is the same a second time in one process", () => {
    expectSame(run());
  });

  it("is the same when the node is restarted or loses the state of its last block, many times", () => {
    const every = (remainder: number) =>
      new Set(first.blocks.map(({ height }) => height).filter((h) => h % 13 === remainder));
    expectSame(run({ restartAfter: every(4), forgetAfter: every(2) }));
  });

  it("is the same with checks, simulations and queries between the blocks", () => {
    expectSame(run({ disturb: true }));
  });

  it("is the same when a node without any state replays the block log", () => {
    const path = join(folder, "replayed");
    cpSync(join(first.folder, "blocks"), join(path, "blocks"), { recursive: true });
    const replayed = new RecordedChain({ path });
    try {
      expect(replayed.height).toBe(first.height);
      expect(replayed.replayed().map(({ appHash, resultsHash }) => `${appHash} ${resultsHash}`)).toEqual(hashes(first));
      // Also logs, events and codespaces, which the hashes do not cover.
      for (let height = 1; height <= first.height; height++) {
        expect(toHex(sha256(replayed.results(height)))).toBe(toHex(sha256(first.results(height))));
      }
    } finally {
      replayed.close();
    }
  });

  it("is the same with the enclave in a worker thread", async () => {
    const channel = workerChannel(new URL(import.meta.resolve("@sotto/enclave/worker")), { spin: 2000 });
    try {
      expectSame(run({ openChannel: () => channel }));
    } finally {
      await channel.close();
    }
  });

  it("differs for another seed: the hashes cover encrypted data", () => {
    const tiny = (seed: Uint8Array) => {
      const chain = new RecordedChain({ seed });
      tinyWorkload(chain);
      chain.close();
      return chain.appHash;
    };
    expect(tiny(SEED)).toBe(tiny(SEED));
    expect(tiny(sha256(fromUtf8("another seed")))).not.toBe(tiny(SEED));
  });

  it("equals golden.json", () => {
    const golden: Golden = JSON.parse(readFileSync(GOLDEN, "utf8"));
    const difference = differs(golden, first.blocks);
    if (difference !== undefined) expect.fail(difference);
    expect(readFileSync(GOLDEN, "utf8")).toBe(goldenOf(first));
  });
});

describe("the golden file", () => {
  it("reports the first changed block and the meaning of the change", () => {
    const golden: Golden = JSON.parse(goldenOf(first));
    expect(differs(golden, first.blocks)).toBeUndefined();
    const changed = first.blocks.map((block, i) => (i < 40 ? block : { ...block, appHash: "00" }));
    expect(differs(golden, changed)).toMatch(
      /^Block 41 of the recorded workload has other state than .*STATE-BREAKING/s,
    );
    const results = first.blocks.map((block, i) => (i < 10 ? block : { ...block, resultsHash: "00" }));
    expect(differs(golden, results)).toMatch(/^Block 11 .* has other codes, data or gas than/);
    expect(differs(golden, first.blocks.slice(1))).toMatch(/^Block 2 /);
    expect(differs(golden, first.blocks.slice(0, -1))).toMatch(/STATE-BREAKING/);
  });
});
