// SPDX-License-Identifier: Apache-2.0
import { formatAddress } from "@sotto/address";
import { fromUtf8, toBase64 } from "@sotto/bytes";
import { contractOf, pack } from "@sotto/contract-test/parts";
import { BaseAccountSchema } from "@sotto/proto/cosmos.auth.v1beta1";
import { MsgSendSchema } from "@sotto/proto/cosmos.bank.v1beta1";
import { MsgTransferSchema } from "@sotto/proto/ibc.applications.transfer.v1";
import { MsgExecuteContractSchema } from "@sotto/proto/secret.compute.v1beta1";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Contract, deploy, instantiate, thenDo } from "../support/contract.ts";
import { batch, call, coins, countReplies, failing, get, lastReply, type Op, set, sub } from "../support/probe.ts";
import { a, b, TestChain } from "../support/testChain.ts";
import { hashOf, wasm } from "../support/wasm.ts";

const chain = new TestChain();
let parent: Contract;
let child: Contract;
let old: Contract;
beforeAll(() => {
  parent = deploy(chain, wasm.v1);
  child = instantiate(chain, parent.codeId, wasm.v1, { ops: [] });
  old = deploy(chain, wasm.v010);
});
afterAll(() => chain.close());

const at = "failed to execute message; message index: 0: ";
describe("plain messages of contracts", () => {
  it.each(["v1", "v010"] as const)("of %s run after it, in order, and end with their events", (name) => {
    const from = name === "v1" ? parent : old;
    const ran = from.execute(batch(call(child, set("a", "1")), call(child, set("a", "2")), set("own", "x")));
    expect(get(child, "a")).toBe("2");
    expect(get(from, "own")).toBe("x");
    const wasmEvents = ran.result.events.filter(({ type }) => type === "wasm");
    expect(wasmEvents.map(({ attributes }) => attributes[0])).toEqual([
      ["contract_address", from.address],
      ["contract_address", child.address],
      ["contract_address", child.address],
    ]);
    // The children's own `message` events are not passed on.
    expect(
      ran.result.events.filter(
        ({ type, attributes }) => type === "message" && attributes.some(([key]) => key === "contract_address"),
      ).length,
    ).toBe(1);
  });

  it("can instantiate, with the contract as the creator and the sender of the funds", () => {
    const create = {
      create: {
        code_id: Number(old.codeId),
        code_hash: old.codeHash,
        label: "made by a contract",
        msg: '{"ops":[]}',
        funds: [],
        admin: null,
        sub: null,
      },
    };
    const { result } = parent.execute(create);
    const made = result.events.find(({ type, attributes }) => type === "wasm" && attributes[0]?.[1] !== parent.address);
    expect(made?.attributes[0]?.[1]).toMatch(/^secret1/);
    expect(parent.execute(call(child, { env: {} })).result.code).toBe(0);
  });

  it("carry funds, and are all undone when one of them fails", () => {
    chain.run(a, pack(MsgSendSchema, { fromAddress: a.address, toAddress: parent.address, amount: coins("100") }));
    const before = chain.balance(child.address);
    parent.execute(call(child, { noop: {} }, undefined, coins("40")));
    expect(chain.balance(child.address)).toBe(before + 40n);
    const failed = parent.try(
      batch(set("lost", "x"), call(child, set("lost", "x"), undefined, coins("10")), call(child, failing)),
    );
    expect(failed.error).toBe(`${at}dispatch: submessages: Generic error: child failed: execute contract failed`);
    expect(failed.result).toMatchObject({ codespace: "compute", code: 3 });
    expect(chain.balance(child.address)).toBe(before + 40n);
    expect(get(parent, "lost")).toBeNull();
  });

  it("fail with the chain's error for missing funds, an unknown contract or a wrong code hash", () => {
    const result = (op: Op) => parent.try(op).result;
    expect(result(call(child, { noop: {} }, undefined, coins("1000000")))).toMatchObject({
      codespace: "sdk",
      code: 5,
      log: expect.stringMatching(/0: dispatch: submessages: spendable balance/),
    });
    const nobody = { call: { contract: b.address, code_hash: child.codeHash, msg: "{}", funds: [], sub: null } };
    expect(result(nobody)).toMatchObject({
      codespace: "compute",
      code: 9,
      log: `${at}dispatch: submessages: contract: not found`,
    });
    const nowhere = { call: { contract: "nowhere", code_hash: child.codeHash, msg: "{}", funds: [], sub: null } };
    expect(result(nowhere)).toMatchObject({
      codespace: "sdk",
      code: 7,
      log: `${at}dispatch: submessages: nowhere: invalid address`,
    });
    const wrong = {
      call: { contract: child.address, code_hash: hashOf(wasm.v010), msg: '{"noop":{}}', funds: [], sub: null },
    };
    expect(result(wrong)).toMatchObject({
      codespace: "compute",
      code: 3,
      log: `${at}dispatch: submessages: Execution error: Enclave: failed to validate transaction: execute contract failed`,
    });
    for (const code_hash of ["", "zz", "0".repeat(63), "é".repeat(64)]) {
      const odd = { call: { contract: child.address, code_hash, msg: '{"noop":{}}', funds: [], sub: null } };
      expect(result(odd)).toMatchObject({ codespace: "compute", code: 3 });
    }
  });

  it("to the bank send coins; an empty list of coins does nothing", () => {
    const before = chain.balance(b.address);
    const { result } = parent.execute(
      batch(
        { send: { to: b.address, amount: coins("3"), sub: null } },
        { send: { to: b.address, amount: [], sub: null } },
      ),
    );
    expect(chain.balance(b.address)).toBe(before + 3n);
    expect(result.events.filter(({ type }) => type === "transfer").at(-1)?.attributes[0]).toEqual([
      "recipient",
      b.address,
    ]);
    const refused = (op: Op, by = parent) => by.try(op).result;
    expect(refused({ send: { to: "nowhere", amount: coins("1"), sub: null } })).toMatchObject({
      codespace: "sdk",
      code: 7,
    });
    expect(refused({ send: { to: b.address, amount: coins("0", "denom"), sub: null } })).toMatchObject({
      codespace: "sdk",
      code: 10,
      log: `${at}dispatch: submessages: 0denom: invalid coins`,
    });
    expect(refused({ burn: { amount: coins("1"), sub: null } })).toMatchObject({
      codespace: "compute",
      code: 10,
      log: `${at}dispatch: submessages: Unknown variant of Bank: invalid CosmosMsg from the contract`,
    });
    expect(refused({ custom: { sub: null } })).toMatchObject({
      codespace: "compute",
      code: 10,
      log: `${at}dispatch: submessages: Custom variant not supported: invalid CosmosMsg from the contract`,
    });
    const foreign = refused({ send: { to: b.address, amount: coins("1"), from: a.address } }, old);
    expect(foreign).toMatchObject({
      codespace: "undefined",
      code: 1,
      log: `${at}couldn't convert v0.10 messages to v1 messages: contract doesn't have permission to send funds from another account (using BankMsg)`,
    });
  });
});

describe("amounts of a contract's bank message", () => {
  const raw = (amount: string): Op => {
    const msg = { bank: { send: { to_address: b.address, amount: coins(amount) } } };
    const messages = [{ id: 0, msg, gas_limit: null, reply_on: "never" }];
    const result = { ok: { messages, attributes: [], events: [], data: null } };
    return { raw_result: { bytes: toBase64(fromUtf8(JSON.stringify(result))) } };
  };

  it.each([
    ["010", 8n],
    ["0x10", 16n],
    ["+3", 3n],
  ])("are read in Go's forms: %s", (amount, moved) => {
    const before = chain.balance(b.address);
    expect(parent.try(raw(amount)).result).toMatchObject({ code: 0 });
    expect(chain.balance(b.address)).toBe(before + moved);
  });

  it.each([
    ["08", "08uscrt"],
    ["", "uscrt"],
    ["-3", "-3uscrt"],
    ["1.5", "1.5uscrt"],
  ])("that are invalid are named in the error: %s", (amount, shown) => {
    expect(parent.try(raw(amount)).result).toMatchObject({
      codespace: "sdk",
      code: 10,
      log: `${at}dispatch: submessages: ${shown}: invalid coins`,
    });
  });
});

describe("sub-messages with replies", () => {
  it.each([
    ["always", true, true],
    ["success", true, true],
    ["error", true, false],
    ["never", true, false],
    ["always", false, true],
    ["success", false, false],
    ["error", false, true],
    ["never", false, false],
  ] as const)("requested on %s, for a call that succeeds: %s, are delivered: %s", (replyOn, succeeds, given) => {
    const before = countReplies(parent);
    const op = batch(
      set("parent", `${replyOn} ${succeeds}`),
      call(
        child,
        batch(set("child", replyOn), succeeds ? { data: { data: toBase64(Uint8Array.of(1, 2, 3)) } } : failing),
        sub(replyOn),
      ),
    );
    const ran = parent.try(op);
    const fails = !succeeds && !given;
    expect(ran.result.code).toBe(fails ? 3 : 0);
    expect(countReplies(parent)).toBe(before + (given ? 1 : 0));
    if (fails) return;
    expect(get(parent, "parent")).toBe(`${replyOn} ${succeeds}`);
    if (!given) return;
    const reply = lastReply(parent);
    expect(reply).toMatchObject(
      succeeds ? { id: 7, error: null, data: "AQID" } : { id: 7, error: "Generic error: child failed", data: null },
    );
    expect(ran.result.events.filter(({ type }) => type === "reply").map(({ attributes }) => attributes[0])).toEqual([
      ["contract_address", parent.address],
    ]);
  });

  it("show the child's events, sorted by key and without type message, and no events of a failed child", () => {
    const attrs = ["z", "a", "m"].map((key) => ({ attr: { key, value: key, plaintext: true } }));
    const ran = parent.execute(call(child, batch(...attrs), sub("always")));
    const events = lastReply(parent).events as { type: string; attributes: { key: string }[] }[];
    expect(events.map(({ type }) => type)).toEqual(["execute", "wasm"]);
    expect(events[1]?.attributes.map(({ key }) => key)).toEqual(["a", "contract_address", "m", "z"]);
    const onChain = ran.result.events.filter(({ type }) => type === "wasm")[1];
    expect(onChain?.attributes.map(([key]) => key)).toEqual(["a", "contract_address", "m", "z", "msg_index"]);
    const failed = parent.execute(call(child, batch(...attrs, failing), sub("always")));
    expect(failed.result.events.filter(({ type }) => type === "wasm").length).toBe(2);
    expect(lastReply(parent).events).toEqual([]);
  });

  it("roll back only the child's writes and funds when it fails", () => {
    const before = chain.balance(child.address);
    parent.execute(batch(set("stays", "1"), call(child, batch(set("goes", "1"), failing), sub("error"), coins("5"))));
    expect([get(parent, "stays"), get(child, "goes")]).toEqual(["1", null]);
    expect(chain.balance(child.address)).toBe(before);
  });

  it("override the data; the last reply with data decides", () => {
    const then = (text: string) => thenDo({ output: { text } });
    const ran = parent.execute(
      batch(
        { output: { text: "own" } },
        call(child, { noop: {} }, { id: 1, reply_on: "always", ...then("first") }),
        call(child, { noop: {} }, { id: 2, reply_on: "always", ...then("second") }),
      ),
    );
    expect(ran.outputs).toEqual(["second"]);
    parent.execute(
      batch(
        ...[1, 2].map((id) => ({
          call: {
            contract: child.address,
            code_hash: child.codeHash,
            msg: '{"noop":{}}',
            funds: [],
            sub: { id, reply_on: "always", ...thenDo({ noop: {} }) },
          },
        })),
      ),
    );
    expect(parent.execute({ output: { text: "own" } }).outputs).toEqual(["own"]);
  });

  it("run their own messages, to any depth, before the next message of the parent", () => {
    const then = thenDo(set("order", "reply"), call(child, set("order", "of reply")));
    parent.execute(
      batch(
        call(child, set("order", "child"), { id: 3, reply_on: "always", ...then }),
        call(child, { try: { op: { get: { key: "order" } } } }),
      ),
    );
    expect(get(child, "order")).toBe("of reply");
  });

  it("to bank messages have no events, and the chain's error", () => {
    const before = chain.balance(b.address);
    parent.execute({ send: { to: b.address, amount: coins("2"), sub: sub("always") } });
    expect(chain.balance(b.address)).toBe(before + 2n);
    expect(lastReply(parent)).toMatchObject({ id: 7, error: null, events: [] });
    parent.execute({ send: { to: b.address, amount: coins("99999999"), sub: sub("error") } });
    expect(lastReply(parent).error).toMatch(
      /^spendable balance \d+uscrt is smaller than 99999999uscrt: insufficient funds$/,
    );
  });

  it("to calls that fail in the chain, not in the contract, are not delivered: the parent fails without a code", () => {
    const poor = parent.try(call(child, { noop: {} }, sub("error"), coins("99999999")));
    expect(poor.result).toMatchObject({
      codespace: "undefined",
      code: 1,
      log: expect.stringMatching(
        /^failed .*0: dispatch: submessages: an sdk error occurred while sending a sub-message: spendable balance.*: insufficient funds$/,
      ),
    });
  });

  it("are not delivered for a child that the enclave stopped, nor for one that reached its gas limit", () => {
    const what = `${at}dispatch: submessages: an sdk error occurred while sending a sub-message: `;
    expect(parent.try(call(child, { panic: { text: "secret panic" } }, sub("error"))).result).toMatchObject({
      codespace: "undefined",
      code: 1,
      log: `${what}Execution error: Enclave: the contract panicked: execute contract failed`,
    });
    const limited = parent.try(call(child, { loop: { kind: "cpu" } }, sub("error", { gas_limit: 100_000 })));
    expect(limited.result).toMatchObject({
      codespace: "undefined",
      code: 1,
      log: `${what}SubMsg hit gas limit: out of gas`,
    });
    expect(limited.result.gasUsed).toBeGreaterThan(100_000n);
    expect(limited.result.gasUsed).toBeLessThan(400_000n);
  });

  it("are not delivered for a failed message of a child: only the child's own error counts as the contract's", () => {
    const other = instantiate(chain, parent.codeId, wasm.v1, { ops: [] });
    const nested = parent.try(call(child, call(other, failing), sub("error")));
    expect(nested.result).toMatchObject({
      codespace: "undefined",
      code: 1,
      log: expect.stringMatching(
        /^failed .*0: dispatch: submessages: an sdk error occurred while sending a sub-message: dispatch: submessages: encrypted: [\w+/=]+: execute contract failed$/,
      ),
    });
  });

  it("may fail themselves: the error names the reply, encrypted", () => {
    const failed = parent.try(
      call(child, { noop: {} }, sub("always", thenDo({ fail: { error: { generic_err: { msg: "reply failed" } } } }))),
    );
    expect(failed.result).toMatchObject({ codespace: "compute", code: 19 });
    expect(failed.error).toBe(`${at}dispatch: submessages: Generic error: reply failed: reply to contract failed`);
  });

  it("fail when a message that they send fails", () => {
    const poor = { send: { to: b.address, amount: coins("99999999"), sub: null } };
    const failed = parent.try(call(child, { noop: {} }, sub("always", thenDo(poor))));
    expect(failed.result).toMatchObject({
      codespace: "compute",
      code: 19,
      log: expect.stringMatching(
        /^failed .*0: dispatch: submessages: submessages: spendable balance.*: insufficient funds: reply to contract failed$/,
      ),
    });
  });

  it("to migrations and admin changes work, although they fail in the reference", () => {
    const made = instantiate(chain, parent.codeId, wasm.v1, { ops: [] }, { admin: parent.address });
    const migrate = {
      migrate_other: {
        contract: made.address,
        code_hash: old.codeHash,
        code_id: Number(old.codeId),
        msg: '{"ops":[]}',
        sub: sub("always"),
      },
    };
    expect(parent.execute(migrate).result.code).toBe(0);
    expect(lastReply(parent)).toMatchObject({ id: 7, error: null });
    expect(
      parent.execute({ update_admin: { contract: made.address, admin: a.address, sub: sub("always") } }).result.code,
    ).toBe(0);
    expect(parent.try({ clear_admin: { contract: made.address, sub: sub("never") } }).result).toMatchObject({
      codespace: "sdk",
      code: 4,
    });
  });

  it("have redacted errors on a network that hides errors", () => {
    const quiet = new TestChain({ revealErrors: false });
    const probe = deploy(quiet, wasm.v1);
    probe.execute({ send: { to: b.address, amount: coins("5"), sub: sub("error") } });
    expect(lastReply(probe).error).toBe(
      "the error was redacted (codespace: sdk, code: 5). For more info use latest localsecret and reproduce the issue",
    );
    // The error that fails the parent is hidden as well.
    const poor = {
      call: {
        contract: probe.address,
        code_hash: probe.codeHash,
        msg: '{"noop":{}}',
        funds: coins("5"),
        sub: sub("error"),
      },
    };
    expect(probe.try(poor).result).toMatchObject({
      codespace: "undefined",
      code: 1,
      log: `${at}dispatch: submessages: an sdk error occurred while sending a sub-message: the error was redacted (codespace: sdk, code: 5). For more info use latest localsecret and reproduce the issue`,
    });
    quiet.close();
  });
});

describe("stargate messages of contracts", () => {
  const stargate = (type_url: string, value: Uint8Array): Op => ({
    stargate: { type_url, value: toBase64(value), sub: null },
  });

  it("run in the contract's own name only", () => {
    const before = chain.balance(b.address);
    const own = pack(MsgSendSchema, { fromAddress: parent.address, toAddress: b.address, amount: coins("1") });
    expect(parent.try(stargate(own.typeUrl, own.value)).result).toMatchObject({ code: 0 });
    expect(chain.balance(b.address)).toBe(before + 1n);
    const foreign = pack(MsgSendSchema, { fromAddress: a.address, toAddress: b.address, amount: coins("1") });
    expect(parent.try(stargate(foreign.typeUrl, foreign.value)).result).toMatchObject({
      codespace: "sdk",
      code: 4,
      log: `${at}dispatch: submessages: contract doesn't have permission: unauthorized`,
    });
  });

  it("of unknown types, or that do not decode, are invalid", () => {
    expect(parent.try(stargate("/x.MsgY", new Uint8Array(0))).result).toMatchObject({
      codespace: "compute",
      code: 10,
      log: expect.stringContaining("Cannot unpack proto message with type URL: /x.MsgY"),
    });
    expect(parent.try(stargate("/cosmos.bank.v1beta1.MsgSend", Uint8Array.of(255, 255))).result).toMatchObject({
      codespace: "compute",
      code: 10,
    });
    expect(parent.try(stargate("/cosmos.bank.v1beta1.MsgSend", new Uint8Array(0))).result).toMatchObject({
      codespace: "compute",
      code: 10,
    });
  });

  it("of a known type that no module handles cannot be routed; the check of signers comes first", () => {
    const transfer = (by: string) => pack(MsgTransferSchema, { sender: by });
    const own = transfer(parent.address);
    expect(parent.try(stargate(own.typeUrl, own.value)).result).toMatchObject({
      codespace: "sdk",
      code: 6,
      log: `${at}dispatch: submessages: can't route message ${own.typeUrl}: unknown request`,
    });
    const foreign = transfer(a.address);
    expect(parent.try(stargate(foreign.typeUrl, foreign.value)).result).toMatchObject({ codespace: "sdk", code: 4 });
    const account = pack(BaseAccountSchema, { address: parent.address });
    expect(parent.try(stargate(account.typeUrl, account.value)).result).toMatchObject({
      codespace: "compute",
      code: 10,
      log: expect.stringContaining("Cannot unpack proto message with type URL: /cosmos.auth.v1beta1.BaseAccount"),
    });
  });

  it("cannot call contracts, because they have no signature", () => {
    const { wire } = chain.client.encrypt(child.codeHash, set("stolen", "x"));
    const message = pack(MsgExecuteContractSchema, {
      sender: contractOf(parent.address),
      contract: contractOf(child.address),
      msg: wire,
    });
    const { result } = parent.try(stargate(message.typeUrl, message.value));
    expect(result).toMatchObject({ codespace: "compute", code: 16 });
    expect(result.log).toContain(
      `[Compute] Message sender: ${formatAddress(contractOf(parent.address))} is not found in the tx signer set: [${a.address}]`,
    );
    expect(get(child, "stolen")).toBeNull();
  });
});
