// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { SEED } from "../../tools/tests/seed.mjs";
import { compareSeed, createEngines } from "./compare.mjs";
import { judgeMutant } from "./mutate.mjs";

/**
 * Up to 14 ms a module on a slow CI machine. All: SOTTO_MODULES=10000 npm test --
 * test/fuzz/engines.
 */
const MODULES = Number(process.env["SOTTO_MODULES"] ?? 4_000);
const MUTANTS = 10_000;
/** Beside those, which are always the same and reach every way to end. */
const OTHERS = 1_000;

function tally(count: number, judge: (seed: number) => Iterable<readonly [string, number]>): Map<string, number> {
  const total = new Map<string, number>();
  for (let seed = 1; seed <= count; seed++) {
    for (const [kind, times] of judge(seed)) total.set(kind, (total.get(kind) ?? 0) + times);
  }
  return total;
}

test(`both engines agree on result, trap, gas, memory and globals of ${MODULES} generated modules`, {
  timeout: 60_000 + MODULES * 60,
}, () => {
  const engines = createEngines();
  const total = tally(MODULES, (seed) => compareSeed(seed, engines));
  // The corpus is worth its time only while it reaches every way a call can end.
  const reached = [
    "number",
    "host host",
    "host region",
    "trap outOfGas",
    "trap stackOverflow",
    "trap unreachable",
    "trap memoryOutOfBounds",
    "trap tableOutOfBounds",
    "trap uninitializedElement",
    "trap indirectCallTypeMismatch",
    "trap divideByZero",
    "trap integerOverflow",
  ];
  for (const kind of reached) expect(total.get(kind) ?? 0, kind).toBeGreaterThan(0);
});

test("the validator and V8 agree on 10,000 damaged modules, but for its own narrower rules", {
  timeout: 300_000,
}, () => {
  const total = tally(MUTANTS, (seed) => [[judgeMutant(seed), 1]]);
  for (const verdict of ["accepted", "malformed", "invalid", "unsupported", "float"]) {
    expect(total.get(verdict) ?? 0, verdict).toBeGreaterThan(50);
  }
});

test("both hold for other modules with each seed of a run", { timeout: 120_000 }, () => {
  const engines = createEngines();
  for (let seed = SEED; seed < SEED + OTHERS; seed++) {
    // Throws where the engines, or validator and V8, differ.
    expect(compareSeed(seed, engines).size).toBeGreaterThan(0);
    expect(judgeMutant(seed)).not.toBe("");
  }
});
