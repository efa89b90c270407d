// SPDX-License-Identifier: Apache-2.0
import { type Contract, DevChain, type Execution } from "@sotto/contract-test";
import { describe, expect, it } from "vitest";
import { credentialOf, DAY, NO, Stage, YES } from "./stage.ts";

const CASTS = 10_000;
const IN_A_BLOCK = 250;

describe("10,000 casts", () => {
  it("cost the same each, and are tallied in steps below 1,000,000 gas", async () => {
    const stage = await Stage.open();
    const poll = await stage.listPoll({ anna: 1n, bert: 1n });
    await stage.register("anna", poll, credentialOf(1));
    const t = Date.now();
    const packed = [];
    for (let i = 0; i < 1000; i++) packed.push(stage.cast("carrier", poll, credentialOf(i % 3), i % 2 === 0 ? YES : NO));
    console.log("sent", Date.now() - t);
    await Promise.all(packed);
    console.log("done", Date.now() - t);
    const prepared = Array.from({ length: 100 }, (_, i) => ({ contract: stage.ballot, msg: stage.castMessage("carrier", poll, credentialOf(i % 3), YES) }));
    const t2 = Date.now();
    const e = await stage.chain.as("carrier").run(prepared, { gas: 9_000_000 });
    console.log("100 in one tx", Date.now() - t2, e.gasUsed);
    stage.close();
  }, 120_000);
});
