// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Account,
  account,
  multisig,
  type Packed,
  pack,
  signTx,
  succeeded,
  type TxInput,
} from "@sotto/contract-test/parts";
import { SdkError } from "@sotto/errors";
import { BaseAccountSchema } from "@sotto/proto/cosmos.auth.v1beta1";
import { MsgGrantSchema } from "@sotto/proto/cosmos.authz.v1beta1";
import { MsgSendSchema, SendAuthorizationSchema } from "@sotto/proto/cosmos.bank.v1beta1";
import { MsgTransferSchema } from "@sotto/proto/ibc.applications.transfer.v1";
import { MsgInstantiateContractSchema, MsgMigrateContractProposalSchema } from "@sotto/proto/secret.compute.v1beta1";
import { SignMode } from "@sotto/tx";
import { afterAll, describe, expect, it } from "vitest";
import { stakeBalance } from "../support/stake.ts";
import { a, b, c, d, FUNDS, genesisState, TestChain } from "../support/testChain.ts";

const group = multisig(2, [a, b, c]);
const chain = new TestChain({ funded: [group.address], minimumGasPrice: { denom: "uscrt", perMillion: 12_500n } });
afterAll(() => chain.close());

const send = (from: { address: string } = a, to: { address: string } = b, amount = "1", denom = "uscrt"): Packed =>
  pack(MsgSendSchema, { fromAddress: from.address, toAddress: to.address, amount: [{ denom, amount }] });
const deliver = (changes: Partial<TxInput> = {}, by: Account = a) =>
  chain.run(by, send(by), { gas: 100_000n, ...changes });
const sequenceOf = (who: { address: string }) => chain.base(who.address).sequence;
const refused = (codespace: string, code: number, log: string | RegExp) => ({
  codespace,
  code,
  log: typeof log === "string" ? log : expect.stringMatching(log),
});

/** Runs and expects that neither the sequence nor balances change. */
function unmoved(run: () => { code: number }) {
  const before = [sequenceOf(a), chain.balance(a.address), chain.balance(b.address)];
  const result = run();
  expect([sequenceOf(a), chain.balance(a.address), chain.balance(b.address)]).toEqual(before);
  return result;
}

describe("the ante pipeline accepts", () => {
  it("a transfer for 20,000 gas", () => {
    expect(deliver({ gas: 20_000n })).toMatchObject({ code: 0, gasWanted: 20_000n });
  });

  it("direct, amino JSON and EIP-191 signatures", () => {
    for (const mode of [SignMode.direct, SignMode.aminoJson, SignMode.eip191]) {
      expect(chain.deliver(chain.tx(a, [send()], { signers: [chain.signer(a, mode)], gas: 100_000n }))).toMatchObject({
        code: 0,
      });
    }
  });

  it("a multisig with enough members", () => {
    const { accountNumber, sequence } = chain.base(group.address);
    const tx = signTx({
      chainId: chain.chainId,
      messages: [send(group)],
      signers: [{ by: { multisig: group, signing: [0, 2] }, accountNumber, sequence }],
      gas: 100_000n,
    });
    expect(chain.deliver(tx)).toMatchObject({ code: 0, log: "" });
    expect(chain.base(group.address).sequence).toBe(1n);
  });

  it("transactions of two signers, of which the first pays", () => {
    const before = chain.balance(b.address);
    const tx = chain.tx(a, [send(a, c), send(b, c)], { signers: [chain.signer(a), chain.signer(b)], gas: 200_000n });
    const [sequenceA, sequenceB] = [sequenceOf(a), sequenceOf(b)];
    expect(chain.deliver(tx)).toMatchObject({ code: 0 });
    expect(chain.balance(b.address)).toBe(before - 1n);
    expect([sequenceOf(a), sequenceOf(b)]).toEqual([sequenceA + 1n, sequenceB + 1n]);
  });

  it("a key that is only in the account", () => {
    expect(deliver({ withoutKeys: true })).toMatchObject({ code: 0 });
  });

  it("a fee of zero, when the node asks for no fee", () => {
    for (const fee of [[], [{ denom: "uscrt", amount: "0" }], [{ denom: "uscrt", amount: "" }]]) {
      expect(deliver({ fee })).toMatchObject({ code: 0 });
    }
  });

  it("a fee payer that also signs", () => {
    const before = chain.balance(d.address);
    const tx = chain.tx(a, [send()], { signers: [chain.signer(a), chain.signer(d)], payer: d.address, gas: 200_000n });
    expect(chain.deliver(tx)).toMatchObject({ code: 0 });
    expect(chain.balance(d.address)).toBe(before - 1000n);
  });
});

describe("a sequence of 2^64-1", () => {
  const last = 18_446_744_073_709_551_615n;
  const start = (path: string, before?: TestChain) => {
    const owner = { "@type": "/cosmos.auth.v1beta1.BaseAccount", address: a.address, sequence: String(last) };
    const balances = [{ address: a.address, coins: [{ denom: "uscrt", amount: "1000000" }] }, stakeBalance];
    const appState = new Map([
      ...genesisState(),
      ["auth", JSON.stringify({ accounts: [owner] })],
      ["bank", JSON.stringify({ params: { default_send_enabled: true }, balances })],
    ]);
    return new TestChain({ path, appState }, before);
  };

  it("is followed by 0, also in a node that started again", () => {
    const folder = mkdtempSync(join(tmpdir(), "sotto-ante-"));
    const first = start(folder);
    expect(first.base(a.address).sequence).toBe(last);
    expect(first.run(a, send(a, b), { gas: 100_000n })).toMatchObject({ code: 0, log: "" });
    expect(first.base(a.address).sequence).toBe(0n);
    expect(first.run(a, send(a, b), { gas: 100_000n })).toMatchObject({ code: 0, log: "" });
    first.close();
    const again = start(folder, first);
    expect(again.base(a.address).sequence).toBe(1n);
    expect(again.run(a, send(a, b), { gas: 100_000n })).toMatchObject({ code: 0, log: "" });
    again.close();
    rmSync(folder, { recursive: true });
  });
});

describe("the ante pipeline refuses, without a change of state,", () => {
  it("bytes that are not a transaction", () => {
    expect(chain.deliver(Uint8Array.of(1, 2, 3))).toMatchObject(refused("sdk", 2, /tx parse error$/));
    expect(chain.deliver(new Uint8Array(0))).toMatchObject({ codespace: "sdk", code: 18 });
  });

  it("a message of an unknown type", () => {
    const result = chain.run(a, { typeUrl: "/cosmos.nothing.v1.MsgNothing", value: new Uint8Array(0) });
    expect(result).toMatchObject(refused("sdk", 2, /\/cosmos.nothing.v1.MsgNothing/));
  });

  it("no messages", () => {
    const tx = signTx({ chainId: chain.chainId, messages: [], signers: [] });
    expect(chain.deliver(tx)).toMatchObject(refused("sdk", 18, "must contain at least one message: invalid request"));
  });

  it("a wrong sequence", () => {
    const signer = chain.signer(a);
    const ahead = () =>
      chain.deliver(chain.tx(a, [send()], { signers: [{ ...signer, sequence: signer.sequence + 1n }] }));
    const text = `account sequence mismatch, expected ${signer.sequence}, got ${signer.sequence + 1n}: incorrect account sequence`;
    expect(unmoved(ahead)).toMatchObject(refused("sdk", 32, text));
  });

  it("the same transaction a second time", () => {
    const tx = chain.tx(a, [send()], { gas: 100_000n });
    expect(chain.deliver(tx)).toMatchObject({ code: 0 });
    expect(unmoved(() => chain.deliver(tx))).toMatchObject({ codespace: "sdk", code: 32 });
  });

  it("a signature for another chain, another account number, or another text", () => {
    const { accountNumber, sequence } = chain.signer(a);
    const please = `signature verification failed; please verify account number (${accountNumber})`;
    const text = `${please} and chain-id (${chain.chainId}): (unable to verify single signer signature): unauthorized`;
    expect(unmoved(() => deliver({ chainId: "other-1" }))).toMatchObject(refused("sdk", 4, text));
    const wrongNumber = { signers: [{ by: a, accountNumber: accountNumber + 9n, sequence }] };
    expect(unmoved(() => deliver(wrongNumber))).toMatchObject(refused("sdk", 4, text));
    const flipped = (signatures: Uint8Array[]) =>
      signatures.map((each) => each.map((byte, i) => (i === 40 ? byte ^ 1 : byte)));
    expect(unmoved(() => deliver({ forge: flipped }))).toMatchObject(refused("sdk", 4, text));
    // Only in amino JSON the signer info does not fix the sequence, so the error names it.
    const amino = { signers: [chain.signer(a, SignMode.aminoJson)], forge: flipped };
    const sequenced = `${please}, sequence (${sequence}) and chain-id (${chain.chainId}): unauthorized`;
    expect(unmoved(() => deliver(amino))).toMatchObject(refused("sdk", 4, sequenced));
  });

  it("a signature in the other form of S", () => {
    const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
    const highS = (signature: Uint8Array) => {
      const s = order - BigInt(`0x${Buffer.from(signature.subarray(32)).toString("hex")}`);
      return new Uint8Array(
        Buffer.concat([signature.subarray(0, 32), Buffer.from(s.toString(16).padStart(64, "0"), "hex")]),
      );
    };
    expect(unmoved(() => deliver({ forge: (signatures) => signatures.map(highS) }))).toMatchObject({
      codespace: "sdk",
      code: 4,
    });
  });

  it("no signature, and too many of them", () => {
    expect(unmoved(() => deliver({ forge: () => [] }))).toMatchObject(refused("sdk", 15, "no signatures supplied"));
    const twice = { forge: ([one]: Uint8Array[]) => [one, one] as Uint8Array[] };
    expect(unmoved(() => deliver(twice))).toMatchObject(
      refused("sdk", 4, "wrong number of signers; expected 1, got 2: unauthorized"),
    );
  });

  it("another account's key", () => {
    const { accountNumber, sequence } = chain.signer(a);
    expect(unmoved(() => deliver({ signers: [{ by: b, accountNumber, sequence }] }))).toMatchObject(
      refused("sdk", 8, `pubKey does not match signer address ${a.address} with signer index: 0: invalid pubkey`),
    );
  });

  it("a multisig below its threshold, or with a member's signature twice", () => {
    const { accountNumber, sequence } = chain.base(group.address);
    const by = (signing: readonly number[]) => ({ by: { multisig: group, signing }, accountNumber, sequence });
    const attempt = (signing: readonly number[]) =>
      signTx({ chainId: chain.chainId, messages: [send(group)], signers: [by(signing)], gas: 100_000n });
    expect(chain.deliver(attempt([1]))).toMatchObject({ codespace: "sdk", code: 4 });
    expect(chain.deliver(attempt([1, 1]))).toMatchObject({ codespace: "sdk", code: 4 });
  });

  it("more signatures than the limit", () => {
    const members = Array.from({ length: 8 }, (_, i) => account(`member ${i}`));
    const crowd = multisig(1, members);
    succeeded(chain.run(a, send(a, crowd, "100000"), { gas: 100_000n }));
    const { accountNumber, sequence } = chain.base(crowd.address);
    const tx = signTx({
      chainId: chain.chainId,
      messages: [send(crowd)],
      signers: [{ by: { multisig: crowd, signing: [0] }, accountNumber, sequence }],
      gas: 100_000n,
    });
    expect(chain.deliver(tx)).toMatchObject(
      refused("sdk", 14, "signatures: 8, limit: 7: maximum number of signatures exceeded"),
    );
  });

  it("an account that does not exist", () => {
    const nobody = account("nobody");
    const signers = [{ by: nobody, accountNumber: 0n, sequence: 0n }];
    const tx = signTx({ chainId: chain.chainId, messages: [send(nobody)], signers, gas: 100_000n });
    expect(chain.deliver(tx)).toMatchObject(
      refused("sdk", 9, `fee payer address: ${nobody.address} does not exist: unknown address`),
    );
  });

  it("a fee that the payer does not have", () => {
    const fee = [{ denom: "uscrt", amount: String(FUNDS * 2n) }];
    expect(unmoved(() => deliver({ fee }))).toMatchObject(
      refused("sdk", 5, /is smaller than .*uscrt: insufficient funds: insufficient funds$/),
    );
    expect(unmoved(() => deliver({ fee: [{ denom: "unothing", amount: "1" }] }))).toMatchObject({
      codespace: "sdk",
      code: 5,
    });
  });

  it.each(["-5", "abc", "1.5", "1e3", "0x10", " 7", `${2n ** 300n}`])("a fee of %s", (amount) => {
    const result = unmoved(() => deliver({ fee: [{ denom: "uscrt", amount }] }));
    expect(result).toMatchObject(
      amount === "-5"
        ? refused("sdk", 13, "invalid fee provided: -5uscrt: insufficient fee")
        : { codespace: "sdk", code: 2 },
    );
  });

  it("fees that are unsorted, repeated or partly zero", () => {
    const uscrt = { denom: "uscrt", amount: "1" };
    for (const fee of [
      [uscrt, uscrt],
      [uscrt, { denom: "atom", amount: "1" }],
      [{ denom: "atom", amount: "0" }, uscrt],
    ]) {
      expect(unmoved(() => deliver({ fee }))).toMatchObject(
        refused("sdk", 13, /^invalid fee amount: .*: insufficient fee$/),
      );
    }
  });

  it("a fee of an account that grants no allowance", () => {
    expect(unmoved(() => deliver({ granter: b.address }))).toMatchObject({ codespace: "sdk", code: 38 });
  });

  it("a memo that is too large", () => {
    expect(deliver({ memo: "x".repeat(256) })).toMatchObject({ code: 0 });
    expect(unmoved(() => deliver({ memo: "x".repeat(257) }))).toMatchObject(
      refused("sdk", 12, "maximum number of characters is 256 but received 257 characters: memo too large"),
    );
    expect(unmoved(() => deliver({ memo: "é".repeat(129) }))).toMatchObject(
      refused("sdk", 12, /received 258 characters/),
    );
  });

  it("ten megabytes, with the error of the part that the reference checks first", () => {
    const memo = "x".repeat(10_000_000);
    expect(unmoved(() => deliver({ memo }))).toMatchObject({ codespace: "sdk", code: 12 });
    const many = (length: number) =>
      unmoved(() => chain.deliver(chain.tx(a, Array(length).fill(send()), { gas: 1_000_000n })));
    // The circuit breaker is read for each message before the size is charged.
    expect(many(10_100)).toMatchObject(refused("sdk", 11, /^out of gas in location: Has;/));
    expect(many(100_000)).toMatchObject(refused("sdk", 2, /over 65536 fields/));
  });

  it("a transaction after its timeout height", () => {
    const next = BigInt(chain.app.height) + 1n;
    expect(deliver({ timeoutHeight: next })).toMatchObject({ code: 0 });
    expect(unmoved(() => deliver({ timeoutHeight: next }))).toMatchObject(
      refused("sdk", 30, `block height: ${next + 1n}, timeout height: ${next}: tx timeout height`),
    );
  });

  it("a message without a handler on this chain, with the reference's error for a message that it cannot route", () => {
    const transfer = pack(MsgTransferSchema, { sender: a.address });
    const legacy = pack(MsgMigrateContractProposalSchema, { authority: a.address });
    for (const message of [transfer, legacy]) {
      expect(unmoved(() => chain.run(a, message))).toMatchObject(
        refused("sdk", 6, `no message handler found for ${message.typeUrl}: unknown request`),
      );
    }
    const unknown = { typeUrl: "/cosmos.nothing.v1.Msg", value: transfer.value };
    expect(unmoved(() => chain.run(a, unknown))).toMatchObject(
      refused("sdk", 2, /unable to resolve type URL \/cosmos.nothing.v1.Msg/),
    );
  });

  it("a type that is not a message, or is in an Any that does not accept it", () => {
    const noMessage = pack(BaseAccountSchema, { address: a.address });
    expect(unmoved(() => chain.run(a, noMessage))).toMatchObject(
      refused("sdk", 2, /BaseAccount against interface cosmos.base.v1beta1.Msg/),
    );
    const grant = (authorization: Packed) =>
      pack(MsgGrantSchema, { granter: a.address, grantee: b.address, grant: { authorization } });
    expect(unmoved(() => chain.run(a, grant(noMessage)))).toMatchObject(
      refused("sdk", 2, /BaseAccount against interface cosmos.authz.v1beta1.Authorization/),
    );
    expect(chain.run(a, grant(pack(SendAuthorizationSchema, {})))).toMatchObject({ codespace: "sdk", code: 10 });
    const odd = { ...pack(SendAuthorizationSchema, {}), value: Uint8Array.of(0x48, 1) };
    expect(unmoved(() => chain.run(a, grant(odd)))).toMatchObject(refused("sdk", 2, /SendAuthorization": \{TagNum: 9/));
  });

  it("extension options", () => {
    const extensionOptions = [pack(MsgSendSchema, {})];
    expect(unmoved(() => deliver({ extensionOptions }))).toMatchObject(refused("sdk", 31, "unknown extension options"));
  });

  it("a gas limit of zero, and one above the maximum", () => {
    expect(unmoved(() => deliver({ gas: 0n }))).toMatchObject(
      refused("sdk", 11, /^out of gas in location: Has; gasWanted: 0, gasUsed: 100: out of gas$/),
    );
    expect(unmoved(() => deliver({ gas: 1n << 63n }))).toMatchObject(
      refused("sdk", 18, `invalid gas supplied; ${1n << 63n} > ${(1n << 63n) - 1n}: invalid request`),
    );
  });

  it("too little gas for the checks", () => {
    const result = unmoved(() => deliver({ gas: 1000n }));
    expect(result).toMatchObject({
      ...refused("sdk", 11, /^out of gas in location: txSize; gasWanted: 1000, gasUsed: \d+: out of gas$/),
      gasWanted: 1000n,
    });
  });

  it("a message that its stateless checks refuse, before the steps, as in the reference", () => {
    const message = pack(MsgInstantiateContractSchema, {
      sender: a.raw,
      codeId: 1n,
      label: "",
      initMsg: new Uint8Array(100),
    });
    expect(unmoved(() => chain.run(a, message))).toMatchObject(refused("compute", 11, "is required: empty"));
  });
});

describe("the steps of the pipeline", () => {
  it("run in the reference's order: of many faults the first is reported", () => {
    const { accountNumber, sequence } = chain.signer(a);
    const right = { by: a, accountNumber, sequence };
    const wrongText = (signatures: Uint8Array[]) =>
      signatures.map((each) => each.map((byte, i) => (i === 8 ? byte ^ 1 : byte)));
    /** Every step refuses it; each round of the test corrects one fault. */
    const wrong: Partial<TxInput> = {
      extensionOptions: [pack(MsgSendSchema, {})],
      gas: 1n << 63n,
      timeoutHeight: 1n,
      memo: "x".repeat(300),
      fee: [{ denom: "uscrt", amount: String(FUNDS * 3n) }],
      signers: [{ ...right, by: b, sequence: sequence + 4n }],
      forge: wrongText,
    };
    const steps: readonly (readonly [code: number, repair: Partial<TxInput>])[] = [
      [31, { extensionOptions: [] }],
      [18, { gas: 2_500n }],
      [30, { timeoutHeight: 0n }],
      [12, { memo: "" }],
      [11, { gas: 200_000n }],
      [5, { fee: [{ denom: "uscrt", amount: "2500" }] }],
      [8, { signers: [{ ...right, sequence: sequence + 4n }] }],
      [32, { signers: [right] }],
      [4, { forge: (signatures) => signatures }],
    ];
    let input = wrong;
    for (const [code, repair] of steps) {
      expect(deliver(input)).toMatchObject({ codespace: "sdk", code });
      input = { ...input, ...repair };
    }
    expect(deliver(input)).toMatchObject({ code: 0 });
  });
});

describe("a transaction whose message fails", () => {
  it("pays its fee, uses its sequence, loses its writes, and names the failed message", () => {
    const [sequence, balance, other] = [sequenceOf(a), chain.balance(a.address), chain.balance(c.address)];
    const tx = chain.tx(a, [send(a, c), send(a, c, String(FUNDS * 2n))], { gas: 200_000n });
    const result = chain.deliver(tx);
    expect(result).toMatchObject(
      refused("sdk", 5, /^failed to execute message; message index: 1: spendable balance .*: insufficient funds$/),
    );
    expect(result.data.length).toBe(0);
    expect(sequenceOf(a)).toBe(sequence + 1n);
    expect(chain.balance(a.address)).toBe(balance - 1000n);
    expect(chain.balance(c.address)).toBe(other);
  });

  it("leaves only the events of the checks, without a message index", () => {
    const { events } = chain.run(a, send(a, c, String(FUNDS * 2n)), { gas: 200_000n });
    expect(events.map(({ type }) => type)).toEqual([
      "coin_spent",
      "coin_received",
      "transfer",
      "message",
      "tx",
      "tx",
      "tx",
    ]);
    expect(events.flatMap(({ attributes }) => attributes.map(([key]) => key))).not.toContain("msg_index");
  });

  it("runs out of gas with the text that clients parse", () => {
    const result = chain.run(a, send(), { gas: 11_000n });
    expect(result).toMatchObject(
      refused("sdk", 11, /^out of gas in location: [A-Za-z]+; gasWanted: 11000, gasUsed: \d+: out of gas$/),
    );
    expect(result.gasUsed).toBeGreaterThan(11_000n);
    expect(result.events.length).toBe(7);
  });
});

describe("the node's own gas price", () => {
  it("holds in the mempool only", () => {
    const cheap = chain.tx(a, [send()], { gas: 100_000n, fee: [{ denom: "uscrt", amount: "1249" }] });
    chain.check.reset();
    expect(chain.check.check(cheap, "check")).toMatchObject(
      refused("sdk", 13, "insufficient fees; got: 1249uscrt required: 1250uscrt: insufficient fee"),
    );
    const free = chain.tx(a, [send()], { gas: 100_000n, fee: [] });
    expect(chain.check.check(free, "check")).toMatchObject(
      refused("sdk", 13, "insufficient fees; got:  required: 1250uscrt: insufficient fee"),
    );
    expect(chain.deliver(cheap)).toMatchObject({ code: 0 });
  });
});

describe("the mempool's state", () => {
  it("counts the sequences of its transactions, and restarts with each block", () => {
    const { check } = chain;
    check.reset();
    const signer = chain.signer(a);
    const first = chain.tx(a, [send()], { gas: 100_000n, fee: [{ denom: "uscrt", amount: "2000" }] });
    const second = chain.tx(a, [send()], {
      gas: 100_000n,
      fee: [{ denom: "uscrt", amount: "2000" }],
      signers: [{ ...signer, sequence: signer.sequence + 1n }],
    });
    expect(check.check(second, "check")).toMatchObject({ codespace: "sdk", code: 32 });
    expect(check.check(first, "check")).toMatchObject({ code: 0 });
    expect(check.check(second, "check")).toMatchObject({ code: 0 });
    expect(check.check(first, "check")).toMatchObject({ codespace: "sdk", code: 32 });
    check.reset();
    expect(check.check(first, "recheck")).toMatchObject({ code: 0 });
    expect(chain.block(first, second).txResults.map(({ code }) => code)).toEqual([0, 0]);
    check.reset();
    expect(check.check(second, "recheck")).toMatchObject({ codespace: "sdk", code: SdkError.wrongSequence.code });
  });
});
