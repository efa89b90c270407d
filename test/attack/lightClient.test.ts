// SPDX-License-Identifier: Apache-2.0
/** A host that lies about the chain to the enclave's light client. */
import { beU32, beU64, concat, fromUtf8 } from "@sotto/bytes";
import {
  type Commit,
  type CommitSig,
  encodeLightBlock,
  encodeValidatorSet,
  type ValidatorSet,
  validatorSetHash,
} from "@sotto/comet";
import { startRequest } from "@sotto/contract-test/parts";
import { sha256 } from "@sotto/crypto";
import { createEnclave } from "@sotto/enclave";
import { encodeKeychain, keychainOf } from "@sotto/keys";
import { createSim, type Platform } from "@sotto/platform";
import { BoundaryError, type EnclaveClient, enclaveClient, type StartRequest, serveEnclave } from "@sotto/protocol";
import { inlineChannel } from "@sotto/transport";
import { describe, expect, it } from "vitest";
import { GENESIS_SECONDS } from "../support/blockMaker.ts";
import { equal, LightChain, type LightForgery, type LightParts, setOf } from "../support/lightChain.ts";

const CHAIN = "light-1";
const refused = (factory: { codespace: string; code: number }) =>
  expect.objectContaining({ codespace: factory.codespace, code: factory.code });
const { invalidBlock, wrongHeight, wrongChain, notTrusted } = BoundaryError;

/** Three of six validators change every ten blocks, so a hundred blocks are too far to skip. */
const powersAt = (height: number) => equal(...[0, 1, 2, 3, 4, 5].map((i) => `v${Math.floor(height / 10) * 3 + i}`));
const chainOf = (parts: Partial<LightParts> = {}) => new LightChain({ chainId: CHAIN, powersAt, ...parts });
const chain = chainOf();

const simOf = (key: number, chainId = CHAIN): Platform =>
  createSim({ chainId, sealingKey: new Uint8Array(32).fill(key) });

/** A machine: what one enclave sealed there, another may open. */
function machine(key = 1) {
  const request = (changes: Partial<StartRequest> = {}): StartRequest => ({
    ...startRequest({ chainId: CHAIN, validators: chain.set(1) }),
    ...changes,
  });
  const start = (changes: Partial<StartRequest> = {}) => {
    const open = (_driver: string, chainId: string) => simOf(key, chainId);
    const enclave = enclaveClient(inlineChannel(serveEnclave(createEnclave(open))));
    return { enclave, ...enclave.start(request(changes)) };
  };
  return { start, resume: (sealed: Uint8Array, changes: Partial<StartRequest> = {}) => start({ sealed, ...changes }) };
}

/** Submits and commits blocks; the sealed bytes after each. */
function follow(enclave: EnclaveClient, from: number, to: number, of = chain): Uint8Array[] {
  const sealed: Uint8Array[] = [];
  for (let height = from; height <= to; height++) {
    enclave.submitBlock(of.block(height));
    sealed.push(enclave.commitBlock().sealed);
  }
  return sealed;
}

/** An enclave that has committed four blocks, and the sealed bytes after each of them. */
function atFour() {
  const { start, resume } = machine();
  const { enclave } = start();
  const sealed = follow(enclave, 1, 4);
  return { enclave, sealed, resume };
}

/** The chain goes on as if there had been no attack. */
const expectUsable = (enclave: EnclaveClient, height = 5) => {
  enclave.submitBlock(chain.block(height));
  enclave.commitBlock();
};

describe("a host cannot make an enclave execute", () => {
  const refuses = (forgery: LightForgery, error: { codespace: string; code: number }, height = 5) => {
    const { enclave } = atFour();
    expect(() => enclave.submitBlock(chain.block(height, forgery))).toThrow(refused(error));
    expectUsable(enclave);
  };
  const inCommit = (change: (sig: CommitSig, i: number) => CommitSig): LightForgery => ({
    commit: (commit: Commit) => ({ ...commit, signatures: commit.signatures.map(change) }),
  });

  it("the last block again after its commit", () => refuses({}, wrongHeight, 4));

  it("an old block", () => refuses({}, wrongHeight, 2));

  it("a block before the one that comes next", () => refuses({}, wrongHeight, 6));

  it("a second block of a height: the same one may come again, another may not", () => {
    const { enclave } = atFour();
    enclave.submitBlock(chain.block(5));
    enclave.submitBlock(chain.block(5));
    const other = { header: { appHash: sha256(fromUtf8("another")) } };
    expect(() => enclave.submitBlock(chain.block(5, other))).toThrow(refused(BoundaryError.otherBlock));
    // The first one stays open, and its commit counts.
    enclave.commitBlock();
    expect(() => enclave.submitBlock(chain.block(5, other))).toThrow(refused(wrongHeight));
    expectUsable(enclave, 6);
  });

  it("a second block of a height that the sealed bytes record, after a restart", () => {
    const { sealed, resume } = atFour();
    const { enclave, height } = resume(sealed[3] as Uint8Array);
    expect(height).toBe(4);
    const other = chain.block(4, { header: { appHash: sha256(fromUtf8("another")) } });
    for (const block of [chain.block(4), other]) expect(() => enclave.submitBlock(block)).toThrow(refused(wrongHeight));
    expectUsable(enclave);
  });

  it("(debt) but one that started from the sealed bytes before has forgotten the block that was submitted", () => {
    const { enclave, sealed, resume } = atFour();
    enclave.submitBlock(chain.block(5));
    const again = resume(sealed[3] as Uint8Array).enclave;
    again.submitBlock(chain.block(5, { header: { appHash: sha256(fromUtf8("another")) } }));
    expect(again.commitBlock().sealed.length).toBeGreaterThan(0);
  });

  it("a block with a forged commit: votes of others, of two thirds, damaged, for another block", () => {
    refuses({ signers: ["v0", "v1", "v2", "v3"] }, invalidBlock);
    refuses({ signers: [] }, invalidBlock);
    refuses(
      inCommit((sig, i) => (i === 2 ? { ...sig, signature: sig.signature.map((byte) => byte ^ 1) } : sig)),
      invalidBlock,
    );
    refuses(
      inCommit((sig) => ({ ...sig, timestamp: { seconds: 1, nanos: 0 } })),
      invalidBlock,
    );
    refuses({ commit: () => chain.light(4).commit }, invalidBlock);
    refuses({ commit: (commit) => ({ ...commit, blockId: chain.id(4) }) }, invalidBlock);
    // One signature in the place of all.
    const { signatures } = chain.light(5).commit;
    refuses(
      inCommit(() => signatures[0] as CommitSig),
      invalidBlock,
    );
  });

  it("a block with a forged validator set, which signed it", () => {
    const powers = equal("x", "y");
    refuses({ powers }, invalidBlock);
    refuses({ powers, header: { validatorsHash: validatorSetHash(setOf(powers)) } }, invalidBlock);
    refuses({ powers: { ...powersAt(5), v0: 1_000n }, signers: ["v0"] }, invalidBlock);
  });

  it("a block with a set in which a validator stands twice", () => {
    const { validators, ...rest } = chain.set(5);
    const first = validators[0] as ValidatorSet["validators"][number];
    const doubled = { ...rest, validators: validators.map(() => first) };
    const commit = (real: Commit) => ({
      ...real,
      signatures: real.signatures.map(() => real.signatures[0] as CommitSig),
    });
    refuses({ validators: doubled, commit }, invalidBlock);
    refuses({ validators: doubled, commit, header: { validatorsHash: validatorSetHash(doubled) } }, invalidBlock);
  });

  it("a private fork: of a third of the validators, or from a block that was never the last", () => {
    const fork = chainOf({ fork: { mark: "private", from: 5 } });
    const { enclave } = atFour();
    expect(() => enclave.submitBlock(fork.block(5, { signers: ["v0", "v1"] }))).toThrow(refused(invalidBlock));
    const earlier = chainOf({ fork: { mark: "private", from: 3 } });
    expect(() => enclave.submitBlock(earlier.block(5))).toThrow(refused(wrongHeight));
    // A start from older sealed bytes does not help: its next block must follow them.
    expectUsable(enclave);
  });

  it("a block of another chain with the same validators", () => {
    const { enclave } = atFour();
    const other = new LightChain({ chainId: "light-2", powersAt });
    expect(() => enclave.submitBlock(other.block(5))).toThrow(refused(wrongChain));
    refuses({ header: { chainId: "light-2" } }, wrongChain);
    refuses({ signedChainId: "light-2" }, invalidBlock);
    expectUsable(enclave);
  });

  it("a block whose time is not after the last one's", () => {
    const last = { seconds: GENESIS_SECONDS + 24, nanos: 5 };
    refuses({ header: { time: last } }, invalidBlock);
    refuses({ header: { time: { ...last, nanos: 4 } } }, invalidBlock);
    refuses({ header: { time: { seconds: GENESIS_SECONDS, nanos: 0 } } }, invalidBlock);
    const { enclave } = atFour();
    enclave.submitBlock(chain.block(5, { header: { time: { ...last, nanos: 6 } } }));
  });
});

describe("a host cannot move the checkpoint of an enclave", () => {
  const step = (from: number, to: number, forgery: LightForgery = {}, of = chain) => of.step(from, to, forgery);
  const refuses = (steps: readonly ReturnType<typeof step>[], error: { codespace: string; code: number }) => {
    const { enclave } = atFour();
    expect(() => enclave.trust({ steps })).toThrow(refused(error));
    expectUsable(enclave);
  };

  it("by steps that are good, without the way back: the next block is the only one that follows", () => {
    const { enclave, resume } = atFour();
    const { sealed, height } = enclave.trust({ steps: [step(4, 19), step(19, 29), step(29, 39)] });
    expect(height).toBe(39);
    for (const each of [enclave, resume(sealed).enclave]) {
      for (const low of [5, 39]) expect(() => each.submitBlock(chain.block(low))).toThrow(refused(wrongHeight));
      for (const low of [5, 38, 39])
        expect(() => each.trust({ steps: [step(low - 1, low)] })).toThrow(refused(wrongHeight));
      expectUsable(each, 40);
    }
  });

  it("to an old block, or to a second block of its height", () => {
    refuses([step(1, 3)], wrongHeight);
    refuses([step(3, 4, { header: { appHash: sha256(fromUtf8("another")) } })], wrongHeight);
    refuses([step(4, 9), step(4, 8)], wrongHeight);
  });

  it("by a step that a third of the trusted validators signed, or less", () => {
    // Three of six are left after ten blocks.
    refuses([step(4, 15, { signers: ["v3", "v4", "v6", "v7", "v8"] })], notTrusted);
    refuses([step(4, 25)], notTrusted);
  });

  it("by a step that two thirds of the new validators signed, or less", () => {
    refuses([step(4, 15, { signers: ["v3", "v4", "v5", "v6"] })], invalidBlock);
  });

  it("beyond the trusting period", () => {
    const { start } = machine();
    const { enclave } = start({ trustingPeriod: 60 });
    follow(enclave, 1, 4);
    // Blocks are six seconds apart.
    expect(() => enclave.trust({ steps: [step(4, 14)] })).toThrow(refused(BoundaryError.trustExpired));
    expect(enclave.trust({ steps: [step(4, 13)] }).height).toBe(13);
  });

  it("to a header whose time is not after the last one's", () => {
    for (const seconds of [0, 24]) {
      const time = { seconds: GENESIS_SECONDS + seconds, nanos: 5 };
      refuses([step(4, 9, { header: { time } })], invalidBlock);
      refuses([step(4, 5, { header: { time } })], invalidBlock);
    }
  });

  it("to a block of another chain", () => {
    const other = new LightChain({ chainId: "light-2", powersAt });
    refuses([step(4, 9, {}, other)], wrongChain);
    refuses([step(4, 9, { signedChainId: "light-2" })], notTrusted);
  });

  it("by forged commits and sets: of others, doubled, of another height, without signatures", () => {
    const powers = equal("x", "y");
    const header = { validatorsHash: validatorSetHash(setOf(powers)) };
    refuses([step(4, 9, { powers, header })], notTrusted);
    refuses([{ ...step(4, 9, { powers, header }), trusted: encodeValidatorSet(setOf(powers)) }], invalidBlock);
    refuses([step(4, 9, { powers })], invalidBlock);
    refuses([step(4, 9, { signers: [] })], notTrusted);
    refuses([step(4, 9, { commit: () => chain.light(8).commit })], invalidBlock);
    const { validators, ...rest } = chain.set(9);
    const doubled = { ...rest, validators: validators.map(() => validators[0] as ValidatorSet["validators"][number]) };
    const commit = (real: Commit) => ({
      ...real,
      signatures: real.signatures.map(() => real.signatures[0] as CommitSig),
    });
    const ofDoubled = { validatorsHash: validatorSetHash(doubled) };
    refuses([step(4, 9, { validators: doubled, commit, header: ofDoubled })], invalidBlock);
  });

  it("to a private fork: the next block that it submits must follow", () => {
    const fork = chainOf({ fork: { mark: "private", from: 5 } });
    refuses([step(4, 5, { signers: ["v0", "v1"] }, fork)], invalidBlock);
    refuses([step(4, 9, { signers: ["v0", "v1"] }, fork)], notTrusted);
    const earlier = chainOf({ fork: { mark: "private", from: 3 } });
    refuses([step(4, 5, {}, earlier)], wrongHeight);
    const { enclave } = atFour();
    enclave.trust({ steps: [step(4, 9)] });
    expect(() => enclave.submitBlock(fork.block(10))).toThrow(refused(wrongHeight));
    expectUsable(enclave, 10);
  });

  it("partly: a request with one bad step moves nothing", () => {
    refuses([step(4, 9), step(9, 40)], notTrusted);
  });

  it("while a block is open, or before it is started", () => {
    const { enclave } = atFour();
    enclave.submitBlock(chain.block(5));
    expect(() => enclave.trust({ steps: [step(4, 9)] })).toThrow(refused(BoundaryError.blockOpen));
    enclave.commitBlock();
    expectUsable(enclave, 6);
    const fresh = enclaveClient(inlineChannel(serveEnclave(createEnclave(() => simOf(1)))));
    expect(() => fresh.trust({ steps: [step(4, 9)] })).toThrow(refused(BoundaryError.notStarted));
  });

  it("with more steps, or longer ones, than a request may have", () => {
    const { enclave } = atFour();
    const many = Array.from({ length: 65 }, () => step(4, 9));
    expect(() => enclave.trust({ steps: many })).toThrow(refused(BoundaryError.malformedFrame));
    const long = { lightBlock: new Uint8Array((2 << 20) + 1), trusted: new Uint8Array(0) };
    expect(() => enclave.trust({ steps: [long] })).toThrow(refused(BoundaryError.malformedFrame));
    expect(() => enclave.trust({ steps: [] })).toThrow(refused(invalidBlock));
    expectUsable(enclave);
  });
});

describe("sealed bytes", () => {
  it("of another node are refused", () => {
    const { sealed } = atFour();
    expect(() => machine(2).resume(sealed[3] as Uint8Array)).toThrow(refused(BoundaryError.sealedState));
  });

  it("of another chain are refused, also with its chain id", () => {
    const { sealed, resume } = atFour();
    expect(() => resume(sealed[3] as Uint8Array, { chainId: "light-2" })).toThrow(refused(BoundaryError.sealedState));
  });

  it("that are older than the host's state bring an older checkpoint: the host's next block does not follow", () => {
    const { sealed, resume } = atFour();
    const { enclave, height } = resume(sealed[1] as Uint8Array);
    expect(height).toBe(2);
    expect(() => enclave.submitBlock(chain.block(5))).toThrow(refused(wrongHeight));
    // Nor does a fork: only what two thirds signed after block 2.
    const fork = chainOf({ fork: { mark: "private", from: 3 } });
    expect(() => enclave.submitBlock(fork.block(3, { signers: ["v0", "v1"] }))).toThrow(refused(invalidBlock));
    expectUsable(enclave, 3);
  });

  it("keep the trusting period: a start may lower it, for all later starts, and never raise it", () => {
    const { start, resume } = machine();
    const first = start({ trustingPeriod: 100 });
    const same = resume(first.sealed, { trustingPeriod: 100 });
    const lower = resume(same.sealed, { trustingPeriod: 50 });
    for (const { sealed, raised } of [
      { sealed: first.sealed, raised: 101 },
      { sealed: lower.sealed, raised: 100 },
    ]) {
      expect(() => resume(sealed, { trustingPeriod: raised })).toThrow(refused(BoundaryError.trustingPeriod));
    }
    // 0 takes the sealed one, also when the same genesis is given again.
    for (const changes of [{}, { newGenesis: true }]) {
      const { enclave } = resume(lower.sealed, changes);
      follow(enclave, 1, 4);
      // Eight blocks are 48 seconds.
      expect(() => enclave.trust({ steps: [chain.step(4, 13)] })).toThrow(refused(BoundaryError.trustExpired));
      expect(enclave.trust({ steps: [chain.step(4, 12)] }).height).toBe(12);
    }
  });

  it("of the first form, which had no time, open; their next block brings one", () => {
    const { resume } = machine();
    const keychain = encodeKeychain(keychainOf([1, 2].map((byte) => new Uint8Array(32).fill(byte)))).expose();
    const old = concat(
      ...[beU64(4n), beU64(1n), Uint8Array.of(32), chain.id(4).hash],
      ...[validatorSetHash(chain.set(5)), fromUtf8(CHAIN)],
    );
    const sealed = simOf(1).seal("state", concat(beU32(keychain.length), keychain, old));
    const { enclave, height } = resume(sealed);
    expect(height).toBe(4);
    expect(() => enclave.trust({ steps: [chain.step(4, 9)] })).toThrow(refused(wrongHeight));
    expectUsable(enclave);
    expect(enclave.trust({ steps: [chain.step(5, 9)] }).height).toBe(9);
  });

  it("are moved on by a light client in an enclave that only answers queries", () => {
    const { sealed, resume } = atFour();
    const lane = resume(sealed[3] as Uint8Array).enclave;
    const lightBlock = encodeLightBlock(chain.light(5));
    expect(lane.trust({ steps: [{ lightBlock, trusted: new Uint8Array(0) }] }).height).toBe(5);
  });
});
