// SPDX-License-Identifier: Apache-2.0
import { Ed25519Key, secp256k1PublicKey, secp256k1Sign, sha256 } from "@sotto/crypto";
import type { ChainError } from "@sotto/errors";
import { describe, expect, test } from "vitest";
import {
  ABSENT,
  assertCommit,
  type BlockId,
  CometError,
  type Commit,
  type CommitSig,
  consensusAddress,
  createValidatorSet,
  medianTime,
  type PublicKey,
  signCommit,
  type Time,
  type ValidatorSet,
  VoteFlag,
  VoteType,
  verifyCommit,
  verifyCommitLight,
  verifyCommitTrusting,
  verifyVote,
  voteSignBytes,
} from "../src/index.ts";

const CHAIN = "secretdev-1";
const blockId: BlockId = { hash: new Uint8Array(32).fill(1), parts: { total: 1, hash: new Uint8Array(32).fill(2) } };
const nil: BlockId = { hash: new Uint8Array(), parts: { total: 0, hash: new Uint8Array() } };

interface Signer {
  readonly key: Ed25519Key;
  readonly publicKey: PublicKey;
  readonly address: Uint8Array;
  readonly votingPower: bigint;
}

function signers(...powers: bigint[]): { set: ValidatorSet; list: Signer[] } {
  const made = powers.map((votingPower, i): Signer => {
    const key = new Ed25519Key(new Uint8Array(32).fill(i + 1));
    const publicKey: PublicKey = { type: "ed25519", bytes: key.publicKey };
    return { key, publicKey, address: consensusAddress(publicKey), votingPower };
  });
  const set = createValidatorSet(made);
  const list = set.validators.map((each) => made.find(({ address }) => address === each.address) as Signer);
  return { set, list };
}

const at = (i: number): Time => ({ seconds: 1_700_000_000 + i, nanos: 123 });

/** `votes` has for each validator: c for the block, n for nil, - absent. */
function commitOf(list: readonly Signer[], votes: string, chain = CHAIN): Commit {
  const signatures = list.map(({ key, address }, i): CommitSig => {
    if (votes[i] === "-") return ABSENT;
    const vote = { height: 7, round: 1, blockId: votes[i] === "c" ? blockId : nil, timestamp: at(i) };
    const sig = signCommit(chain, vote, address, (message) => key.sign(message));
    return votes[i] === "c" ? sig : { ...sig, flag: VoteFlag.nil };
  });
  return { height: 7, round: 1, blockId, signatures };
}

const codeOf = (run: () => void): number => {
  try {
    run();
  } catch (thrown) {
    return (thrown as ChainError).code;
  }
  return 0;
};
const INVALID = CometError.invalidCommit.code;

describe("a commit", () => {
  const { set, list } = signers(10n, 10n, 10n, 10n);
  const verify = (commit: Commit, height = 7) => codeOf(() => verifyCommit(CHAIN, set, blockId, height, commit));
  const light = (commit: Commit) => codeOf(() => verifyCommitLight(CHAIN, set, blockId, 7, commit));

  test("needs more than two thirds for the block", () => {
    for (const [votes, good] of [
      ["cccc", true],
      ["ccc-", true],
      ["cccn", true],
      ["cc--", false],
      ["ccnn", false],
      ["----", false],
    ] as const) {
      expect(verify(commitOf(list, votes))).toBe(good ? 0 : INVALID);
      expect(light(commitOf(list, votes))).toBe(good ? 0 : INVALID);
    }
    // Exactly two thirds are not enough.
    const three = signers(1n, 1n, 1n);
    const commit = commitOf(three.list, "cc-");
    expect(codeOf(() => verifyCommit(CHAIN, three.set, blockId, 7, commit))).toBe(INVALID);
  });

  test("is refused with a wrong signature, height, block, size or chain", () => {
    const good = commitOf(list, "cccc");
    const broken = (change: Partial<CommitSig>, at = 3): Commit => ({
      ...good,
      signatures: good.signatures.map((sig, i) => (i === at ? { ...sig, ...change } : sig)),
    });
    const flipped = (good.signatures[3] as CommitSig).signature.slice();
    flipped[5] = (flipped[5] as number) ^ 1;
    expect(verify(broken({ signature: flipped }))).toBe(INVALID);
    // A light client has enough before it comes to the last one.
    expect(light(broken({ signature: flipped }))).toBe(0);
    expect(light(broken({ signature: flipped }, 0))).toBe(INVALID);
    expect(verify(broken({ timestamp: at(9) }))).toBe(INVALID);
    expect(verify(broken({ flag: VoteFlag.nil }))).toBe(INVALID);
    expect(verify(broken({ flag: 4 }))).toBe(INVALID);
    expect(verify(broken({ validatorAddress: new Uint8Array(19) }))).toBe(INVALID);
    expect(verify(broken({ signature: new Uint8Array() }))).toBe(INVALID);
    expect(verify(good, 8)).toBe(INVALID);
    expect(verify({ ...good, signatures: good.signatures.slice(1) })).toBe(INVALID);
    expect(verify(commitOf(list, "cccc", "other-1"))).toBe(INVALID);
    expect(verify({ ...good, blockId: { ...blockId, parts: { ...blockId.parts, total: 2 } } })).toBe(INVALID);
  });

  test("is looked up by address for a skipping light client", () => {
    const third = { numerator: 1n, denominator: 3n };
    const trusting = (trusted: ValidatorSet, commit: Commit) =>
      codeOf(() => verifyCommitTrusting(CHAIN, trusted, commit, third));
    expect(trusting(set, commitOf(list, "cc--"))).toBe(0);
    expect(trusting(set, commitOf(list, "c---"))).toBe(INVALID);
    const doubled = commitOf(list, "c---");
    const signatures = [doubled.signatures[0] as CommitSig, doubled.signatures[0] as CommitSig];
    expect(trusting(set, { ...doubled, signatures })).toBe(INVALID);
    expect(codeOf(() => verifyCommitTrusting(CHAIN, set, doubled, { numerator: 1n, denominator: 0n }))).toBe(
      CometError.untrusted.code,
    );
  });

  test("is well formed or refused", () => {
    const good = commitOf(list, "cc-n");
    expect(codeOf(() => assertCommit(good))).toBe(0);
    expect(codeOf(() => assertCommit({ height: 0, round: 0, blockId: nil, signatures: [] }))).toBe(0);
    for (const bad of [{ height: -1 }, { round: -1 }, { blockId: nil }, { signatures: [] }]) {
      expect(codeOf(() => assertCommit({ ...good, ...bad }))).toBe(INVALID);
    }
    const filled = { ...ABSENT, signature: new Uint8Array(64) };
    expect(codeOf(() => assertCommit({ ...good, signatures: [filled] }))).toBe(INVALID);
  });

  test("of secp256k1 keys is verified too", () => {
    const secret = new Uint8Array(32).fill(9);
    const publicKey: PublicKey = { type: "secp256k1", bytes: secp256k1PublicKey(secret) ?? secret };
    const vote = { type: VoteType.precommit, height: 7, round: 0, blockId, timestamp: at(0) };
    const signature = secp256k1Sign(sha256(voteSignBytes(CHAIN, vote)), secret)?.signature ?? secret;
    const rest = {
      validatorAddress: consensusAddress(publicKey),
      validatorIndex: 0,
      extension: nil.hash,
      extensionSignature: nil.hash,
    };
    expect(verifyVote(CHAIN, { ...vote, ...rest, signature }, publicKey)).toBe(true);
    expect(verifyVote("other", { ...vote, ...rest, signature }, publicKey)).toBe(false);
  });
});

describe("BFT time", () => {
  test("is the median by power", () => {
    const { set, list } = signers(1n, 5n, 3n, 1n);
    const index = (power: bigint) => list.findIndex(({ votingPower }) => votingPower === power);
    expect(medianTime(commitOf(list, "cccc"), set)).toEqual(at(index(5n)));
    const without = list.map(({ votingPower }) => (votingPower === 5n ? "-" : "c")).join("");
    expect(medianTime(commitOf(list, without), set)).toEqual(at(index(3n)));
    expect(medianTime(commitOf(list, "----"), set)).toBeUndefined();
  });

  test("of one validator is its own", () => {
    const { set, list } = signers(1n);
    expect(medianTime(commitOf(list, "c"), set)).toEqual(at(0));
  });
});
