// SPDX-License-Identifier: Apache-2.0
import { inspect } from "node:util";
import { sha256 } from "@noble/hashes/sha2.js";
import { base64 } from "@scure/base";
import { ContractRefused, headAfter, InstanceRefused, QueryRefused, TransactionFailed } from "@sotto/contract-client";
import { connect } from "@sotto/contract-test";
import * as secretjs from "secretjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  BallotClient,
  ChoiceInvalid,
  Credential,
  CredentialInvalid,
  choiceOf,
  leafOf,
  MemoryStore,
  webStore,
} from "../src/index.ts";
import { DAY, Stage } from "./stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open({ holders: ["anna", "bert"] });
});
afterAll(() => stage.close());

const wait = async (ms: number) => stage.chain.time.advance(ms / 1_000);

describe("a poll by a list, through secret.js", () => {
  it("counts the last vote of each credential and publishes the totals", async () => {
    const poll = await stage.listPoll({ anna: 1n, bert: 1n, cleo: 1n });
    const [anna, bert, cleo] = [stage.client("anna"), stage.client("bert"), stage.client("cleo")];
    const [first, second, third] = [await anna.register(poll), await bert.register(poll), await cleo.register(poll)];
    await anna.cast(poll, first, "no");
    await anna.cast(poll, first, "yes");
    await cleo.cast(poll, second, "yes");
    await bert.cast(poll, third, "abstain");
    expect(await anna.registered(poll)).toEqual({ registered: true, weight: 1n });
    await expect(stage.client("eve").tally(poll)).rejects.toThrow(/the poll is not over/);
    stage.chain.time.advance(2 * DAY);
    const result = await stage.client("eve").tally(poll);
    expect(result).toMatchObject({ outcome: "passed", totals: ["2", "0", "1"].map((text) => text.padStart(39, "0")) });
    expect(await stage.client("eve").tally(poll)).toEqual(result);
  });

  it("lets a bribed voter vote otherwise, and the briber sees the same answers", async () => {
    const poll = await stage.listPoll({ anna: 1n, bert: 1n });
    const anna = stage.client("anna");
    const sold = Credential.from((await anna.register(poll)).expose());
    const kept = await anna.cover(poll, { carriers: [stage.client("carrier")], withinMs: 1_000, wait });
    expect(kept.expose()).not.toBe(sold.expose());
    const byBriber = await stage.client("briber").cast(poll, sold, "no");
    const byAnna = await stage.client("carrier").cast(poll, kept, "yes");
    expect(Object.keys(byBriber)).toEqual(Object.keys(byAnna));
    stage.chain.time.advance(2 * DAY);
    expect(await anna.tally(poll)).toMatchObject({ outcome: "passed", counted: "1".padStart(39, "0") });
  });

  it("sends the message of a passed poll", async () => {
    const { chain, token } = stage;
    const onPass = { contract: stage.ballot.address, codeHash: stage.ballot.codeHash, msg: {} };
    await expect(stage.client("organiser").createPoll(stage.terms({ onPass }))).rejects.toThrow(/locked tokens/);
    const treasury = await chain
      .as("organiser")
      .instantiate(
        { codeId: token.codeId, codeHash: token.codeHash },
        { name: "Treasury", symbol: "TRS", decimals: 6, prng_seed: "AAAA" },
      );
    const msg = { set_viewing_key: { key: "of the ballot" } };
    const passes = { contract: treasury.address, codeHash: treasury.codeHash, msg };
    const poll = await stage.listPoll({ anna: 1n }, { onPass: passes });
    const anna = stage.client("anna");
    await anna.cast(poll, await anna.register(poll), "yes");
    stage.chain.time.advance(2 * DAY);
    await anna.tally(poll);
    await stage.client("eve").executeOutcome(poll);
    const balance = { balance: { address: stage.ballot.address, key: "of the ballot" } };
    expect(await chain.query(treasury, balance)).toEqual({ balance: { amount: "0" } });
    await expect(stage.client("eve").executeOutcome(poll)).rejects.toThrow(/sent already/);
    expect(await anna.poll(poll)).toMatchObject({ outcome_sent: true });
  });
});

describe("a poll by locked tokens", () => {
  it("weighs with what is locked, and gives it back after the result", async () => {
    const before = await stage.balance("anna");
    const poll = await stage.client("organiser").createPoll(stage.lockTerms());
    const [anna, bert] = [stage.client("anna"), stage.client("bert")];
    await anna.lock(poll, stage.token, 700n);
    await bert.lock(poll, stage.token, 300n);
    const [first, second] = [await anna.register(poll), await bert.register(poll)];
    await anna.cast(poll, first, "yes");
    await bert.cast(poll, second, "no");
    expect(await stage.balance("anna")).toBe(before - 700n);
    await expect(anna.unlock(poll)).rejects.toThrow(/free after the result/);
    stage.chain.time.advance(2 * DAY);
    expect(await anna.tally(poll)).toEqual({ outcome: "passed", shares: [70, 30, 0], rest: 0 });
    await anna.unlock(poll);
    expect(await stage.balance("anna")).toBe(before);
    await expect(anna.unlock(poll)).rejects.toThrow(ContractRefused);
    await bert.unlock(poll);
  });

  it("undoes the transfer when the lock is refused", async () => {
    const list = await stage.listPoll({ anna: 1n });
    const before = await stage.balance("anna");
    await expect(stage.client("anna").lock(list, stage.token, 5n)).rejects.toThrow(/come from a list/);
    expect(await stage.balance("anna")).toBe(before);
  });
});

describe("the credential", () => {
  it("is stored before it is sent, and taken again after a failure", async () => {
    const poll = await stage.listPoll({ dora: 1n });
    const store = new MemoryStore();
    const dora = stage.client("dora", { store });
    const credential = await dora.register(poll);
    await expect(dora.register(poll)).rejects.toThrow(/registered already/);
    expect((await dora.credential(poll))?.expose()).toBe(credential.expose());
    await expect(stage.client("eve").register(poll)).rejects.toThrow(/too little weight/);
  });

  it("keeps both while a change is under way, and casts with both", async () => {
    const poll = await stage.listPoll({ dora: 1n });
    const dora = stage.client("dora");
    const credential = await dora.register(poll);
    const lost = new Error("the disk is full");
    const refuse = () => Promise.reject(lost);
    await expect(dora.changeCredential(poll, credential, refuse)).rejects.toThrow(lost);
    const again = Credential.from(credential.expose());
    expect(again.isChanging).toBe(true);
    expect(() => again.change()).toThrow(/is under way/);
    const { n } = await dora.poll(poll);
    await dora.cast(poll, again, "yes");
    expect(BigInt((await dora.poll(poll)).n)).toBe(BigInt(n) + 2n);
    again.settle(false);
    expect(again.isChanging).toBe(false);
    await dora.changeCredential(poll, again, () => {});
    await dora.cast(poll, credential, "no");
    stage.chain.time.advance(2 * DAY);
    expect(await dora.tally(poll)).toMatchObject({ outcome: "passed" });
  });

  it("goes back when the chain refused the change", async () => {
    const poll = await stage.listPoll({ dora: 1n });
    const dora = stage.client("dora");
    const credential = await dora.register(poll);
    const text = credential.expose();
    stage.chain.time.advance(2 * DAY);
    const saved: string[] = [];
    const change = dora.changeCredential(poll, credential, (changed) => void saved.push(changed.expose()));
    await expect(change).rejects.toThrow(TransactionFailed);
    expect(credential.expose()).toBe(text);
    expect(saved).toEqual([expect.stringContaining(`${text}:`), text]);
  });

  it("does not show in logs, and refuses other texts", () => {
    const credential = Credential.random();
    const secret = credential.expose().split(":")[1] ?? "";
    for (const shown of [String(credential), JSON.stringify({ credential }), inspect(credential)])
      expect(shown).not.toContain(secret);
    for (const text of [
      "",
      "x",
      "ballot credential 1:",
      "ballot credential 1:!!",
      "ballot credential 1:AAAA",
      `${credential.expose()}:AAAA`,
    ])
      expect(() => Credential.from(text)).toThrow(CredentialInvalid);
    const items = new Map<string, string>();
    const store = webStore({
      getItem: (key) => items.get(key) ?? null,
      setItem: (key, value) => void items.set(key, value),
    });
    void store.save("k", credential.expose());
    expect([store.load("k"), store.load("other")]).toEqual([credential.expose(), undefined]);
  });
});

describe("the client", () => {
  it("refuses a wrong choice before anything is sent", async () => {
    const poll = await stage.listPoll({ dora: 1n });
    const dora = stage.client("dora");
    const { height } = stage.chain;
    for (const chosen of ["maybe", [], ["yes", "no"]])
      await expect(dora.cast(poll, Credential.random(), chosen)).rejects.toThrow(ChoiceInvalid);
    expect(stage.chain.height).toBe(height);
    const { terms } = await dora.poll(poll);
    expect(choiceOf({ terms: { ...terms, ballot: "approval" } }, ["no", "yes", "no"])).toBe(3n);
  });

  it("refuses an instance with a chain admin and another code before a secret leaves", async () => {
    const { chain, ballot } = stage;
    const own = await chain
      .as("organiser")
      .instantiate(ballot, { entropy: base64.encode(new Uint8Array(32)) }, { admin: chain.account("organiser") });
    const secret = connect(chain, chain.account("anna"), secretjs);
    const voters = [{ address: stage.address("anna"), weight: 1n }];
    await expect(new BallotClient(secret, own).addVoters(1n, voters)).rejects.toThrow(InstanceRefused);
    const other = new BallotClient(secret, { ...ballot, codeHash: "ab".repeat(32) });
    await expect(other.addVoters(1n, voters)).rejects.toThrow(InstanceRefused);
  });

  it("finds the own leaf, and recomputes the head from public leaves", async () => {
    const poll = await stage.listPoll({ dora: 1n });
    const credential = new Uint8Array(32).fill(9);
    const executions = [await stage.register("dora", poll, credential), await stage.cast("eve", poll, credential, 1n)];
    const leaves = executions.map(
      ({ events }) => events.flatMap(({ attributes }) => attributes).find(({ key }) => key === "leaf")?.value ?? "",
    );
    const shown = await stage.client("eve").poll(poll);
    expect(headAfter(leaves, shown.start)).toBe(shown.head);
    const { act } = executions[1]?.json<{ act: { salt: string; n: string } }>() ?? { act: { salt: "", n: "" } };
    const entry = { kind: "cast", sender: stage.address("eve"), weight: 0n, choice: 1n } as const;
    const hashes = { credential: sha256(credential), newCredential: new Uint8Array(32) };
    expect(leafOf({ ...entry, ...hashes }, act.salt)).toBe(leaves[1]);
    expect(leafOf({ ...entry, ...hashes, choice: 2n }, act.salt)).not.toBe(leaves[1]);
    expect(BigInt(act.n)).toBe(2n);
  });

  it("lists more voters than one message takes", async () => {
    const voters = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`voter ${i}`, 1n]));
    const poll = await stage.listPoll(voters);
    expect((await stage.client("eve").poll(poll)).listed).toMatchObject({ voters: 40 });
  });
});

describe("permits", () => {
  const registered = (permit: object) => ({ with_permit: { permit, query: { registered: { poll_id: "1" } } } });
  const ask = (permit: object) => stage.chain.query(stage.ballot, registered(permit));

  it("answers who signed for this contract, and nobody else", async () => {
    const { chain, ballot, token } = stage;
    const actor = chain.as("anna");
    const right = { contracts: [ballot], permissions: ["ballot"] };
    await expect(ask(actor.permit(right))).resolves.toHaveProperty("registered");
    await expect(ask(actor.permit({ ...right, permissions: ["owner"] }))).resolves.toHaveProperty("registered");
    for (const [changes, error] of [
      [{ contracts: [token] }, /not for this token or contract/],
      [{ permissions: ["balance"] }, /does not give the permission/],
      [{ permissions: [] }, /does not give the permission/],
      [{ chainId: "other-1" }, /for another chain/],
    ] as const)
      await expect(ask(actor.permit({ ...right, ...changes }))).rejects.toThrow(error);
    const forged = { ...actor.permit(right), params: chain.as("bert").permit({ ...right, name: "x" }).params };
    await expect(ask(forged)).rejects.toThrow(/signature of the permit is wrong/);
  });

  it("can be revoked, and the client makes another", async () => {
    const poll = await stage.listPoll({ anna: 1n });
    const anna = stage.client("anna");
    expect((await anna.registered(poll)).registered).toBe(false);
    const permit = stage.chain.as("anna").permit({ contracts: [stage.ballot], permissions: ["ballot"], name: "old" });
    await stage.run("anna", { revoke_permit: { permit_name: "old" } });
    await expect(ask(permit)).rejects.toThrow(/was revoked/);
    await anna.revokePermits();
    expect((await anna.registered(poll)).registered).toBe(false);
    await expect(anna.query({ votes: {} })).rejects.toThrow(QueryRefused);
  });
});
