// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { installNode22, installNode24 } from "../../tools/node24/install.mjs";
import { SEED } from "../../tools/tests/seed.mjs";
import { search, TIERS, tiersOf } from "./nativeStack.mjs";
import { KNOWN } from "./stack/known.mjs";

// The limit of native stack for a full chain of calls is the charge of vm/engine/src/rules.ts times
// this; the largest value found is 0.81. The threads have eight times the charge
// (vm/engine/src/nativeStack.ts).
const MOST = 1;
/** `node test/fuzz/nativeStack.mjs --minutes N` looks longer. */
const SEARCH_MS = 30_000;

test("no compiler of any Node makes a frame larger than what is charged for it", { timeout: 200_000 }, async () => {
  const here = Number(process.versions.node.split(".")[0]);
  const nodes = [
    { path: process.execPath, major: here },
    { path: installNode22(), major: 22 },
    { path: installNode24(), major: 24 },
  ].filter(({ major }, i, all) => all.findIndex((other) => other.major === major) === i);
  const { worst, measured, refused } = await search({ nodes, ms: SEARCH_MS, seed: SEED, starts: KNOWN });
  const said = `${worst.node}, ${worst.tier}: ${JSON.stringify(worst.shape)}`;
  expect(worst.share, said).toBeLessThan(MOST);
  // The search is useful only while it detects values that the optimiser keeps alive, and measures
  // most of its shapes. On a busy machine it ends before it knows good shapes to vary, and of new
  // random shapes about a third exceeds a limit or the gas.
  expect(worst.share).toBeGreaterThan(0.6);
  const tiers = nodes.reduce((sum, { major }) => sum + tiersOf(major).length, 0);
  expect(tiers).toBeGreaterThanOrEqual(2 * Object.keys(TIERS).length);
  expect(measured).toBeGreaterThanOrEqual(tiers * KNOWN.length);
  const lost = [...refused].reduce((sum, [, times]) => sum + times, 0);
  expect(lost, JSON.stringify([...refused])).toBeLessThan(measured / 2);
});
