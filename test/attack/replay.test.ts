// SPDX-License-Identifier: Apache-2.0
/**
 * Ciphertexts that other users send. An encrypted message names its code, but neither its contract
 * nor its sender: an attacker who runs a copy in their own contract can read it, because they may
 * migrate that contract to a code that reveals its state. docs/spec/replay.md has the table of
 * these tests.
 */
import { ED25519_TORSION_SUBGROUP, ed25519 } from "@noble/curves/ed25519.js";
import { concat, fromUtf8, toHex, toUtf8 } from "@sotto/bytes";
import { type Account, Client, executeMessage, type Packed, pack, responseOf } from "@sotto/contract-test/parts";
import { sha256, X25519Key } from "@sotto/crypto";
import type { TxResult } from "@sotto/kernel";
import { decryptOutput } from "@sotto/message";
import {
  Query as ComputeQuery,
  MsgExecuteContractResponseSchema,
  MsgInstantiateContractSchema,
  MsgMigrateContractSchema,
} from "@sotto/proto/secret.compute.v1beta1";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Contract, deploy, instantiate } from "../support/contract.ts";
import { a as alice, b as eve, TestChain } from "../support/testChain.ts";
import { wasm } from "../support/wasm.ts";

const chain = new TestChain();
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

const REPLAYED = { codespace: "compute", code: 40 };
let labels = 0;

const secret = (value: string): Uint8Array => chain.client.encrypt(hers.codeHash, { set: { key: "k", value } }).wire;
const execute = (by: Account, contract: Contract, wire: Uint8Array): Packed =>
  executeMessage(by, contract.address, wire);
const create = (by: Account, initMsg: Uint8Array, label = `replay ${labels++}`): Packed =>
  pack(MsgInstantiateContractSchema, { sender: by.raw, codeId: hers.codeId, label, initMsg });
const migrate = (by: Account, contract: Contract, msg: Uint8Array, codeId = contract.codeId): Packed =>
  pack(MsgMigrateContractSchema, { sender: by.address, contract: contract.address, codeId, msg });
const send = (by: Account, ...messages: Packed[]): TxResult =>
  chain.deliver(chain.tx(by, messages, { gas: 2_000_000n }));
const ask = (contract: Contract, query: Uint8Array): Uint8Array =>
  chain.ask(ComputeQuery.method.querySecretContract, { contractAddress: contract.address, query }).data;
const stored = (contract: Contract): unknown => JSON.parse(contract.query({ get: { key: "k" } }))[0];

/**
 * Refused in the mempool, in a simulation and in a block; there is no payment, no count and no run.
 */
function expectRefused(by: Account, ...messages: Packed[]): void {
  const tx = chain.tx(by, messages, { gas: 2_000_000n });
  chain.check.reset();
  expect(chain.check.check(tx, "check")).toMatchObject(REPLAYED);
  expect(chain.queries.simulate(tx)).toMatchObject(REPLAYED);
  const before = [chain.base(by.address).sequence, chain.balance(by.address), stored(evil), stored(other)];
  expect(chain.deliver(tx)).toMatchObject(REPLAYED);
  expect([chain.base(by.address).sequence, chain.balance(by.address), stored(evil), stored(other)]).toEqual(before);
}

describe("an executed ciphertext", () => {
  it("is refused to another sender, in a contract of theirs and in the same one", () => {
    const wire = secret("for Bob");
    expect(send(alice, execute(alice, hers, wire)).code).toBe(0);
    expectRefused(eve, execute(eve, evil, wire));
    expectRefused(eve, execute(eve, hers, wire));
    expect(stored(hers)).toBe("for Bob");
    expect(send(eve, execute(eve, evil, wire)).log).toBe(
      "message index: 0: this ciphertext was sent before; encrypt the message again: encrypted message belongs to another sender or contract",
    );
  });

  it("runs again for its sender in its contract, and in no other", () => {
    const wire = secret("twice");
    const [first, second] = [send(alice, execute(alice, hers, wire)), send(alice, execute(alice, hers, wire))];
    expect([first.code, second.code]).toEqual([0, 0]);
    // The chain's record costs no gas: the reference has no such record.
    expect(second.gasUsed).toBe(first.gasUsed);
    expectRefused(alice, execute(alice, other, wire));
  });

  it("is refused under every spelling of its client's key", () => {
    const wire = secret("spelled");
    expect(send(alice, execute(alice, hers, wire)).code).toBe(0);
    const spellings = spellingsOf(wire.subarray(32, 64));
    expect(new Set(spellings.map(toHex)).size).toBe(16);
    const io = new X25519Key(sha256(fromUtf8("any key agrees on one secret with all of them")));
    expect(new Set(spellings.map((key) => toHex(io.agree(key) as Uint8Array))).size).toBe(1);
    for (const key of spellings) {
      expectRefused(eve, execute(eve, evil, concat(wire.subarray(0, 32), key, wire.subarray(64))));
    }
  });

  it("is refused after a transaction that failed, before its message was reached or in it", () => {
    const wires = [secret("one"), secret("two")];
    const fails = hers.message(alice, { fail: { error: { text: { text: "no" } } } }).packed;
    const result = send(
      alice,
      execute(alice, hers, wires[0] as Uint8Array),
      fails,
      execute(alice, hers, wires[1] as Uint8Array),
    );
    expect(result).toMatchObject({ codespace: "compute", code: 3 });
    for (const wire of wires) expectRefused(eve, execute(eve, evil, wire));
    const poor = secret("out of gas");
    expect(chain.deliver(chain.tx(alice, [execute(alice, hers, poor)], { gas: 28_000n })).code).toBe(11);
    expectRefused(eve, execute(eve, evil, poor));
    // Hers may be tried again.
    expect(send(alice, execute(alice, hers, poor)).code).toBe(0);
  });

  it("is refused behind other messages, in front of one that fails, and in the block of the original", () => {
    const wire = secret("hidden");
    const own = () => evil.message(eve, { noop: {} }).packed;
    const fails = () => evil.message(eve, { fail: { error: { text: { text: "no" } } } }).packed;
    const original = chain.tx(alice, [execute(alice, hers, wire)]);
    const copy = chain.tx(eve, [execute(eve, evil, wire)]);
    chain.check.reset();
    expect(chain.check.check(original, "check").code).toBe(0);
    expect(chain.check.check(copy, "check")).toMatchObject(REPLAYED);
    expect(chain.block(original, copy).txResults).toMatchObject([{ code: 0 }, REPLAYED]);
    expectRefused(eve, own(), execute(eve, evil, wire));
    expectRefused(eve, own(), execute(eve, evil, wire), fails());
  });

  it("twice in one transaction is one sender's to one contract, or refused", () => {
    const wire = secret("again");
    expectRefused(alice, execute(alice, hers, wire), execute(alice, other, wire));
    // A refused transaction makes no claim.
    expect(send(alice, execute(alice, hers, wire), execute(alice, hers, wire)).code).toBe(0);
    const shared = secret("shared");
    const signers = [chain.signer(alice), chain.signer(eve)];
    const both = [execute(alice, hers, shared), execute(eve, evil, shared)];
    expect(chain.deliver(chain.tx(alice, both, { signers }))).toMatchObject(REPLAYED);
  });

  it("is no other kind of message", () => {
    const wire = secret("kind");
    expect(send(alice, execute(alice, hers, wire)).code).toBe(0);
    for (const by of [alice, eve]) expectRefused(by, create(by, wire));
    expectRefused(alice, migrate(alice, hers, wire));
    expectRefused(eve, migrate(eve, evil, wire));
  });

  it("belongs to its first sender: an observer can send a copy before the original runs", () => {
    const wire = secret("seen in the mempool");
    expect(send(eve, execute(eve, evil, wire)).code).toBe(0);
    // No rule of this kind can help Alice: Eve has the ciphertext, and Alice must encrypt a new
    // message. Bound messages cannot be taken.
    expect(stored(evil)).toBe("seen in the mempool");
    expectRefused(alice, execute(alice, hers, wire));
    expect(send(alice, execute(alice, hers, secret("anew"))).code).toBe(0);
  });

  it("claims nothing when its transaction does not pass: a signature of another, or a sequence that is not the next", () => {
    const wire = secret("not signed");
    const forged = chain.tx(eve, [execute(eve, evil, wire)], {
      forge: ([one]) => [(one as Uint8Array).map((byte) => byte ^ 1)],
    });
    expect(chain.deliver(forged)).toMatchObject({ codespace: "sdk", code: 4 });
    const late = chain.tx(eve, [execute(eve, evil, wire)], { signers: [{ ...chain.signer(eve), sequence: 9_999n }] });
    expect(chain.deliver(late)).toMatchObject({ codespace: "sdk", code: 32 });
    expect(send(alice, execute(alice, hers, wire)).code).toBe(0);
  });
});

describe("other ciphertexts", () => {
  it("of an instantiation belong to its sender, code and label", () => {
    const wire = chain.client.encrypt(hers.codeHash, { ops: [{ set: { key: "k", value: "born" } }] }).wire;
    expect(send(alice, create(alice, wire, "the first")).code).toBe(0);
    expectRefused(eve, create(eve, wire));
    expectRefused(alice, create(alice, wire, "the second"));
    expectRefused(eve, execute(eve, evil, wire));
    expectRefused(eve, migrate(eve, evil, wire));
  });

  it("of a migration belong to its sender, contract and code", () => {
    const wire = chain.client.encrypt(hers.codeHash, { ops: [{ set: { key: "k", value: "moved" } }] }).wire;
    expect(send(alice, migrate(alice, hers, wire)).code).toBe(0);
    expect(send(alice, migrate(alice, hers, wire)).code).toBe(0);
    expectRefused(eve, migrate(eve, evil, wire));
    expectRefused(alice, migrate(alice, other, wire));
    expectRefused(eve, create(eve, wire));
  });

  it("that a contract sent, as the chain's history shows them, are its caller's", () => {
    const inner = JSON.stringify({ ops: [{ set: { key: "k", value: "inner" } }] });
    const label = `child ${labels++}`;
    const create_ = { code_id: Number(hers.codeId), code_hash: hers.codeHash, label, msg: inner };
    hers.execute({ create: create_ }, { by: alice });
    const { contractAddress } = chain.ask(ComputeQuery.method.addressByLabel, { label });
    const { entries } = chain.ask(ComputeQuery.method.contractHistory, { contractAddress });
    const wire = entries[0]?.msg as Uint8Array;
    expect(wire.length).toBeGreaterThan(82);
    expectRefused(eve, create(eve, wire));
    expectRefused(alice, create(alice, wire));
  });

  it("of answers are no messages and no queries", () => {
    const { packed, key } = hers.message(alice, { data_bytes: { size: 100 } });
    const result = send(alice, packed);
    const sealed = responseOf(MsgExecuteContractResponseSchema, result).data;
    expect(decryptOutput(key, sealed)?.length).toBe(100);
    const answer = concat(key.nonce, key.publicKey, sealed);
    expectRefused(eve, execute(eve, evil, answer));
    expect(() => ask(hers, answer)).toThrow("failed to validate transaction");
  });
});

describe("queries, which the chain does not see", () => {
  it("run in any contract of the code as often as one likes; the answer opens for their client only", () => {
    const { wire, key } = chain.client.encrypt(hers.codeHash, { get: { key: "k" } });
    for (const contract of [hers, hers, evil, other]) {
      expect(toUtf8(decryptOutput(key, ask(contract, wire)) as Uint8Array)).toBe(JSON.stringify([stored(contract)]));
    }
    const eves = new Client("eve", chain.started.ioPublicKey).encrypt(hers.codeHash, {}).key;
    expect(decryptOutput(eves, ask(evil, wire))).toBeUndefined();
    expect(() => ask(deploy(chain, wasm.v010), wire)).toThrow("failed to validate transaction");
  });

  it("are made of executed ciphertexts too, and can write nothing", () => {
    const wire = secret("asked");
    expect(send(alice, execute(alice, hers, wire)).code).toBe(0);
    expect(() => ask(evil, wire)).toThrow("contract tried to write to storage during a query");
    expect(stored(evil)).not.toBe("asked");
    const { wire: reads, key } = chain.client.encrypt(hers.codeHash, { get: { key: "k" } });
    expect(send(alice, execute(alice, hers, reads)).code).toBe(0);
    expect(decryptOutput(key, ask(evil, reads))).toBeDefined();
  });

  it("become messages of whoever sends them first", () => {
    const { wire } = chain.client.encrypt(hers.codeHash, { set: { key: "k", value: "a query once" } });
    expect(send(eve, execute(eve, evil, wire)).code).toBe(0);
    expectRefused(alice, execute(alice, hers, wire));
  });
});

/**
 * The public keys that agree with everybody as this one does: with points of low order added, with
 * the highest bit set.
 */
function spellingsOf(publicKey: Uint8Array): Uint8Array[] {
  const { Point } = ed25519;
  const { Fp } = Point;
  const little = (bytes: Uint8Array): bigint => BigInt(`0x${toHex(Uint8Array.from(bytes).reverse())}`);
  const u = little(publicKey) & ((1n << 255n) - 1n);
  // RFC 7748, the map between the two forms of the curve: y = (u - 1) / (u + 1).
  const point = Point.fromBytes(Fp.toBytes(Fp.div(Fp.sub(u, 1n), Fp.add(u, 1n))), true);
  return ED25519_TORSION_SUBGROUP.flatMap((torsion) => {
    const { y } = point.add(Point.fromHex(torsion, true)).toAffine();
    const plain = Fp.toBytes(Fp.div(Fp.add(1n, y), Fp.sub(1n, y)));
    const flagged = Uint8Array.from(plain);
    flagged[31] = (flagged[31] as number) | 0x80;
    return [plain, flagged];
  });
}
