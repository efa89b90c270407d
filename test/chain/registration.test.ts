// SPDX-License-Identifier: Apache-2.0
/**
 * Nodes join a network through its chain: certificates, their judgement, seeds, and the first
 * replay.
 */
import { create } from "@bufbuild/protobuf";
import { encodeReportData, readCertificate } from "@sotto/attest";
import { toBase64, toHex } from "@sotto/bytes";
import { encode } from "@sotto/codec";
import { type Packed, pack, responseOf, succeeded } from "@sotto/contract-test/parts";
import { Ed25519Key } from "@sotto/crypto";
import type { BlockResult, TxResult } from "@sotto/kernel";
import { GenericAuthorizationSchema, MsgExecSchema, MsgGrantSchema } from "@sotto/proto/cosmos.authz.v1beta1";
import { Query, RaAuthenticateResponseSchema } from "@sotto/proto/secret.registration.v1beta1";
import { aminoSignText, chainTypes, decodeTx, SignMode } from "@sotto/tx";
import { RaAuthenticate } from "secretjs/dist/tx/registration.js";
import { afterAll, describe, expect, it } from "vitest";
import { deploy } from "../support/contract.ts";
import { exportedGenesis } from "../support/exported.ts";
import { batch, get, set, sub } from "../support/probe.ts";
import {
  forgedCertificate,
  freshEnclave,
  handover,
  nodeRequest,
  registerMessage,
  statedKeys,
} from "../support/registering.ts";
import { a, b, TestChain } from "../support/testChain.ts";
import { wasm } from "../support/wasm.ts";

interface Played {
  readonly txs: readonly Uint8Array[];
  /** Hash of the block that would follow: it depends on the state and results of this one. */
  readonly next: Uint8Array;
}

const played = new WeakMap<TestChain, Played[]>();

/** A chain that records its blocks. */
class RecordedChain extends TestChain {
  override block(...txs: readonly Uint8Array[]): BlockResult {
    const result = super.block(...txs);
    const blocks = played.get(this) ?? [];
    played.set(this, [...blocks, { txs, next: this.maker.make([]).hash }]);
    return result;
  }
}

const chain = new RecordedChain();
const { chainId } = chain;
afterAll(() => chain.close());
const probe = deploy(chain, wasm.v1, { ops: [set("k", "secret of the network")] });

const fresh = (changes: Parameters<typeof nodeRequest>[1] = {}) =>
  freshEnclave().createNode(nodeRequest(chainId, changes));
const register = (certificate: Uint8Array, by = a) => chain.run(by, registerMessage(by, certificate));
const seedOf = (pubKey: Uint8Array) => chain.ask(Query.method.encryptedSeed, { pubKey }).encryptedSeed;
const isKnown = (pubKey: Uint8Array): boolean => {
  try {
    seedOf(pubKey);
    return true;
  } catch {
    return false;
  }
};
const refusedWith = (text: string) => ({
  codespace: "register",
  code: 2,
  log: expect.stringContaining(`${text}: Failed to authenticate node`),
});
const attributes = ({ events }: TxResult) =>
  events.find(({ attributes: list }) => list.some(([key]) => key === "node_id"))?.attributes;

it("a node registers, receives the keys, replays the chain from its genesis, and answers as the network does", () => {
  const enclave = freshEnclave();
  const node = enclave.createNode(nodeRequest(chainId));
  const result = succeeded(register(node.certificate));
  probe.execute(set("k", "newer secret"));

  const encryptedSeed = seedOf(node.publicKey);
  expect(responseOf(RaAuthenticateResponseSchema, result).data).toBe(`S: ${toHex(encryptedSeed)}`);
  const keys = statedKeys(chain);
  const { sealed } = enclave.receiveKeys(
    handover({ chainId, ...keys, encryptedSeed, node, validators: chain.maker.validators }),
  );

  const [first, ...blocks] = played.get(chain) ?? [];
  const joined = new TestChain({ sealed, seed: new Uint8Array(32).fill(77) });
  try {
    expect(joined.started).toMatchObject(keys);
    expect(joined.maker.make([]).hash).toEqual(first?.next);
    for (const { txs, next } of blocks) {
      joined.block(...txs);
      expect(joined.maker.make([]).hash).toEqual(next);
    }
    expect(joined.query(probe.address, probe.codeHash, { get: { key: "k" } })).toBe(probe.query({ get: { key: "k" } }));
    expect(get(probe, "k")).toBe("newer secret");
    // It also admits the next node as the network does.
    const tx = chain.tx(b, [registerMessage(b, fresh().certificate)]);
    const [ours, theirs] = [chain.deliver(tx), joined.deliver(tx)];
    expect([succeeded(theirs).data, theirs.gasUsed]).toEqual([ours.data, ours.gasUsed]);
  } finally {
    joined.close();
  }
});

it("a node without keys begins no chain, and says why", () => {
  const { registration } = fresh();
  expect(() => new TestChain({ registration })).toThrow(
    expect.objectContaining({
      codespace: "register",
      code: 4,
      message: expect.stringContaining("this enclave has no network keys: register the node and receive its keys"),
    }),
  );
});

describe("a registration", () => {
  it("answers with the seeds in data, events and the query, in the reference's form", () => {
    const node = fresh();
    const result = succeeded(register(node.certificate, b));
    const seed = toHex(seedOf(node.publicKey));
    expect(seed.length).toBe(2 * 96);
    const own = [
      ["module", "register"],
      ["signer", b.address],
      ["encrypted_seed", `0x${seed}`],
      ["node_id", `0x${toHex(node.publicKey)}`],
    ];
    expect(attributes(result)).toEqual([...own, ["msg_index", "0"]]);
    const json = own.map(([key, value]) => `{"key":"${key}","value":"${value}","index":false}`);
    expect(responseOf(RaAuthenticateResponseSchema, result)).toMatchObject({
      data: `S: ${seed}`,
      events: `[{"type":"message","attributes":[${json.join(",")}]}]`,
    });
  });

  it("is the message that secret.js makes; in amino JSON all but the form of the sender", async () => {
    const { certificate } = fresh();
    const theirs = new RaAuthenticate({ sender: a.address, certificate });
    const message = registerMessage(a, certificate);
    expect(toHex((await theirs.toProto()).encode())).toBe(toHex(message.value));
    const tx = chain.tx(a, [message], { signers: [chain.signer(a, SignMode.aminoJson)] });
    const { accountNumber, sequence } = chain.signer(a);
    const signed = aminoSignText(decodeTx(tx, chainTypes), { chainId, accountNumber, sequence }, chainTypes);
    const { type, value } = await theirs.toAmino();
    expect(JSON.parse(signed).msgs).toEqual([{ type, value: { ...value, sender: toBase64(a.raw) } }]);
    succeeded(chain.deliver(tx));
  });

  it("gets the same answer again, from any sender and at any height", () => {
    const node = fresh();
    const first = responseOf(RaAuthenticateResponseSchema, succeeded(register(node.certificate))).data;
    chain.block();
    expect(responseOf(RaAuthenticateResponseSchema, succeeded(register(node.certificate, b))).data).toBe(first);
  });

  it("names the validator to which its node belongs, or none", () => {
    const validatorKey = new Ed25519Key(new Uint8Array(32).fill(4)).publicKey;
    const bound = fresh({ validatorKey });
    expect(readCertificate(bound.certificate)).toEqual({ publicKey: bound.publicKey, validatorKey });
    expect(readCertificate(fresh().certificate)?.validatorKey).toEqual(new Uint8Array(32));
    succeeded(register(bound.certificate));
  });

  it("is possible several times in a transaction, between calls of contracts", () => {
    const [one, two] = [fresh(), fresh()];
    const call = probe.message(a, set("between", "yes")).packed;
    const messages = [registerMessage(a, one.certificate), call, registerMessage(a, two.certificate)];
    succeeded(chain.deliver(chain.tx(a, messages, { gas: 5_000_000n })));
    expect([isKnown(one.publicKey), isKnown(two.publicKey), get(probe, "between")]).toEqual([true, true, "yes"]);
  });

  it("is simulated without an enclave: 32 zeros, and at least the gas of the real one", () => {
    const node = fresh();
    const tx = chain.tx(a, [registerMessage(a, node.certificate)]);
    const result = chain.queries.simulate(tx);
    expect(responseOf(RaAuthenticateResponseSchema, result).data).toBe(`S: ${"00".repeat(32)}`);
    expect(isKnown(node.publicKey)).toBe(false);
    const real = succeeded(chain.deliver(tx));
    expect(result.gasUsed).toBeGreaterThanOrEqual(real.gasUsed);
    expect(real.gasUsed).toBeGreaterThan(50_000n);
  });

  it("survives an export of the chain", () => {
    const node = fresh();
    succeeded(register(node.certificate));
    chain.block();
    const file = exportedGenesis(chain.queries);
    const registered = JSON.parse(file.get("register") ?? "").registration;
    expect(registered).toContainEqual({
      certificate: toBase64(node.certificate),
      encrypted_seed: toBase64(seedOf(node.publicKey)),
    });
    const copy = new TestChain({ appState: file });
    try {
      expect(copy.ask(Query.method.encryptedSeed, { pubKey: node.publicKey }).encryptedSeed).toEqual(
        seedOf(node.publicKey),
      );
    } finally {
      copy.close();
    }
    const broken = JSON.stringify({ registration: [{ certificate: toBase64(new Uint8Array(9)) }] });
    expect(() => new TestChain({ appState: new Map([...file, ["register", broken]]) })).toThrow(
      expect.objectContaining({ codespace: "register", code: 6 }),
    );
  });
});

describe("the network does not admit", () => {
  const node = fresh();
  const flip = (bytes: Uint8Array, at: number) => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));
  const weak = encodeReportData({ publicKey: new Uint8Array(32), validatorKey: new Uint8Array(32) });

  it.each<[string, Uint8Array, string]>([
    ["a report with a bit changed", flip(node.certificate, 200), "not signed by its platform"],
    ["a report with a changed signature", flip(node.certificate, node.certificate.length - 1), "not signed"],
    ["a report of another chain", forgedCertificate("other-1"), "of another chain"],
    ["other code", forgedCertificate(chainId, { measurement: new Uint8Array(32) }), "other code"],
    ["an enclave under a debugger", forgedCertificate(chainId, { debug: true }), "can be debugged"],
    ["another root", forgedCertificate(chainId, {}, new Ed25519Key(new Uint8Array(32))), "not signed by its platform"],
    ["a key whose secrets are public", forgedCertificate(chainId, { data: weak }), "a key of low order"],
  ])("%s", (_what, certificate, text) => {
    const result = register(certificate);
    expect(result).toMatchObject({ codespace: "register", code: 2, log: expect.stringContaining(text) });
    expect(attributes(result)).toBeUndefined();
    expect(isKnown(readCertificate(certificate)?.publicKey ?? node.publicKey)).toBe(false);
    probe.execute(set("after", "yes"));
  });

  it.each<[string, Uint8Array, string, number]>([
    ["bytes that are no certificate", new Uint8Array(300).fill(7), "register", 6],
    ["a report of an unknown driver", Uint8Array.from([64, 6, 0, 0, 0, 3, 115, 103, 120, 1, 1]), "register", 6],
    ["an empty certificate", new Uint8Array(0), "sdk", 18],
    ["a certificate of more than 20480 bytes", new Uint8Array(20_481).fill(64), "sdk", 18],
  ])("%s, which no mempool takes", (_what, certificate, codespace, code) => {
    const tx = chain.tx(a, [registerMessage(a, certificate)]);
    expect(chain.check.check(tx, "check")).toMatchObject({ codespace, code });
    expect(chain.deliver(tx)).toMatchObject({ codespace, code });
  });

  it("a machine in place of another: there is no list of machines", () => {
    const result = chain.run(a, registerMessage(a, node.certificate, "00".repeat(20)));
    expect(result).toMatchObject(refusedWith("so no machine can be replaced"));
  });

  describe("a message inside of another one:", () => {
    const inside = "a registration must be a message of its own, which its sender has signed";
    const stargate = ({ typeUrl, value }: Packed) => ({
      message: { message: { stargate: { type_url: typeUrl, value: toBase64(value) } } },
    });

    it("an execution by its own sender", () => {
      const msgs = [registerMessage(a, node.certificate)];
      const result = chain.run(a, pack(MsgExecSchema, { grantee: a.address, msgs }));
      expect(result).toMatchObject(refusedWith("and not inside of another one"));
    });

    it("an execution in the name of another", () => {
      const { typeUrl } = registerMessage(b, node.certificate);
      const grant = create(GenericAuthorizationSchema, { msg: typeUrl });
      const authorization = {
        typeUrl: `/${GenericAuthorizationSchema.typeName}`,
        value: encode(GenericAuthorizationSchema, grant),
      };
      const message = { granter: b.address, grantee: a.address, grant: { authorization } };
      succeeded(chain.run(b, pack(MsgGrantSchema, message)));
      const msgs = [registerMessage(b, node.certificate)];
      const result = chain.run(a, pack(MsgExecSchema, { grantee: a.address, msgs }));
      expect(result).toMatchObject(refusedWith(inside));
    });

    it("a contract's message, also one that the signer granted to it; the contract may go on", () => {
      const message = { ...registerMessage(a, node.certificate) };
      const { typeUrl } = message;
      const grant = create(GenericAuthorizationSchema, { msg: typeUrl });
      const authorization = {
        typeUrl: `/${GenericAuthorizationSchema.typeName}`,
        value: encode(GenericAuthorizationSchema, grant),
      };
      succeeded(
        chain.run(a, pack(MsgGrantSchema, { granter: a.address, grantee: probe.address, grant: { authorization } })),
      );
      const execution = pack(MsgExecSchema, { grantee: probe.address, msgs: [message] });
      expect(probe.try(stargate(execution)).result).toMatchObject(refusedWith(inside));
      const { message: sent } = stargate(execution);
      probe.execute(batch({ message: { ...sent, sub: sub("error") } }, set("went on", "yes")));
      expect(get(probe, "went on")).toBe("yes");
    });
  });

  it("any of them: the node is unknown at the end, and then registers", () => {
    expect(isKnown(node.publicKey)).toBe(false);
    succeeded(register(node.certificate));
    expect(isKnown(node.publicKey)).toBe(true);
  });
});
