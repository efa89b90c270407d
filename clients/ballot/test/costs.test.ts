// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { credentialOf, DAY, NO, Stage, YES } from "./stage.ts";

const MINUTE = 60_000;
const amount = (value: bigint) => value.toString().padStart(39, "0");

/** Freezes and tallies; the gas of each step. */
async function steps(stage: Stage, poll: bigint): Promise<number[]> {
  stage.chain.time.advance(2 * DAY);
  await stage.simple("anyone", "freeze", poll);
  const gas: number[] = [];
  for (let running = true; running; ) {
    const step = await stage.simple("anyone", "tally", poll);
    gas.push(step.gasUsed);
    running = step.json<{ tally: { status: string } }>().tally.status === "running";
  }
  return gas;
}

describe("costs", () => {
  // 10,000 votes: npm run bench -- votes.
  it(
    "1,000 casts cost the same each, and are tallied in steps below 1,000,000 gas",
    async () => {
      const stage = await Stage.open();
      const poll = await stage.listPoll({ anna: 1n, bert: 1n });
      await stage.register("anna", poll, credentialOf(1));
      const gas = [];
      for (let sent = 0; sent < 1_000; sent += 100) {
        const casts = Array.from({ length: 100 }, async (_, i) => {
          const msg = await stage.castMessage("carrier", poll, credentialOf(i % 3), i % 2 === 0 ? NO : YES);
          return { contract: stage.ballot, msg };
        });
        const { gasUsed } = await stage.chain.as("carrier").run(await Promise.all(casts), { gas: 5_000_000 });
        gas.push(gasUsed);
      }
      // The first transaction of an account stores its key. Later ones differ by digits of heights.
      const later = gas.slice(1);
      expect(Math.max(...later) - Math.min(...later)).toBeLessThan(250);
      expect(Math.max(...later) / 100).toBeLessThan(40_000);
      const tally = await steps(stage, poll);
      expect(tally.length).toBe(4);
      expect(Math.max(...tally)).toBeLessThan(300_000);
      expect(await stage.client("anyone").tally(poll)).toMatchObject({ totals: [amount(1n), amount(0n), amount(0n)] });
      stage.close();
    },
    MINUTE,
  );

  it(
    "a poll of 1,024 voters is tallied in steps below 1,000,000 gas",
    async () => {
      const stage = await Stage.open();
      const poll = await stage.listPoll({ anna: 1n }, { maxVoters: 1_024 });
      await stage.register("anna", poll, credentialOf(1));
      for (let sent = 0; sent < 600; sent += 100) {
        const cast = { contract: stage.ballot, msg: await stage.castMessage("carrier", poll, credentialOf(1), YES) };
        await stage.chain.as("carrier").run(new Array(100).fill(cast), { gas: 5_000_000 });
      }
      const tally = await steps(stage, poll);
      expect(tally.length).toBe(3);
      expect(Math.max(...tally)).toBeLessThan(700_000);
      stage.close();
    },
    MINUTE,
  );

  it("each message stays near what the README says", async () => {
    const stage = await Stage.open({ holders: ["anna"] });
    const poll = await stage.listPoll({ anna: 1n });
    const locks = await stage.client("organiser").createPoll(stage.lockTerms());
    await stage.register("anna", poll, credentialOf(1));
    await stage.cast("anna", poll, credentialOf(1), YES);
    await stage.lock("anna", locks, 5n);
    await stage.register("anna", locks, credentialOf(1));
    await steps(stage, poll);
    await steps(stage, locks);
    await stage.simple("anna", "unlock", locks);
    const { chain, ballot } = stage;
    const rows = chain
      .gasReport()
      .filter(({ contract }) => contract === ballot.label || contract === stage.token.label);
    const gas = Object.fromEntries(rows.map(({ message, min }) => [message, min]));
    const limits = {
      act: 46_000,
      send: 85_000,
      freeze: 44_000,
      tally: 120_000,
      unlock: 90_000,
    };
    for (const [message, limit] of Object.entries(limits)) expect(gas[message], message).toBeLessThan(limit);
    stage.close();
  });
});
