// SPDX-License-Identifier: Apache-2.0
/**
 * Authorized callers of a contract: the enclave verifies every signature itself, in every mode that
 * clients use.
 */

import {
  executeMessage,
  multisig,
  type Packed,
  pack,
  responseOf,
  type Signer,
  signTx,
} from "@sotto/contract-test/parts";
import { decryptOutput } from "@sotto/message";
import {
  MsgExecuteContractResponseSchema,
  MsgMigrateContractSchema,
  MsgUpdateAdminSchema,
} from "@sotto/proto/secret.compute.v1beta1";
import { SignMode } from "@sotto/tx";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Contract, deploy, instantiate } from "../support/contract.ts";
import { a, b, c, d, TestChain } from "../support/testChain.ts";
import { wasm } from "../support/wasm.ts";

const group = multisig(2, [a, b, c]);
const nested = multisig(1, [c, d]);
const chain = new TestChain({ funded: [group.address, nested.address] });
let probe: Contract;
beforeAll(() => {
  probe = deploy(chain, wasm.v1, { ops: [] }, { admin: a.address });
});
afterAll(() => chain.close());

const deliver = (messages: readonly Packed[], signers: readonly Signer[]) =>
  chain.deliver(signTx({ chainId: chain.chainId, messages, signers, gas: 3_000_000n }));
const ofGroup = (who: typeof group, signing: readonly number[], mode?: number): Signer => {
  const { accountNumber, sequence } = chain.base(who.address);
  return { by: { multisig: who, signing }, accountNumber, sequence, ...(mode === undefined ? {} : { mode }) };
};
const setBy = (who: { raw: Uint8Array }, key: string): Packed =>
  executeMessage(who as never, probe.address, chain.client.encrypt(probe.codeHash, { set: { key, value: key } }).wire);
const get = (key: string): unknown => JSON.parse(probe.query({ get: { key } }))[0];

describe("a contract call is accepted from", () => {
  it.each(["direct", "aminoJson", "eip191"] as const)("a signature in mode %s", (mode) => {
    expect(deliver([setBy(a, mode)], [chain.signer(a, SignMode[mode])])).toMatchObject({ code: 0, log: "" });
    expect(get(mode)).toBe(mode);
  });

  it.each(["aminoJson", "eip191"] as const)("a signature in mode %s over every kind of contract message", (mode) => {
    const made = instantiate(chain, probe.codeId, wasm.v1, { ops: [] }, { admin: a.address });
    const msg = chain.client.encrypt(probe.codeHash, { ops: [] }).wire;
    const migrate = pack(MsgMigrateContractSchema, {
      sender: a.address,
      contract: made.address,
      codeId: probe.codeId,
      msg,
    });
    const update = pack(MsgUpdateAdminSchema, { sender: a.address, contract: made.address, newAdmin: b.address });
    expect(deliver([migrate, update], [chain.signer(a, SignMode[mode])])).toMatchObject({ code: 0, log: "" });
  });

  it("any sufficient set of members of a multisig, and not from fewer members", () => {
    for (const signing of [
      [0, 1],
      [1, 2],
      [0, 1, 2],
    ]) {
      const key = `group ${signing}`;
      expect(deliver([setBy(group, key)], [ofGroup(group, signing)])).toMatchObject({ code: 0, log: "" });
      expect(get(key)).toBe(key);
    }
    expect(deliver([setBy(group, "too few")], [ofGroup(group, [1])])).toMatchObject({ codespace: "sdk", code: 4 });
    expect(get("too few")).toBeNull();
  });

  it("several senders in one transaction, each with its own account number", () => {
    const messages = [setBy(a, "of a"), setBy(b, "of b"), setBy(a, "of a again"), setBy(nested, "of the group")];
    expect(
      deliver(messages, [chain.signer(a), chain.signer(b, SignMode.aminoJson), ofGroup(nested, [1])]),
    ).toMatchObject({ code: 0, log: "" });
    for (const key of ["of a", "of b", "of a again", "of the group"]) expect(get(key)).toBe(key);
  });

  it("many messages of one transaction, which all succeed or all fail", () => {
    const messages = Array.from({ length: 30 }, (_, i) => setBy(a, `many ${i}`));
    expect(deliver(messages, [chain.signer(a)])).toMatchObject({ code: 0, log: "" });
    expect([get("many 0"), get("many 29")]).toEqual(["many 0", "many 29"]);
    const { wire } = chain.client.encrypt(probe.codeHash, { panic: { text: "" } });
    const broken = [setBy(a, "none"), executeMessage(a, probe.address, wire), setBy(a, "none either")];
    expect(deliver(broken, [chain.signer(a)])).toMatchObject({
      codespace: "compute",
      code: 3,
      log: expect.stringContaining("message index: 1"),
    });
    expect(get("none")).toBeNull();
    // The next transaction has the right number, for the chain and for the enclave.
    expect(deliver([setBy(a, "after")], [chain.signer(a)])).toMatchObject({ code: 0 });
  });

  it("a transaction after transactions that the chain refused", () => {
    const signer = chain.signer(a);
    const wrong = chain.tx(a, [setBy(a, "wrong")], {
      gas: 500_000n,
      signers: [{ ...signer, sequence: signer.sequence + 5n }],
    });
    const poor = chain.tx(a, [setBy(a, "poor")], { gas: 1n });
    const good = chain.tx(a, [setBy(a, "good")], { gas: 500_000n });
    const results = chain.block(wrong, Uint8Array.of(1, 2, 3), poor, good, good).txResults;
    expect(results.map(({ codespace, code }) => `${codespace}/${code}`)).toEqual([
      "sdk/32",
      "sdk/2",
      "sdk/11",
      "/0",
      "sdk/32",
    ]);
    expect([get("wrong"), get("good")]).toEqual([null, "good"]);
  });
});

describe("a contract sees", () => {
  it("the sender of its message, not the other signers", () => {
    const asked = [a, b].map((by) => ({ by, ...probe.message(by, { env: {} }) }));
    const result = deliver(
      asked.map(({ packed }) => packed),
      asked.map(({ by }) => chain.signer(by)),
    );
    asked.forEach(({ by, key }, i) => {
      const data = decryptOutput(key, responseOf(MsgExecuteContractResponseSchema, result, i).data);
      expect(Buffer.from(data ?? []).toString()).toContain(`\\"sender\\":\\"${by.address}\\"`);
    });
  });
});
