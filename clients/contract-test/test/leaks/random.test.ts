// SPDX-License-Identifier: Apache-2.0
/** Contracts without leaks, over many random secrets: nothing is reported. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { randomOf, SEED } from "../../../../tools/tests/seed.mjs";
import { leakMatchers, leaks } from "../../src/leaks/index.ts";
import { type Leaky, openLeaky, peek, planted } from "./leaky.ts";

expect.extend(leakMatchers);

const RUNS = 1_000;
const LIMIT_MS = 300_000;

let leaky: Leaky;
beforeAll(async () => {
  leaky = await openLeaky();
});
afterAll(() => leaky.chain.close());

/**
 * Cures for readers only: evaporation is not exact for a host, and reading JSON is not constant
 * work.
 */
const READERS_ONLY = new Set(["evaporated", "message_length"]);

describe("messages without a leak", () => {
  it(`show nothing over ${RUNS} runs with random secrets (seed ${SEED})`, { timeout: LIMIT_MS }, async () => {
    const random = randomOf(SEED);
    const secret = () => Math.floor(random() * 10 ** Math.ceil(random() * 12));
    const names = Object.keys(planted);
    const user = { user: "eve", queries: [peek(leaky, true)] };
    for (let i = 0; i < RUNS; i++) {
      const name = names[i % names.length] ?? "";
      const run = planted[name];
      if (run === undefined) throw new Error(`no run ${name}`);
      const a = secret();
      let b = secret();
      // Messages of equal lengths are the same for `message_length`.
      while (b % 50 === a % 50) b = secret();
      const seenBy = [READERS_ONLY.has(name) ? ("reader" as const) : ("host" as const), user];
      const report = await leaks(leaky.chain, run(leaky, a, true), run(leaky, b, true), { seenBy });
      expect(report, `${name} with ${a} and ${b}`).toRevealNothing();
    }
  });
});
