// SPDX-License-Identifier: Apache-2.0
import { base64 } from "@scure/base";
import { leavesIn, searchLeaves, TransactionFailed } from "@sotto/contract-client";
import { connect } from "@sotto/contract-test";
import * as secretjs from "secretjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LogDiffers, leavesOf } from "../src/index.ts";
import { credentialOf, DAY, Stage, YES } from "./stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});
afterAll(() => stage.close());

const witnesses = (grace?: number) => ({
  addresses: ["wilma", "wanda", "willi"].map((name) => stage.address(name)),
  threshold: 2,
  ...(grace === undefined ? {} : { grace }),
});

describe("witnesses", () => {
  it("wait for the freeze, find the leaves of their poll, and open the tally", async () => {
    const poll = await stage.listPoll({ anna: 1n, bert: 1n }, { witnesses: witnesses() });
    const other = await stage.listPoll({ anna: 1n });
    await stage.register("anna", poll, credentialOf(1));
    await stage.register("anna", other, credentialOf(2));
    // Another contract's poll of the same id, in one transaction with an entry of this one.
    const { chain, ballot } = stage;
    const own = await chain.as("eve").instantiate(ballot, { entropy: base64.encode(new Uint8Array(32).fill(3)) });
    const copy = await Stage.of(chain, own).listPoll({ anna: 1n, bert: 1n }, { witnesses: witnesses() });
    expect(copy).toBe(1n);
    const entry = async (at: Stage, id: bigint) => ({
      contract: at.ballot,
      msg: await at.castMessage("eve", id, credentialOf(1), YES),
    });
    const both = [await entry(Stage.of(chain, own), copy), await entry(stage, poll), await entry(stage, other)];
    expect((await chain.as("eve").run(both, { gas: 400_000 })).ok).toBe(true);

    let looks = 0;
    const wilma = await stage.client("wilma").witness(poll, {
      async wait() {
        looks += 1;
        if (looks < 3) return;
        chain.time.advance(2 * DAY);
        await stage.client("anyone").freeze(poll);
      },
    });
    const shown = await stage.client("anyone").poll(poll);
    expect([looks, wilma]).toEqual([3, { n: 2n, head: shown.head, sent: true }]);
    expect(shown.witnesses).toMatchObject({ confirmed: [stage.address("wilma")], frozen: { n: shown.n } });
    const early = stage.client("anyone").tally(poll);
    await expect(early).rejects.toThrow(TransactionFailed);
    await expect(early).rejects.toThrow("1 of 2 witnesses have confirmed");
    expect((await stage.client("wanda").witness(poll)).sent).toBe(true);
    expect((await stage.client("wanda").witness(poll)).sent).toBe(false);
    expect(await stage.client("anyone").tally(poll)).toMatchObject({ outcome: "passed" });
    expect((await stage.client("willi").witness(poll)).sent).toBe(false);
  });

  it("look again while the search of their node lags behind the freeze", async () => {
    const poll = await stage.listPoll({ anna: 1n }, { witnesses: witnesses(600) });
    await stage.cast("anna", poll, credentialOf(9), YES);
    stage.chain.time.advance(2 * DAY);
    await stage.client("anyone").freeze(poll);
    let looks = 0;
    const client = connect(stage.chain, stage.chain.account("wilma"), secretjs);
    const leaves = async () => (looks++ < 2 ? [] : searchLeaves(client, stage.ballot.address));
    expect((await stage.client("wilma").witness(poll, { leaves, everyMs: 1 })).sent).toBe(true);
    expect(looks).toBe(3);
  });

  it("confirm nothing when their node has another log than the chain's leaves", async () => {
    const poll = await stage.listPoll({ anna: 1n }, { witnesses: witnesses(600) });
    for (const name of ["anna", "eve"]) await stage.cast(name, poll, credentialOf(9), YES);
    stage.chain.time.advance(2 * DAY);
    await stage.client("anyone").freeze(poll);
    const few = stage.client("wilma").witness(poll, { leaves: async () => [], everyMs: 1 });
    await expect(few).rejects.toThrow(LogDiffers);
    await expect(few).rejects.toThrow("nothing was confirmed");
    expect((await stage.client("anyone").poll(poll)).witnesses?.confirmed).toEqual([]);
    await expect(stage.client("eve").witness(poll)).rejects.toThrow("is no witness of poll");
    // Silent witnesses: the grace, then anyone.
    await expect(stage.client("anyone").tally(poll)).rejects.toThrow("0 of 2 witnesses");
    stage.chain.time.advance(600);
    stage.chain.mine();
    expect(await stage.client("anyone").tally(poll)).toMatchObject({ outcome: "too_few" });
  });

  it("are those that the voter has seen, also when the node goes over to another poll of the id", async () => {
    const { chain } = stage;
    const before = chain.snapshot();
    const voters = { anna: 1n, bert: 1n };
    const poll = await stage.listPoll(voters, { witnesses: witnesses() });
    const anna = stage.client("anna");
    expect((await anna.poll(poll)).terms.witnesses?.threshold).toBe(2);
    chain.revert(before);
    expect(await stage.listPoll(voters)).toBe(poll);
    expect((await anna.poll(poll)).terms.witnesses).toBe(undefined);
    await expect(anna.register(poll)).rejects.toThrow("start is not that of this poll");
  });

  it("end their loop by a signal", async () => {
    const poll = await stage.listPoll({ anna: 1n }, { witnesses: witnesses() });
    const ends = new AbortController();
    const loop = stage.client("wilma").witness(poll, { wait: async () => ends.abort(), signal: ends.signal });
    await expect(loop).rejects.toThrow(/abort/i);
  });

  it("take no leaf that another contract logs", () => {
    const log = (by: string, ...pairs: readonly (readonly [string, string])[]) =>
      [["contract_address", by] as const, ...pairs].map(([key, value]) => ({ type: "wasm", key, value }));
    const poll = ["poll_id", "00000000000000000007"] as const;
    const arrayLog = [
      ...log("other", poll, ["leaf", "bad"]),
      ...log("ballot", poll, ["leaf", "first"]),
      ...log("other", ["leaf", "bad"]),
      ...log("ballot", ["poll_id", "00000000000000000008"], ["leaf", "of 8"]),
      { type: "message", key: "leaf", value: "bad" },
    ];
    const tx = { height: 5, code: 0, timestamp: "2026-01-01T00:00:00Z" };
    const leaves = leavesIn([{ ...tx, arrayLog }, tx], "ballot");
    expect(leavesOf(leaves, 7n)).toEqual(["first"]);
    expect(leavesOf(leaves, 8n)).toEqual(["of 8"]);
  });
});
