// SPDX-License-Identifier: Apache-2.0
import type { Execution } from "@sotto/contract-test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DevChain } from "@sotto/contract-test";
import { credentialOf, DAY, NO, Stage, YES } from "./stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open({ holders: ["anna", "bert"] });
});
afterAll(() => stage.close());

const CASTS = 10_000;
const IN_A_BLOCK = 250;

describe("10,000 casts", () => {
  it("cost the same each, and are tallied in steps below 1,000,000 gas", async () => {
    const poll = await stage.listPoll({ anna: 1n, bert: 1n });
    await stage.register("anna", poll, credentialOf(1));
    const t=Date.now();
    const gas = new Set<number>();
    for (let sent = 1; sent <= 1000; sent ++) {
      const e = await stage.cast("carrier", poll, credentialOf(1 + sent % 3), sent % 2 === 0 ? YES : NO);
      gas.add(e.gasUsed);
    }
    console.log(gas, Date.now()-t);
    stage.chain.time.advance(2 * DAY);
    console.log((await stage.simple("anyone", "freeze", poll)).gasUsed);
    for (;;) {
      const e = await stage.simple("anyone", "tally", poll);
      console.log(e.gasUsed, e.error, new TextDecoder().decode(e.data));
      if (e.json<any>().tally.status === "done") break;
    }
    console.log(Date.now()-t);
  }, 120_000);
  it("1024", async () => {
    const poll = await stage.listPoll({ anna: 1n, bert: 1n }, { maxVoters: 1024});
    await stage.register("anna", poll, credentialOf(1));
    for (let sent = 1; sent <= 300; sent ++) {
      const e = await stage.cast("carrier", poll, credentialOf(1 + sent % 3), sent % 2 === 0 ? YES : NO);
    }
    stage.chain.time.advance(2 * DAY);
    console.log((await stage.simple("anyone", "freeze", poll)).gasUsed);
    for (;;) {
      const e = await stage.simple("anyone", "tally", poll);
      console.log(e.gasUsed, e.error, new TextDecoder().decode(e.data));
      if (e.json<any>().tally.status === "done") break;
    }
    console.log(stage.chain.gasReport().filter(r=>r.message!=="x"));
  }, 120_000);
});
