// SPDX-License-Identifier: Apache-2.0
/**
 * Another signer must not choose data that a signature does not cover: helpers
 * (SIGN_MODE_DIRECT_AUX) never pay.
 */

import {
  executeMessage,
  multisig,
  type Packed,
  pack,
  type Signer,
  signTx,
  type TxInput,
} from "@sotto/contract-test/parts";
import { SdkError } from "@sotto/errors";
import { MsgSendSchema } from "@sotto/proto/cosmos.bank.v1beta1";
import { decodeTx, SignMode } from "@sotto/tx";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Contract, deploy } from "../support/contract.ts";
import { a, b, c, TestChain } from "../support/testChain.ts";
import { wasm } from "../support/wasm.ts";

const group = multisig(2, [a, b, c]);
const chain = new TestChain({ funded: [group.address] });
let probe: Contract;
beforeAll(() => {
  probe = deploy(chain, wasm.v1);
});
afterAll(() => chain.close());

const GREEDY = [{ denom: "uscrt", amount: "700000" }];
const unauthorized = { codespace: "sdk", code: SdkError.unauthorized.code };
const send = (from: { address: string }): Packed =>
  pack(MsgSendSchema, { fromAddress: from.address, toAddress: c.address, amount: [{ denom: "uscrt", amount: "1" }] });
const set = (by: { raw: Uint8Array }, key: string): Packed =>
  executeMessage(by as never, probe.address, chain.client.encrypt(probe.codeHash, { set: { key, value: key } }).wire);
const get = (key: string): unknown => JSON.parse(probe.query({ get: { key } }))[0];
const ofGroup = (mode: number, signing = [0, 2]): Signer => {
  const { accountNumber, sequence } = chain.base(group.address);
  return { by: { multisig: group, signing }, accountNumber, sequence, mode };
};
const sign = (messages: readonly Packed[], signers: readonly Signer[], changes: Partial<TxInput> = {}) =>
  signTx({ chainId: chain.chainId, messages, signers, gas: 3_000_000n, ...changes });

/** The result of check and of a block; expects that they are equal. */
function verdict(tx: Uint8Array) {
  const check = chain.check.check(tx, "check");
  const result = chain.deliver(tx);
  chain.check.reset();
  expect([check.codespace, check.code]).toEqual([result.codespace, result.code]);
  return result;
}
const signatureOf = (tx: Uint8Array, index: number) => decodeTx(tx).raw.signatures[index] as Uint8Array;

describe("a helper", () => {
  it("signs its message, and the payer signs the fee", () => {
    const [before, sequence] = [chain.balance(b.address), chain.base(b.address).sequence];
    const tx = sign([send(a), set(b, "helped")], [chain.signer(a), chain.signer(b, SignMode.directAux)]);
    expect(verdict(tx)).toMatchObject({ code: 0, log: "" });
    expect([get("helped"), chain.balance(b.address)]).toEqual(["helped", before]);
    expect(chain.base(b.address).sequence).toBe(sequence + 1n);
  });

  it("may be a multisig, whose members sign over its key", () => {
    const tx = sign([send(a), set(group, "group")], [chain.signer(a), ofGroup(SignMode.directAux)]);
    expect(verdict(tx)).toMatchObject({ code: 0, log: "" });
    expect(get("group")).toBe("group");
  });

  it.each([
    ["by name", b.address],
    ["by name in upper case", b.address.toUpperCase()],
  ])("cannot be made the payer %s, with a fee of the payer's choice", (_, payer) => {
    const messages = [send(a), set(b, "stolen")];
    const asked = sign(messages, [chain.signer(a), chain.signer(b, SignMode.directAux)]);
    const taken = { ...chain.signer(b, SignMode.directAux), signature: signatureOf(asked, 1) };
    const before = chain.balance(b.address);
    expect(verdict(sign(messages, [chain.signer(a), taken], { payer, fee: GREEDY }))).toMatchObject(unauthorized);
    expect([chain.balance(b.address), get("stolen")]).toEqual([before, null]);
  });

  it("does not pay when the payer is removed", () => {
    const messages = [send(a)];
    const asked = sign(messages, [chain.signer(a, SignMode.directAux), chain.signer(c)], { payer: c.address });
    const taken = { ...chain.signer(a, SignMode.directAux), signature: signatureOf(asked, 0) };
    const before = chain.balance(a.address);
    expect(verdict(sign(messages, [taken], { fee: GREEDY }))).toMatchObject(unauthorized);
    expect(chain.balance(a.address)).toBe(before);
    expect(verdict(asked)).toMatchObject({ code: 0 });
  });

  it("cannot be made the payer as a multisig", () => {
    const messages = [send(a), set(group, "stolen of the group")];
    const asked = sign(messages, [chain.signer(a), ofGroup(SignMode.directAux)]);
    const taken = { ...ofGroup(SignMode.directAux), signature: signatureOf(asked, 1) };
    const payer = group.address;
    expect(verdict(sign(messages, [chain.signer(a), taken], { payer, fee: GREEDY }))).toMatchObject(unauthorized);
    expect(get("stolen of the group")).toBeNull();
  });
});
