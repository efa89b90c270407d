// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createEngine, type Engine } from "@sotto/engine";
import { createInterpreter } from "@sotto/interpreter";
import { describe, expect, test } from "vitest";
import { loadSuite, runFile } from "./wasmSuite.ts";

/** Hash of the file that `cargo run --release` in tools/wasmsuite writes. */
const SHA256 = "51d9b49e95ca6df1941ce4d386e334f71d04c8fcff694ffff1c5de16b252292e";

/**
 * Cases that do not apply, by reason; another number means that the accepted modules have changed.
 */
const INAPPLICABLE = {
  // The validator reads bytes; only assemblers read text.
  "text format": 328,
  // Functions with floats, which tools/wasmsuite removes.
  float: 749,
  // Contracts import functions only, and instances are never linked to each other.
  linking: 33,
  "refused: import": 84,
  "refused: start": 15,
  // A module that imports a float global.
  "refused: float": 1,
  // Globals are read through functions.
  "global from outside": 3,
};

/** Cases that differ on purpose, besides those of SLACK. */
const DIFFERING = [
  // A contract never has more than 192 pages.
  "call.wast as-memory.grow-value(): -1 instead of 1",
  "call_indirect.wast as-memory.grow-value(): -1 instead of 1",
  // These modules share their table with a module that is refused because it imports the table.
  "elem.wast call-7(): trap uninitializedElement instead of 67",
  "elem.wast call-8(): 65 instead of 68",
  "elem.wast call-7(): trap uninitializedElement instead of 67",
  "elem.wast call-8(): 65 instead of 69",
  "elem.wast call-9(): 66 instead of 70",
  // There are no more than 192 pages.
  "memory_grow.wast grow(800): -1 instead of 3",
  "memory_grow.wast grow(1): 3 instead of 803",
];

/**
 * Files with accesses just after the logical end of memory, which the slack of pooled instances
 * allows.
 */
const SLACK = ["address.wast", "align.wast", "memory_grow.wast", "memory_trap.wast", "traps.wast"];

/** This file tests linking of instances, which contracts do not have. */
const LEFT_OUT = ["linking.wast"];

const suite = loadSuite();

function runSuite(engine: Engine) {
  let agreed = 0;
  const differing: string[] = [];
  const inapplicable = new Map<string, number>();
  for (const [file, { commands }] of Object.entries(suite.files)) {
    if (LEFT_OUT.includes(file)) continue;
    const report = runFile(engine, commands);
    agreed += report.agreed;
    for (const text of report.differing) differing.push(`${file} ${text}`);
    for (const [why, count] of report.inapplicable) inapplicable.set(why, (inapplicable.get(why) ?? 0) + count);
  }
  return { agreed, differing, inapplicable: Object.fromEntries(inapplicable) };
}

describe("the official test suite of WebAssembly 1.0 and sign extension", () => {
  test("is the one that tools/wasmsuite wrote", () => {
    const bytes = readFileSync(new URL("./wasm/suite.json", import.meta.url));
    expect(createHash("sha256").update(bytes).digest("hex")).toBe(SHA256);
  });

  test.each([
    ["the fast engine", () => createEngine({ slackPages: 0 })],
    ["the interpreter", () => createInterpreter({ slackPages: 0 })],
  ])("agrees with %s in every case that applies", (_, create) => {
    const { agreed, differing, inapplicable } = runSuite(create());
    expect(differing).toEqual(DIFFERING);
    expect(inapplicable).toEqual(INAPPLICABLE);
    expect(agreed).toBe(5_125);
  });

  test("differs under the rules of the chain only where memory has slack, and in the same way on both engines", () => {
    const fast = runSuite(createEngine());
    const slow = runSuite(createInterpreter());
    expect(fast).toEqual(slow);
    const others = fast.differing.filter((text) => !DIFFERING.includes(text));
    expect(others.filter((text) => !SLACK.some((file) => text.startsWith(file)))).toEqual([]);
  });
});
