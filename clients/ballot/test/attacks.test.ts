// SPDX-License-Identifier: Apache-2.0
import { base64 } from "@scure/base";
import { decode } from "@sotto/codec";
import { idText, padded } from "@sotto/contract-client";
import { type Contract, DevChainError, type Execution } from "@sotto/contract-test";
import { accountOf, executeMessage } from "@sotto/contract-test/parts";
import { decryptError, findTxErrors } from "@sotto/message";
import { MsgExecuteContractSchema } from "@sotto/proto/secret.compute.v1beta1";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { randomOf, SEED } from "../../../tools/tests/seed.mjs";
import { credentialOf, DAY, NO, Stage, wasmOf, YES } from "./stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open({ holders: ["anna", "bert", "eve"] });
});
afterAll(() => stage.close());

const amount = (value: bigint) => value.toString().padStart(39, "0");
const ok = (execution: Execution): Execution => {
  expect(execution.error).toBeUndefined();
  return execution;
};
const refusal = (execution: Execution): string | undefined =>
  ok(execution).json<{ act: { reason: string } }>().act.reason;

async function close(poll: bigint) {
  stage.chain.time.advance(2 * DAY);
  return stage.client("anyone").tally(poll);
}

describe("votes", () => {
  it("3: a revote wins, from the same account and from another", async () => {
    const poll = await stage.listPoll({ anna: 1n, bert: 1n });
    ok(await stage.register("anna", poll, credentialOf(1)));
    ok(await stage.register("bert", poll, credentialOf(2)));
    ok(await stage.cast("anna", poll, credentialOf(1), NO));
    ok(await stage.cast("anna", poll, credentialOf(1), YES));
    ok(await stage.cast("bert", poll, credentialOf(2), NO));
    ok(await stage.cast("carrier", poll, credentialOf(2), YES));
    expect(await close(poll)).toMatchObject({ totals: [amount(2n), amount(0n), amount(0n)] });
  });

  it("4: after a change of the credential the old one counts no more", async () => {
    const poll = await stage.listPoll({ anna: 1n });
    ok(await stage.register("anna", poll, credentialOf(1)));
    ok(await stage.cast("carrier", poll, credentialOf(1), YES, credentialOf(2)));
    ok(await stage.cast("briber", poll, credentialOf(1), NO));
    expect(await close(poll)).toMatchObject({ outcome: "passed", counted: amount(1n) });
  });

  it("5: of two entries that change one credential the first wins, the second finds nothing", async () => {
    const poll = await stage.listPoll({ anna: 1n });
    ok(await stage.register("anna", poll, credentialOf(1)));
    ok(await stage.cast("carrier", poll, credentialOf(1), 0n, credentialOf(2)));
    ok(await stage.cast("briber", poll, credentialOf(1), NO, credentialOf(3)));
    ok(await stage.cast("briber", poll, credentialOf(3), NO));
    ok(await stage.cast("carrier", poll, credentialOf(2), YES));
    expect(await close(poll)).toMatchObject({ totals: [amount(1n), amount(0n), amount(0n)] });
  });

  it("13: two credentials of one voter never both count", async () => {
    const poll = await stage.listPoll({ anna: 1n });
    ok(await stage.register("anna", poll, credentialOf(1)));
    expect(refusal(await stage.register("anna", poll, credentialOf(2)))).toMatch(/registered already/);
    ok(await stage.cast("anna", poll, credentialOf(1), YES));
    ok(await stage.cast("anna", poll, credentialOf(2), YES));
    expect(await close(poll)).toMatchObject({ counted: amount(1n) });
  });

  it("9: twice or not listed is refused inside, after the deadline it fails", async () => {
    const poll = await stage.listPoll({ anna: 1n, bert: 1n });
    expect(refusal(await stage.register("anna", poll, credentialOf(1)))).toBe("");
    expect(refusal(await stage.register("anna", poll, credentialOf(2)))).toMatch(/registered already/);
    expect(refusal(await stage.register("eve", poll, credentialOf(3)))).toMatch(/too little weight/);
    stage.chain.time.advance(DAY);
    expect((await stage.register("bert", poll, credentialOf(4))).error).toMatch(/registration is over/);
  });
});

describe("the tally", () => {
  it("6: neither before the freeze, nor frozen before the end, nor twice", async () => {
    const poll = await stage.listPoll({ anna: 1n });
    expect((await stage.simple("organiser", "freeze", poll)).error).toMatch(/the poll is not over/);
    expect((await stage.simple("organiser", "tally", poll)).error).toMatch(/over and frozen/);
    stage.chain.time.advance(2 * DAY);
    expect((await stage.simple("anyone", "tally", poll)).error).toMatch(/over and frozen/);
    ok(await stage.simple("anyone", "freeze", poll));
    expect((await stage.cast("anna", poll, credentialOf(1), YES)).error).toMatch(/the poll is over/);
    ok(await stage.simple("anyone", "tally", poll));
    expect((await stage.simple("anyone", "tally", poll)).error).toMatch(/the tally is done/);
    expect((await stage.simple("anyone", "freeze", poll)).error).toMatch(/frozen already/);
  });

  it("8: no query at any height or time shows a tally before the row of the result", async () => {
    const poll = await stage.listPoll({ anna: 1n });
    ok(await stage.register("anna", poll, credentialOf(1)));
    ok(await stage.cast("anna", poll, credentialOf(1), YES));
    const beforeEnd = stage.chain.height;
    stage.chain.time.advance(2 * DAY);
    ok(await stage.simple("anyone", "freeze", poll));
    const frozen = stage.chain.height;
    ok(await stage.simple("anyone", "tally", poll));
    const asked = { poll: { poll_id: idText(poll) } };
    const at = (height: number) => stage.chain.query<{ poll: object }>(stage.ballot, asked, { height });
    for (const height of [beforeEnd, frozen]) expect((await at(height)).poll).not.toHaveProperty("result");
    expect((await at(stage.chain.height)).poll).toHaveProperty("result.outcome", "passed");
    for (const query of ["votes", "entries", "credentials", "tally", "work", "registered"]) {
      const hidden = stage.chain.query(stage.ballot, { [query]: { poll_id: idText(poll) } });
      await expect(hidden).rejects.toThrow(/unknown variant/);
    }
  });

  it("14: quorum at equality holds, threshold at equality does not pass", async () => {
    const poll = await stage.listPoll({ anna: 1n, bert: 1n, cleo: 1n, dora: 1n }, { quorum: { bps: 5_000 } });
    ok(await stage.register("anna", poll, credentialOf(1)));
    ok(await stage.register("bert", poll, credentialOf(2)));
    ok(await stage.cast("anna", poll, credentialOf(1), YES));
    ok(await stage.cast("bert", poll, credentialOf(2), NO));
    expect(await close(poll)).toMatchObject({ outcome: "rejected" });
  });

  it("15: no voter after sealing, and nobody stops the tally", async () => {
    const poll = await stage.listPoll({ anna: 1n });
    const voters = [{ address: stage.address("eve"), weight: amount(1n) }];
    const more = { add_voters: { poll_id: idText(poll), voters, bind: stage.bind("organiser") } };
    expect((await stage.run("organiser", more)).error).toMatch(/is sealed/);
    const stop = { set_contract_status: { level: "stop_new" } };
    expect((await stage.run("organiser", stop)).error).toMatch(/only the admin/);
    ok(await stage.run("admin", stop));
    ok(await stage.register("anna", poll, credentialOf(1)));
    ok(await stage.cast("anna", poll, credentialOf(1), YES));
    expect(await close(poll)).toMatchObject({ outcome: "passed" });
    ok(await stage.run("admin", { set_contract_status: { level: "normal_run" } }));
  });

  it("loses nothing when a step runs out of gas", async () => {
    const poll = await stage.listPoll({ anna: 1n });
    ok(await stage.register("anna", poll, credentialOf(1)));
    ok(await stage.cast("anna", poll, credentialOf(1), YES));
    stage.chain.time.advance(2 * DAY);
    ok(await stage.simple("anyone", "freeze", poll));
    const message = padded("tally", { poll_id: idText(poll) }, 768);
    let failures = 0;
    for (let gas = 35_000, done = false; !done; gas += 1_500) {
      const step = await stage.chain.as("anyone").execute(stage.ballot, message, { gas, mayFail: true });
      done = step.ok;
      if (!done) failures += 1;
      expect(await stage.client("anyone").poll(poll)).toMatchObject({ status: done ? "done" : "frozen" });
    }
    expect(failures).toBeGreaterThan(3);
    expect(await stage.client("anyone").poll(poll)).toMatchObject({ result: { outcome: "passed" } });
  });
});

describe("money", () => {
  it("10: locked tokens cannot vote and move away", async () => {
    const poll = await stage.client("organiser").createPoll(stage.lockTerms());
    const balance = await stage.balance("anna");
    ok(await stage.lock("anna", poll, balance));
    ok(await stage.register("anna", poll, credentialOf(1)));
    const moved = await stage.chain
      .as("anna")
      .execute(stage.token, { transfer: { recipient: stage.address("eve"), amount: "1" } }, { mayFail: true });
    expect(moved.error).toMatch(/insufficient/i);
    expect((await stage.simple("anna", "unlock", poll)).error).toMatch(/free after the result/);
    stage.chain.time.advance(2 * DAY);
    await stage.client("anyone").tally(poll);
    ok(await stage.simple("anna", "unlock", poll));
    expect(await stage.balance("anna")).toBe(balance);
  });

  it("over a random session the contract holds the sum of all locks, and all can leave", async () => {
    const random = randomOf(SEED);
    const below = (n: number) => Math.floor(random() * n);
    const names = ["anna", "bert"];
    const before = await Promise.all(names.map((name) => stage.balance(name)));
    const organiser = stage.client("organiser");
    const polls = [await organiser.createPoll(stage.lockTerms()), await organiser.createPoll(stage.lockTerms())];
    const locked = new Map<string, bigint>();
    for (let act = 0; act < 30; act++) {
      const [name, poll] = [names[below(2)] ?? "", polls[below(2)] ?? 0n];
      const value = BigInt(below(1_000));
      if (below(3) > 0) {
        ok(await stage.lock(name, poll, value));
        locked.set(`${name} ${poll}`, (locked.get(`${name} ${poll}`) ?? 0n) + value);
      } else expect((await stage.simple(name, "unlock", poll)).ok).toBe(false);
      const held = [...locked.values()].reduce((sum, each) => sum + each, 0n);
      const own = await Promise.all(names.map((each) => stage.balance(each)));
      expect(before.reduce((sum, each) => sum + each) - own.reduce((sum, each) => sum + each)).toBe(held);
    }
    stage.chain.time.advance(40 * DAY);
    for (const name of names) for (const poll of polls) ok(await stage.simple(name, "unlock", poll));
    expect(await Promise.all(names.map((name) => stage.balance(name)))).toEqual(before);
  });

  it("a lock, an entry or an unlock that runs out of gas at any step changes nothing", async () => {
    const poll = await stage.client("organiser").createPoll(stage.lockTerms());
    const log = async () => (await stage.client("anyone").poll(poll)).n;
    /** Raises the gas until the message works; each failure leaves everything as it was. */
    const climb = async (contract: Contract, message: object, from: number) => {
      const state = async () => [await stage.balance("bert"), await log()];
      const before = await state();
      let failures = 0;
      for (let gas = from; ; gas += 3_000) {
        const done = await stage.chain.as("bert").execute(contract, message, { gas, mayFail: true });
        if (done.ok) break;
        failures += 1;
        expect(await state(), done.error).toEqual(before);
      }
      expect(failures).toBeGreaterThan(2);
    };
    const balance = await stage.balance("bert");
    await climb(stage.token, stage.lockMessage("bert", poll, 5n), 30_000);
    expect(await stage.balance("bert")).toBe(balance - 5n);
    await climb(stage.ballot, await stage.registerMessage("bert", poll, credentialOf(1)), 30_000);
    await climb(stage.ballot, await stage.castMessage("bert", poll, credentialOf(1), YES), 30_000);
    expect(await log()).toBe(idText(2n));
    expect(await close(poll)).toMatchObject({ outcome: "passed" });
    await climb(stage.ballot, padded("unlock", { poll_id: idText(poll) }, 768), 30_000);
    expect(await stage.balance("bert")).toBe(balance);
  });

  it("a hook that a stranger calls credits nothing", async () => {
    const poll = await stage.client("organiser").createPoll(stage.lockTerms());
    const lock = JSON.stringify({ lock: { poll_id: idText(poll), bind: stage.bind("eve") } });
    const msg = base64.encode(new TextEncoder().encode(lock));
    const receive = { sender: stage.address("eve"), from: stage.address("eve"), amount: amount(1_000n), msg };
    expect((await stage.run("eve", { receive })).error).toMatch(/not a listed token/);
    expect(refusal(await stage.register("eve", poll, credentialOf(1)))).toMatch(/too little weight/);
  });

  it("a token with another code hash, or an address without a token, makes no instance", async () => {
    const { chain, ballot, token } = stage;
    const entropy = base64.encode(new Uint8Array(32));
    const make = (address: string, code_hash: string) =>
      chain.as("organiser").instantiate(ballot, { token: { address, code_hash }, entropy });
    await expect(make(token.address, "ab".repeat(32))).rejects.toThrow(/failed to validate/);
    await expect(make(stage.address("eve"), token.codeHash)).rejects.toThrow();
    await expect(make(token.address, "ab")).rejects.toThrow(/64 hex digits/);
  });

  it("16: the message of a passed poll is sent once", async () => {
    const { chain } = stage;
    const target = await chain.as("organiser").deploy(wasmOf("probe-v1"), { ops: [] });
    const onPass = { contract: target.address, codeHash: target.codeHash, msg: { set: { key: "done", value: "yes" } } };
    const poll = await stage.listPoll({ anna: 1n }, { onPass });
    ok(await stage.register("anna", poll, credentialOf(1)));
    ok(await stage.cast("anna", poll, credentialOf(1), YES));
    expect((await stage.simple("eve", "execute_outcome", poll)).error).toMatch(/has no result yet/);
    await close(poll);
    const sent = await stage.simple("eve", "execute_outcome", poll);
    const again = await stage.simple("eve", "execute_outcome", poll);
    expect([sent.error, again.error]).toEqual([undefined, expect.stringMatching(/sent already/)]);
  });
});

describe("12: a copied ciphertext", () => {
  async function replay(contract: Contract, message: object) {
    const eve = stage.chain.account("eve");
    const { packed, key } = stage.chain.as("anna").prepare({ contract: stage.ballot, msg: message });
    const { msg } = decode(MsgExecuteContractSchema, packed.value);
    const copy = executeMessage(accountOf("eve", eve.privateKey), contract.address, msg);
    const { log, ok: worked } = await stage.chain.as("eve").run([copy], { mayFail: true });
    const [found] = findTxErrors(log);
    if (worked || found === undefined || key === undefined) throw new DevChainError(`the copy worked: ${log}`);
    return new TextDecoder().decode(decryptError(key, found.ciphertext)).trimEnd();
  }

  it("gives the fixed error under another name and in another ballot of the same code", async () => {
    const { chain, ballot } = stage;
    const poll = await stage.listPoll({ anna: 1n });
    const own = await chain.as("eve").instantiate(ballot, { entropy: base64.encode(new Uint8Array(32)) });
    const voters = [{ address: stage.address("eve"), weight: amount(1n) }];
    const messages = [
      padded("add_voters", { poll_id: idText(poll), voters, bind: stage.bind("anna") }, 2_048),
      await stage.registerMessage("anna", poll, credentialOf(1)),
      await stage.castMessage("anna", poll, credentialOf(1), YES),
    ];
    for (const message of messages)
      for (const contract of [ballot, own])
        expect(await replay(contract, message)).toBe("Generic error: not for this contract");
  });
});

describe("bad input on the chain", () => {
  it.each([
    ["a huge number", { tally: { poll_id: "9".repeat(40) } }, /wrong number of digits/],
    ["a negative number", { tally: { poll_id: "-1" } }, /decimal digits/],
    ["a number in place of text", { tally: { poll_id: 1 } }, /./],
    ["a missing field", { act: { poll_id: "1" } }, /missing field/],
    ["an unknown message", { withdraw: {} }, /unknown variant/],
    ["no message", {}, /./],
    ["coins", { freeze: { poll_id: "1" } }, /takes no coins/],
  ])("%s is an error in words", async (name, message, error) => {
    const funds = name === "coins" ? [{ denom: "uscrt", amount: "5" }] : [];
    const execution = await stage.chain.as("eve").execute(stage.ballot, message, { mayFail: true, funds });
    expect(execution.ok).toBe(false);
    expect(execution.error).toMatch(error);
  });
});
