// SPDX-License-Identifier: Apache-2.0
/**
 * Bound messages: sender, contract and chain are authenticated together with the text, so a copy
 * cannot run elsewhere.
 */
import { concat, fromUtf8 } from "@sotto/bytes";
import type { EncryptedMessage } from "@sotto/contract-test/parts";
import {
  type Account,
  contractOf,
  executeMessage,
  type Packed,
  pack,
  responseOf,
  succeeded,
} from "@sotto/contract-test/parts";
import type { TxResult } from "@sotto/kernel";
import type { Binding } from "@sotto/message";
import {
  Query as ComputeQuery,
  MsgExecuteContractResponseSchema,
  MsgInstantiateContractResponseSchema,
  MsgInstantiateContractSchema,
  MsgMigrateContractSchema,
} from "@sotto/proto/secret.compute.v1beta1";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Contract, deploy, Execution, instantiate, shownError } from "../support/contract.ts";
import { a as alice, b as eve, TestChain } from "../support/testChain.ts";
import { hashOf, wasm } from "../support/wasm.ts";
import { boundOnly } from "./boundOnly.ts";

const chain = new TestChain();
const { chainId } = chain;
/** Alice's contract, another one of hers, and Eve's: all of one code. */
let hers: Contract;
let other: Contract;
let evil: Contract;
beforeAll(() => {
  hers = deploy(chain, wasm.v1, { ops: [] }, { admin: alice.address });
  other = instantiate(chain, hers.codeId, wasm.v1, { ops: [] }, { admin: alice.address });
  evil = instantiate(chain, hers.codeId, wasm.v1, { ops: [] }, { by: eve, admin: eve.address });
});
afterAll(() => chain.close());

const at = "failed to execute message; message index: 0: Execution error: Enclave: ";
const ELSEWHERE = "the message is bound to another sender, contract or chain";
const refused = (failed: string, code: number, why = ELSEWHERE) => ({
  codespace: "compute",
  code,
  log: `${at}${why}: ${failed} contract failed`,
});
const BOUND_ELSEWHERE = refused("execute", 3);
const UNBOUND = "the contract takes bound messages only: its client must bind what it encrypts";

const encrypt = (codeHash: string, message: unknown, binding: Binding): EncryptedMessage =>
  chain.client.encryptBound(codeHash, message, binding);
const toExecute = (message: unknown, contract = hers, by = alice): EncryptedMessage =>
  encrypt(contract.codeHash, message, {
    kind: "execute",
    chainId,
    sender: by.raw,
    contract: contractOf(contract.address),
  });
const toQuery = (message: unknown, contract = hers): EncryptedMessage =>
  encrypt(contract.codeHash, message, { kind: "query", chainId, contract: contractOf(contract.address) });
const toMigrate = (contract: Contract, codeId: bigint, codeHash: string): EncryptedMessage =>
  encrypt(
    codeHash,
    { ops: [] },
    { kind: "migrate", chainId, sender: alice.raw, contract: contractOf(contract.address), codeId },
  );

const execute = (by: Account, contract: Contract, wire: Uint8Array): Packed =>
  executeMessage(by, contract.address, wire);
const create = (by: Account, codeId: bigint, label: string, initMsg: Uint8Array): Packed =>
  pack(MsgInstantiateContractSchema, { sender: by.raw, codeId, label, initMsg });
const migrate = (by: Account, contract: Contract, msg: Uint8Array, codeId: bigint): Packed =>
  pack(MsgMigrateContractSchema, { sender: by.address, contract: contract.address, codeId, msg });
const send = (by: Account, ...messages: Packed[]): TxResult =>
  chain.deliver(chain.tx(by, messages, { gas: 5_000_000n }));
const sent = (by: Account, contract: Contract, { wire, key }: EncryptedMessage): Execution =>
  new Execution(send(by, execute(by, contract, wire)), key, MsgExecuteContractResponseSchema);
const ask = (contract: Contract, query: Uint8Array): Uint8Array =>
  chain.ask(ComputeQuery.method.querySecretContract, { contractAddress: contract.address, query }).data;

/** Makes a contract of stored code with a bound message. */
function make(codeId: bigint, code: Uint8Array, label: string): Contract {
  const codeHash = hashOf(code);
  const { wire } = encrypt(codeHash, { ops: [] }, { kind: "instantiate", chainId, sender: alice.raw, codeId, label });
  const message = pack(MsgInstantiateContractSchema, {
    sender: alice.raw,
    codeId,
    label,
    initMsg: wire,
    admin: alice.address,
  });
  const created = succeeded(send(alice, message));
  const { address } = responseOf(MsgInstantiateContractResponseSchema, created);
  return new Contract(chain, { address, codeHash, codeId, created, createdData: "" });
}

describe("a bound message", () => {
  it("runs for its sender in its contract, again too, and its answers open", () => {
    const message = {
      batch: {
        ops: [{ set: { key: "k", value: "v" } }, { output: { text: "done" } }, { attr: { key: "x", value: "y" } }],
      },
    };
    const encrypted = toExecute(message);
    const ran = sent(alice, hers, encrypted);
    expect(succeeded(ran.result).code).toBe(0);
    expect(ran.outputs).toEqual(["done"]);
    expect(ran.logs).toContainEqual(["x", "y"]);
    expect(sent(alice, hers, encrypted).outputs).toEqual(["done"]);
    const failed = toExecute({ fail: { error: { text: { text: "no" } } } });
    expect(shownError(sent(alice, hers, failed).result.log, failed.key)).toContain("no: execute contract failed");
  });

  it("runs for no other sender and in no other contract, even when the copy is first", () => {
    const encrypted = toExecute({ set: { key: "k", value: "hers alone" } });
    expect(send(eve, execute(eve, evil, encrypted.wire))).toMatchObject(BOUND_ELSEWHERE);
    expect(send(eve, execute(eve, hers, encrypted.wire))).toMatchObject(BOUND_ELSEWHERE);
    expect(send(alice, execute(alice, other, encrypted.wire))).toMatchObject(BOUND_ELSEWHERE);
    expect(evil.query({ get: { key: "k" } })).toBe("[null]");
    // There is no claim on it: the chain stores no record of bound messages.
    expect(sent(alice, hers, encrypted).result.code).toBe(0);
    expect(hers.query({ get: { key: "k" } })).toBe('["hers alone"]');
  });

  it("runs on no other chain", () => {
    const contract = contractOf(hers.address);
    const elsewhere = encrypt(
      hers.codeHash,
      { noop: {} },
      { kind: "execute", chainId: "other-1", sender: alice.raw, contract },
    );
    expect(send(alice, execute(alice, hers, elsewhere.wire))).toMatchObject(BOUND_ELSEWHERE);
  });

  it("does not become an ordinary one, nor an ordinary one bound", () => {
    const { wire, key } = toExecute({ noop: {} });
    const unmarked = concat(fromUtf8("BOUND-02"), wire.subarray(8));
    expect(send(alice, execute(alice, hers, unmarked))).toMatchObject(refused("execute", 3, "failed to decrypt data"));
    const ordinary = chain.client.encrypt(hers.codeHash, { noop: {} }).wire;
    expect(send(alice, execute(alice, hers, concat(key.nonce.subarray(0, 8), ordinary.subarray(8))))).toMatchObject(
      refused("execute", 3, "failed to decrypt data"),
    );
  });

  it("of an instantiation runs with its sender, code and label only", () => {
    const { wire } = encrypt(
      hers.codeHash,
      { ops: [] },
      { kind: "instantiate", chainId, sender: alice.raw, codeId: hers.codeId, label: "bound" },
    );
    const again = chain.storeCode(wasm.v1);
    for (const [by, codeId, label] of [
      [eve, hers.codeId, "bound"],
      [alice, again, "bound"],
      [alice, hers.codeId, "other label"],
    ] as const) {
      expect(send(by, create(by, codeId, label, wire))).toMatchObject(refused("instantiate", 2));
    }
    expect(send(alice, create(alice, hers.codeId, "bound", wire)).code).toBe(0);
  });

  it("of a migration runs for its contract and code only", () => {
    const again = chain.storeCode(wasm.v1);
    const { wire } = toMigrate(hers, hers.codeId, hers.codeHash);
    expect(send(eve, migrate(eve, evil, wire, hers.codeId))).toMatchObject(refused("migrate", 5));
    expect(send(alice, migrate(alice, other, wire, hers.codeId))).toMatchObject(refused("migrate", 5));
    expect(send(alice, migrate(alice, hers, wire, again))).toMatchObject(refused("migrate", 5));
    expect(send(alice, migrate(alice, hers, wire, hers.codeId)).code).toBe(0);
  });

  it("is one kind of message only", () => {
    const toRun = toExecute({ get: { key: "k" } });
    const toAsk = toQuery({ get: { key: "k" } });
    expect(() => ask(hers, toRun.wire)).toThrow(ELSEWHERE);
    expect(send(alice, execute(alice, hers, toAsk.wire))).toMatchObject(BOUND_ELSEWHERE);
    expect(send(alice, migrate(alice, hers, toRun.wire, hers.codeId))).toMatchObject(refused("migrate", 5));
    expect(send(alice, create(alice, hers.codeId, "kinds", toRun.wire))).toMatchObject(refused("instantiate", 2));
  });

  it("of a query asks its contract only", () => {
    const { wire } = toQuery({ get: { key: "k" } });
    expect(ask(hers, wire).length).toBeGreaterThan(16);
    expect(() => ask(evil, wire)).toThrow(ELSEWHERE);
  });

  it("reaches other contracts through the one that it is for: messages, replies, queries", () => {
    const inner = { contract: other.address, code_hash: other.codeHash };
    const set = JSON.stringify({
      batch: { ops: [{ set: { key: "deep", value: "down" } }, { data: { data: "b2s=" } }] },
    });
    const called = sent(alice, hers, toExecute({ call: { ...inner, msg: set, sub: { id: 7, reply_on: "always" } } }));
    expect(succeeded(called.result).code).toBe(0);
    expect(other.query({ get: { key: "deep" } })).toBe('["down"]');
    const asked = sent(alice, hers, toExecute({ smart: { ...inner, msg: JSON.stringify({ get: { key: "deep" } }) } }));
    expect(asked.outputs).toEqual([JSON.stringify(["down"])]);
  });
});

describe("a contract that takes bound messages only", () => {
  const code = boundOnly(wasm.v1);
  const codeHash = hashOf(code);
  let codeId: bigint;
  let shut: Contract;
  beforeAll(() => {
    codeId = chain.storeCode(code);
    shut = make(codeId, code, "shut");
  });

  it("refuses ordinary ones in every entry point, and says why", () => {
    const ordinary = (message: unknown) => chain.client.encrypt(codeHash, message).wire;
    expect(send(alice, execute(alice, shut, ordinary({ noop: {} })))).toMatchObject(refused("execute", 3, UNBOUND));
    expect(send(alice, create(alice, codeId, "ajar", ordinary({ ops: [] })))).toMatchObject(
      refused("instantiate", 2, UNBOUND),
    );
    expect(send(alice, migrate(alice, shut, ordinary({ ops: [] }), codeId))).toMatchObject(
      refused("migrate", 5, UNBOUND),
    );
    expect(() => ask(shut, ordinary({ get: { key: "k" } }))).toThrow(UNBOUND);
  });

  it("takes bound ones in every entry point", () => {
    expect(
      sent(alice, shut, toExecute({ batch: { ops: [{ set: { key: "k", value: "v" } }] } }, shut)).result.code,
    ).toBe(0);
    expect(ask(shut, toQuery({ get: { key: "k" } }, shut).wire).length).toBeGreaterThan(16);
    expect(send(alice, migrate(alice, shut, toMigrate(shut, codeId, codeHash).wire, codeId)).code).toBe(0);
  });

  it("is reached through other contracts by bound messages only", () => {
    const inner = { contract: shut.address, code_hash: codeHash };
    const call = { call: { ...inner, msg: JSON.stringify({ noop: {} }), sub: { id: 7, reply_on: "success" } } };
    const query = { smart: { ...inner, msg: JSON.stringify({ get: { key: "k" } }) } };
    expect(hers.try(call).result).toMatchObject({ code: 3, log: expect.stringContaining(UNBOUND) });
    expect(hers.try(query).result.code).not.toBe(0);
    expect(sent(alice, hers, toExecute(call)).result.code).toBe(0);
    expect(sent(alice, hers, toExecute(query)).outputs).toEqual([JSON.stringify(["v"])]);
  });

  it("is what its newest code says", () => {
    const open = toMigrate(shut, hers.codeId, hers.codeHash);
    expect(send(alice, migrate(alice, shut, open.wire, hers.codeId)).code).toBe(0);
    const now = new Contract(chain, { ...shut, codeHash: hers.codeHash });
    expect(now.try({ noop: {} }).result.code).toBe(0);
  });
});
