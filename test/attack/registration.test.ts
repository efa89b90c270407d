// SPDX-License-Identifier: Apache-2.0
/**
 * A host that wants the keys of a network for an enclave that may not have them, or on its own
 * terms.
 */

import { Refusal } from "@sotto/attest";
import { beU32, beU64, concat, fromUtf8 } from "@sotto/bytes";
import {
  decodeCommit,
  decodeHeader,
  decodeValidatorSet,
  encodeLightBlock,
  encodeValidatorSet,
  validatorSetHash,
} from "@sotto/comet";
import { type Packed, pack, signTx, startEnclave, startRequest } from "@sotto/contract-test/parts";
import { x25519PublicKey } from "@sotto/crypto";
import { createEnclave } from "@sotto/enclave";
import type { BlockProof } from "@sotto/kernel";
import { createKeychain, encodeKeychain } from "@sotto/keys";
import { openPlatform, type PlatformFactory } from "@sotto/platform";
import { MsgSendSchema } from "@sotto/proto/cosmos.bank.v1beta1";
import {
  BoundaryError,
  type CreateNodeAnswer,
  type EnclaveClient,
  EnclaveError,
  enclaveClient,
  type ReceiveKeysRequest,
  type StartRequest,
  serveEnclave,
} from "@sotto/protocol";
import { inlineChannel } from "@sotto/transport";
import { describe, expect, it } from "vitest";
import { BlockMaker, validatorKey, validatorSet } from "../support/blockMaker.ts";
import {
  forgedCertificate,
  freshEnclave,
  handover,
  NONE,
  nodeRequest,
  registerMessage,
} from "../support/registering.ts";
import { a, b } from "../support/testChain.ts";

const chainId = "joined-1";
const seed = new Uint8Array(32).fill(5);
const refused = (factory: { codespace: string; code: number }) =>
  expect.objectContaining({ codespace: factory.codespace, code: factory.code });
const sign = (...messages: Packed[]) =>
  signTx({ chainId, messages, signers: [{ by: a, accountNumber: 0n, sequence: 0n }] });
const flip = (bytes: Uint8Array, at: number) => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));

/** A network of one enclave, whose blocks the test makes. */
class Network {
  readonly maker: BlockMaker;
  readonly enclave: EnclaveClient;
  readonly started;
  /** The proof of block 1, once it is submitted. */
  first: BlockProof | undefined;

  constructor(maker = new BlockMaker(chainId), networkSeed = seed) {
    this.maker = maker;
    const { enclave, started } = startEnclave({ chainId, validators: maker.validators, seed: networkSeed });
    this.enclave = enclave;
    this.started = started;
  }

  submit(...txs: readonly Uint8Array[]) {
    const block = this.maker.make(txs);
    this.enclave.submitBlock(block.proof);
    this.first ??= block.proof;
    return block;
  }

  commit(block: ReturnType<BlockMaker["make"]>): Uint8Array {
    this.maker.accept(block, [], NONE);
    return this.enclave.commitBlock().sealed;
  }

  /** The seeds for a node, from a block of its own. */
  admit(certificate: Uint8Array): Uint8Array {
    const block = this.submit(sign(registerMessage(a, certificate)));
    const { refusal, encryptedSeed } = this.enclave.admit({ txIndex: 0, messageIndex: 0 });
    expect(refusal).toBe(0);
    this.commit(block);
    return encryptedSeed;
  }

  request(node: CreateNodeAnswer, encryptedSeed: Uint8Array): ReceiveKeysRequest {
    const { seedExchangePublicKey, ioPublicKey } = this.started;
    const { validators } = this.maker;
    return handover({ chainId, seedExchangePublicKey, ioPublicKey, encryptedSeed, validators, node });
  }
}

const nodeOf = (enclave = freshEnclave()) => enclave.createNode(nodeRequest(chainId));

describe("a host cannot make the enclave judge a certificate", () => {
  const { certificate } = nodeOf();
  const first = { txIndex: 0, messageIndex: 0 };
  const registration = sign(registerMessage(a, certificate));

  it("without a verified block", () => {
    const network = new Network();
    expect(() => network.enclave.admit(first)).toThrow(refused(BoundaryError.notInBlock));
    const forged = network.maker.make([registration], { signer: validatorKey("other") });
    expect(() => network.enclave.submitBlock(forged.proof)).toThrow(refused(BoundaryError.invalidBlock));
    const handed = network.maker.make([], { handedTxs: [registration] });
    expect(() => network.enclave.submitBlock(handed.proof)).toThrow(refused(BoundaryError.invalidBlock));
    expect(() => network.enclave.admit(first)).toThrow(refused(BoundaryError.notInBlock));
    const block = network.submit(registration);
    expect(network.enclave.admit(first).refusal).toBe(0);
    network.commit(block);
    expect(() => network.enclave.admit(first)).toThrow(refused(BoundaryError.notInBlock));
  });

  it("that is not in the block, or of a message that registers no node", () => {
    const network = new Network();
    const send = pack(MsgSendSchema, { fromAddress: a.address, toAddress: b.address, amount: [] });
    network.submit(sign(send, registerMessage(a, certificate)));
    for (const at of [
      { txIndex: 1, messageIndex: 0 },
      { txIndex: 0, messageIndex: 2 },
      { txIndex: 2 ** 40, messageIndex: 0 },
    ])
      expect(() => network.enclave.admit(at)).toThrow(refused(BoundaryError.notInBlock));
    expect(network.enclave.admit(first)).toEqual({ refusal: Refusal.elsewhere, encryptedSeed: NONE });
    expect(network.enclave.admit({ txIndex: 0, messageIndex: 1 }).refusal).toBe(0);
  });

  it("twice, or one that comes before", () => {
    const network = new Network();
    network.submit(registration, registration);
    expect(network.enclave.admit({ txIndex: 1, messageIndex: 0 }).refusal).toBe(0);
    for (const txIndex of [0, 1])
      expect(() => network.enclave.admit({ txIndex, messageIndex: 0 })).toThrow(refused(BoundaryError.outOfOrder));
  });

  it("of a transaction that is none", () => {
    const network = new Network();
    network.submit(Uint8Array.of(1, 2, 3));
    expect(() => network.enclave.admit(first)).toThrow(refused(EnclaveError.failedDeserialize));
  });

  it("and gets nothing for one that is refused", () => {
    const network = new Network();
    network.submit(sign(registerMessage(a, forgedCertificate(chainId, { debug: true }))));
    expect(network.enclave.admit(first)).toEqual({ refusal: Refusal.debug, encryptedSeed: NONE });
  });
});

describe("the answer to a certificate", () => {
  it("is the same in every enclave of the network, at every height and after a restart", () => {
    const { certificate } = nodeOf();
    const [one, two] = [new Network(), new Network()];
    const seeds = one.admit(certificate);
    expect(seeds.length).toBe(96);
    two.commit(two.submit());
    expect(two.admit(certificate)).toEqual(seeds);
    const sealed = two.commit(two.submit());
    two.enclave.start({
      chainId,
      sealed,
      driver: "sim",
      driverOptions: NONE,
      validators: NONE,
      initialHeight: 0,
      newGenesis: false,
      trustingPeriod: 0,
      believesRows: false,
      answersPast: false,
      registration: undefined,
    });
    expect(two.admit(certificate)).toEqual(seeds);
  });

  it("differs with the genesis: other validators with the same keys", () => {
    const { certificate } = nodeOf();
    const maker = new BlockMaker(chainId, 7);
    const other = startEnclave({ chainId, validators: maker.validators, seed, initialHeight: 7 }).enclave;
    other.submitBlock(maker.make([sign(registerMessage(a, certificate))]).proof);
    const { encryptedSeed } = other.admit({ txIndex: 0, messageIndex: 0 });
    expect(encryptedSeed.length).toBe(96);
    expect(encryptedSeed).not.toEqual(new Network().admit(certificate));
  });
});

describe("a host cannot give an enclave", () => {
  const network = new Network();
  const node = nodeOf();
  const seeds = network.admit(node.certificate);
  const request = network.request(node, seeds);
  const another = nodeOf();
  const foreign = new Network(new BlockMaker(chainId), new Uint8Array(32).fill(6));
  const evil = encodeValidatorSet(validatorSet(validatorKey("evil")));

  it.each<[string, Partial<ReceiveKeysRequest>, { codespace: string; code: number }]>([
    ["the seeds of another node", { encryptedSeed: network.admit(another.certificate) }, BoundaryError.seedsRefused],
    ["its seeds with the key of another node", { registration: another.registration }, BoundaryError.seedsRefused],
    ["no seeds", { encryptedSeed: NONE }, BoundaryError.seedsRefused],
    ["one seed", { encryptedSeed: seeds.slice(0, 48) }, BoundaryError.seedsRefused],
    ["a seed twice", { encryptedSeed: concat(seeds.slice(0, 48), seeds.slice(0, 48)) }, BoundaryError.otherKeys],
    [
      "the seeds in another order",
      { encryptedSeed: concat(seeds.slice(48), seeds.slice(0, 48)) },
      BoundaryError.otherKeys,
    ],
    ["the seeds of another network", { encryptedSeed: foreign.admit(node.certificate) }, BoundaryError.seedsRefused],
    [
      "the exchange key of another network",
      { seedExchangePublicKey: foreign.started.seedExchangePublicKey },
      BoundaryError.seedsRefused,
    ],
    ["an exchange key of low order", { seedExchangePublicKey: new Uint8Array(32) }, BoundaryError.seedsRefused],
    ["no exchange key", { seedExchangePublicKey: NONE }, BoundaryError.seedsRefused],
    ["another io key than it will have", { ioPublicKey: foreign.started.ioPublicKey }, BoundaryError.otherKeys],
    ["validators of its own beside the network's seeds", { validators: evil }, BoundaryError.seedsRefused],
    ["no validators", { validators: NONE }, BoundaryError.invalidBlock],
    ["another first height", { initialHeight: 2 }, BoundaryError.seedsRefused],
    ["the name of another chain", { chainId: "joined-2" }, BoundaryError.registrationKey],
    ["a damaged registration key", { registration: flip(node.registration, 40) }, BoundaryError.registrationKey],
    ["no registration key", { registration: NONE }, BoundaryError.registrationKey],
    [
      "the state of another enclave as such a key",
      { registration: network.started.sealed },
      BoundaryError.registrationKey,
    ],
    ["a driver that it has not", { driver: "sgx" }, BoundaryError.unknownDriver],
  ])("%s", (_what, changes, error) => {
    const enclave = freshEnclave();
    expect(() => enclave.receiveKeys({ ...request, ...changes })).toThrow(refused(error));
    // Nothing has changed: it has no keys, and can get the right ones.
    expect(() => enclave.commitBlock()).toThrow(refused(BoundaryError.notStarted));
    expect(enclave.receiveKeys(request)).toMatchObject({
      ioPublicKey: network.started.ioPublicKey,
      seedExchangePublicKey: network.started.seedExchangePublicKey,
      height: 0,
    });
  });

  it("seeds with any byte changed", () => {
    const enclave = freshEnclave();
    for (let at = 0; at < seeds.length; at++)
      expect(() => enclave.receiveKeys({ ...request, encryptedSeed: flip(seeds, at) }), String(at)).toThrow(
        refused(BoundaryError.seedsRefused),
      );
  });

  it("keys a second time, or in place of those that it has", () => {
    const enclave = freshEnclave();
    enclave.receiveKeys(request);
    expect(() => enclave.receiveKeys(request)).toThrow(refused(BoundaryError.keysPresent));
    expect(() => foreign.enclave.receiveKeys(request)).toThrow(refused(BoundaryError.keysPresent));
    expect(foreign.admit(node.certificate)).not.toEqual(seeds);
  });

  it("other blocks than those of the network, once it has the keys", () => {
    const enclave = freshEnclave();
    enclave.receiveKeys(request);
    const forged = new BlockMaker(chainId).make([], { signer: validatorKey("evil") });
    expect(() => enclave.submitBlock(forged.proof)).toThrow(refused(BoundaryError.invalidBlock));
    enclave.submitBlock(new BlockMaker(chainId).make([]).proof);
  });
});

it("a node with received keys steps to a later header, and goes on as the network does", () => {
  const network = new Network();
  const node = nodeOf();
  const seeds = network.admit(node.certificate);
  const proofs: BlockProof[] = [];
  for (let height = 2; height <= 6; height++) {
    const block = network.submit();
    proofs.push(block.proof);
    network.commit(block);
  }
  const stepTo = ({ header, commit, validators }: BlockProof) => ({
    lightBlock: encodeLightBlock({
      header: decodeHeader(header),
      commit: decodeCommit(commit),
      validators: decodeValidatorSet(validators),
    }),
    trusted: NONE,
  });
  const enclave = freshEnclave();
  enclave.receiveKeys(network.request(node, seeds));
  const [first, last] = [network.first, proofs.at(-1)];
  if (first === undefined || last === undefined) throw new Error("no blocks");
  expect(() => enclave.trust({ steps: [stepTo(last)] })).toThrow(refused(BoundaryError.wrongHeight));
  expect(enclave.trust({ steps: [stepTo(first), stepTo(last)] }).height).toBe(6);
  const { certificate } = nodeOf();
  const block = network.submit(sign(registerMessage(a, certificate)));
  enclave.submitBlock(block.proof);
  const at = { txIndex: 0, messageIndex: 0 };
  expect(enclave.admit(at)).toEqual(network.enclave.admit(at));
});

describe("a state that was sealed before registration", () => {
  const { maker, started } = new Network();
  const platform = openPlatform("sim", chainId, NONE);
  const keychain = encodeKeychain(createKeychain(openPlatform("sim", chainId, seed))).expose();
  // Form 1: heights, hash of the last block, set of the next block, chain.
  const oldState = (height: number, blockHash: Uint8Array) => {
    const set = validatorSetHash(maker.validators);
    const parts = [
      beU64(BigInt(height)),
      beU64(1n),
      Uint8Array.of(blockHash.length),
      blockHash,
      set,
      fromUtf8(chainId),
    ];
    return platform.seal("state", concat(beU32(keychain.length), keychain, ...parts));
  };
  const { certificate } = nodeOf();
  const registration = sign(registerMessage(a, certificate));
  const request = (sealed: Uint8Array, validators = encodeValidatorSet(maker.validators)) => ({
    ...startRequest({ chainId, validators: maker.validators, sealed }),
    validators,
  });
  const others = encodeValidatorSet(validatorSet(validatorKey("another")));
  const startedWith = (start: StartRequest) => {
    const enclave = freshEnclave();
    return { enclave, ...enclave.start(start) };
  };

  it.each([
    ["the validators of the genesis", undefined],
    ["none, as a lane for queries and a genesis with gentxs do", NONE],
    ["others", others],
  ])("admits as the network does before the first block, also when the host names %s", (_name, validators) => {
    const { enclave, ioPublicKey, sealed } = startedWith(request(oldState(0, NONE), validators));
    expect(ioPublicKey).toEqual(started.ioPublicKey);
    const seeds = new Network().admit(certificate);
    // The state that it seals has the same genesis.
    for (const each of [enclave, startedWith(request(sealed, validators)).enclave]) {
      each.submitBlock(new BlockMaker(chainId).make([registration]).proof);
      expect(each.admit({ txIndex: 0, messageIndex: 0 }).encryptedSeed).toEqual(seeds);
    }
  });

  it.each([
    ["the validators of the genesis", undefined],
    ["none", NONE],
    ["others", others],
  ])("admits no node after a block, whoever its host names: %s", (_name, validators) => {
    const chain = new Network();
    const first = chain.submit();
    chain.commit(first);
    const { proof } = chain.submit(registration);
    const { enclave, sealed } = startedWith(request(oldState(1, first.hash), validators));
    const expected = { refusal: Refusal.unknownGenesis, encryptedSeed: NONE };
    for (const each of [enclave, startedWith(request(sealed, validators)).enclave]) {
      each.submitBlock(proof);
      expect(each.admit({ txIndex: 0, messageIndex: 0 })).toEqual(expected);
    }
  });
});

describe("a node that waits for its keys", () => {
  const network = new Network();
  const node = nodeOf();
  const start = {
    chainId,
    sealed: undefined,
    driver: "sim",
    driverOptions: NONE,
    validators: encodeValidatorSet(network.maker.validators),
    initialHeight: 1,
    newGenesis: false,
    trustingPeriod: 0,
    believesRows: false,
    answersPast: false,
    registration: node.registration,
  };
  const never = (): never => {
    throw new Error("nothing is asked");
  };
  const host = {
    readState: never,
    readCode: never,
    queryChain: never,
    proveRow: never,
    proveState: never,
    proveStore: never,
  };
  const query = { contract: undefined, query: NONE, gasLimit: 1, depth: 1, height: 1, time: "1" };

  it("has an enclave without keys, which makes none and says why it does nothing", () => {
    const enclave = freshEnclave();
    const empty = { ioPublicKey: NONE, seedExchangePublicKey: NONE, sealed: NONE, height: 0 };
    expect(enclave.start(start)).toEqual(empty);
    const waits = refused(BoundaryError.noNetworkKeys);
    expect(() => enclave.query(query, host)).toThrow(waits);
    expect(() => enclave.query(query, host)).toThrow("register the node and receive its keys");
    expect(() => enclave.submitBlock(network.maker.make([]).proof)).toThrow(waits);
    expect(() => enclave.admit({ txIndex: 0, messageIndex: 0 })).toThrow(waits);
    expect(() => enclave.commitBlock()).toThrow(waits);
    const request = network.request(node, network.admit(node.certificate));
    expect(enclave.receiveKeys(request).ioPublicKey).toEqual(network.started.ioPublicKey);
  });

  it("starts with its sealed state once it has keys, whatever the host sends beside it", () => {
    const { sealed, ioPublicKey } = freshEnclave().receiveKeys(network.request(node, network.admit(node.certificate)));
    expect(freshEnclave().start({ ...start, sealed }).ioPublicKey).toEqual(ioPublicKey);
    expect(freshEnclave().start({ ...start, sealed, registration: NONE }).ioPublicKey).toEqual(ioPublicKey);
  });

  it("does not start with a key that its platform did not seal", () => {
    for (const registration of [NONE, flip(node.registration, 30), network.started.sealed])
      expect(() => freshEnclave().start({ ...start, registration })).toThrow(refused(BoundaryError.registrationKey));
  });
});

describe("the registration key", () => {
  it("is new each time, changes nothing in the enclave, and needs no start", () => {
    const enclave = freshEnclave();
    expect(nodeOf(enclave).publicKey).not.toEqual(nodeOf(enclave).publicKey);
    expect(() => enclave.commitBlock()).toThrow(refused(BoundaryError.notStarted));
    const network = new Network();
    const block = network.submit();
    nodeOf(network.enclave);
    network.commit(block);
  });

  it("is none of a network's seeds, also under a seeded driver", () => {
    const seeded = freshEnclave().createNode(nodeRequest(chainId, { driverOptions: seed }));
    const again = freshEnclave().createNode(nodeRequest(chainId, { driverOptions: seed }));
    expect(again.publicKey).toEqual(seeded.publicKey);
    const drawn: Uint8Array[] = [];
    const watching: PlatformFactory = (...args) => {
      const platform = openPlatform(...args);
      return { ...platform, random: (length) => drawn.at(drawn.push(platform.random(length)) - 1) as Uint8Array };
    };
    enclaveClient(inlineChannel(serveEnclave(createEnclave(watching)))).createNode(
      nodeRequest(chainId, { driverOptions: seed }),
    );
    // The first draw of a network is its genesis seed; no one learns it from the public key.
    expect(drawn.length).toBeGreaterThan(0);
    for (const bytes of drawn) expect(x25519PublicKey(bytes)).not.toEqual(seeded.publicKey);
  });

  it.each<[string, Parameters<typeof nodeRequest>, { codespace: string; code: number }]>([
    ["a production chain", ["secret-4"], BoundaryError.chainRefused],
    ["an unknown driver", [chainId, { driver: "sgx" }], BoundaryError.unknownDriver],
    [
      "options that the driver cannot use",
      [chainId, { driverOptions: new Uint8Array(3) }],
      BoundaryError.driverOptions,
    ],
    ["half a validator key", [chainId, { validatorKey: new Uint8Array(16) }], BoundaryError.malformedFrame],
  ])("is not made for %s", (_what, args, error) => {
    expect(() => freshEnclave().createNode(nodeRequest(...args))).toThrow(refused(error));
  });
});
