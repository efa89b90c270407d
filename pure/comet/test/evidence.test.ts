// SPDX-License-Identifier: Apache-2.0
import { fromUtf8 } from "@sotto/bytes";
import { Ed25519Key, sha256 } from "@sotto/crypto";
import { describe, expect, test } from "vitest";
import {
  attackBlock,
  attackFault,
  attackHash,
  type ConflictingBlock,
  type DuplicateVote,
  duplicateVoteFault,
  forwardFault,
  type LightClientAttack,
  malformedDuplicateVote,
  occasionFault,
  type WellFormedDuplicateVote,
} from "../src/evidence/index.ts";
import {
  BLOCK_PROTOCOL,
  type Commit,
  consensusAddress,
  createValidatorSet,
  type Header,
  headerHash,
  NIL_BLOCK_ID,
  type SignedHeader,
  signCommit,
  type Time,
  type Vote,
  VoteType,
  validatorSetHash,
  voteSignBytes,
} from "../src/index.ts";

// CometBFT's own answers, fact by fact, are compared in host/rpc/test/consensus.test.ts, which
// reads them as RPC does.

const CHAIN = "accused-1";
const keys = [1, 2, 3].map((byte) => new Ed25519Key(new Uint8Array(32).fill(byte)));
const changeOf = (key: Ed25519Key, votingPower: bigint) => {
  const publicKey = { type: "ed25519", bytes: key.publicKey } as const;
  return { address: consensusAddress(publicKey), publicKey, votingPower };
};
const set = createValidatorSet(keys.map((key, i) => changeOf(key, BigInt(30 - i))));
const address = (key: Ed25519Key): Uint8Array => consensusAddress({ type: "ed25519", bytes: key.publicKey });
const hash = (text: string): Uint8Array => sha256(fromUtf8(text));
const at = (seconds: number): Time => ({ seconds: 1_700_000_000 + seconds, nanos: 1 });

const NOTHING = new Uint8Array(0);

describe("a double vote", () => {
  const [key] = keys as [Ed25519Key];
  const vote = (block: string): Vote => {
    const blockId = { hash: hash(block), parts: { total: 1, hash: hash(block) } };
    const signed = { type: VoteType.precommit, height: 5, round: 0, blockId, timestamp: at(5) };
    const unsigned = { validatorAddress: address(key), validatorIndex: 0, extension: NOTHING };
    const signature = key.sign(voteSignBytes(CHAIN, signed));
    return { ...signed, ...unsigned, extensionSignature: NOTHING, signature };
  };
  const [voteA, voteB] = [vote("one"), vote("two")].sort((a, b) => Buffer.compare(a.blockId.hash, b.blockId.hash)) as [
    Vote,
    Vote,
  ];
  const good: WellFormedDuplicateVote = {
    voteA,
    voteB,
    totalVotingPower: 87n,
    validatorPower: 30n,
    timestamp: at(5),
  };

  test("holds against a validator of its height", () => {
    expect(malformedDuplicateVote(good)).toBeUndefined();
    expect(duplicateVoteFault(good, CHAIN, set)).toBeUndefined();
  });

  test("is malformed without votes, in the wrong order, or with one vote twice", () => {
    const order = "duplicate votes in invalid order";
    const cases: (readonly [Partial<DuplicateVote>, RegExp | string])[] = [
      [{ voteB: undefined }, /^one or both of the votes are empty Vote\{.*\}, nil-Vote$/],
      [{ voteA: voteB, voteB: voteA }, order],
      [{ voteB: voteA }, order],
      [{ voteA: { ...voteA, height: 0 } }, "invalid VoteA: negative or zero Height"],
      [{ voteB: { ...voteB, signature: NOTHING } }, "invalid VoteB: signature is missing"],
    ];
    for (const [change, fault] of cases) expect(malformedDuplicateVote({ ...good, ...change })).toMatch(fault);
  });

  test("proves nothing of another chain, a stranger, another power, another place", () => {
    const stranger = new Ed25519Key(new Uint8Array(32).fill(9));
    const of = (change: Partial<WellFormedDuplicateVote>, chainId = CHAIN) =>
      duplicateVoteFault({ ...good, ...change }, chainId, set);
    expect(of({}, "other-1")).toBe("verifying VoteA: invalid signature");
    expect(of({ voteA: { ...voteA, validatorAddress: address(stranger) } })).toMatch(
      /was not a validator at height 5$/,
    );
    expect(of({ validatorPower: 29n })).toMatch(/\(29 != 30\)$/);
    expect(of({ totalVotingPower: 86n })).toMatch(/\(86 != 87\)$/);
    expect(of({ voteB: { ...voteB, round: 1 } })).toMatch(/^h\/r\/s does not match: 5\/0\/.* vs 5\/1\//);
    expect(of({ voteB: { ...voteB, signature: voteA.signature } })).toBe("verifying VoteB: invalid signature");
  });
});

describe("an attack on light clients", () => {
  const headerAt = (height: number, change: Partial<Header> = {}): Header => ({
    version: { block: BLOCK_PROTOCOL, app: 0 },
    chainId: CHAIN,
    height,
    time: at(height),
    lastBlockId: NIL_BLOCK_ID,
    lastCommitHash: hash("last commit"),
    dataHash: hash("data"),
    validatorsHash: validatorSetHash(set),
    nextValidatorsHash: validatorSetHash(set),
    consensusHash: hash("params"),
    appHash: hash("app"),
    lastResultsHash: hash("results"),
    evidenceHash: hash(""),
    proposerAddress: address(keys[0] as Ed25519Key),
    ...change,
  });
  const signed = (header: Header): SignedHeader & { commit: Commit } => {
    const blockId = { hash: headerHash(header) ?? NOTHING, parts: { total: 1, hash: hash("parts") } };
    const vote = { height: header.height, round: 0, blockId, timestamp: header.time };
    // The set's order is that of the keys: each has more power than the one after it.
    const signatures = keys.map((key) => signCommit(CHAIN, vote, address(key), (message) => key.sign(message)));
    return { header, commit: { height: header.height, round: 0, blockId, signatures } };
  };
  const attack = (common: number, header: Header): LightClientAttack => ({
    block: { ...signed(header), set },
    commonHeight: common,
    byzantine: set.validators,
    totalVotingPower: set.totalPower,
    timestamp: at(common),
  });
  const wellFormed = (evidence: LightClientAttack): ConflictingBlock => {
    const block = attackBlock(evidence);
    if (typeof block === "string") throw new Error(block);
    return block;
  };
  const judge = (evidence: LightClientAttack, trusted: SignedHeader) =>
    attackFault(evidence, wellFormed(evidence), { header: headerAt(evidence.commonHeight), set }, trusted);

  test("holds when the block is another one of its height, and when it was invented", () => {
    expect(judge(attack(4, headerAt(4, { dataHash: hash("other") })), signed(headerAt(4)))).toBeUndefined();
    expect(judge(attack(2, headerAt(4, { appHash: hash("other") })), signed(headerAt(4)))).toBeUndefined();
  });

  test("proves nothing with the chain's own block, or with others accused", () => {
    const own = attack(2, headerAt(4));
    expect(judge(own, signed(headerAt(4)))).toMatch(/^trusted header hash matches the evidence's/);
    const other = attack(4, headerAt(4, { dataHash: hash("other") }));
    const fewer = { ...other, byzantine: set.validators.slice(1) };
    expect(judge(fewer, signed(headerAt(4)))).toBe("expected 3 byzantine validators from evidence but got 2");
  });

  test("is malformed without a block, or with a commit for another header", () => {
    const good = attack(2, headerAt(4));
    expect(attackBlock({ ...good, block: undefined })).toBe("conflicting block is nil");
    const foreign = { ...signed(headerAt(4)), header: headerAt(4, { appHash: hash("x") }), set };
    expect(attackBlock({ ...good, block: foreign })).toMatch(
      /^invalid conflicting light block: invalid signed header: commit signs block /,
    );
  });

  test("with a block of a height to come holds only against a latest block that is not earlier", () => {
    const block = wellFormed(attack(2, headerAt(9)));
    expect(forwardFault(headerAt(9), block)).toBeUndefined();
    expect(forwardFault(headerAt(8), block)).toMatch(/^latest block time \(.*\) is before conflicting block time \(/);
  });

  test("has a hash of its block and its common height", () => {
    const [a, b] = [2, 3].map((common) => attack(common, headerAt(4))) as [LightClientAttack, LightClientAttack];
    const block = wellFormed(a);
    expect(attackHash(a, block)).toEqual(attackHash({ ...a, totalVotingPower: 1n }, block));
    expect(attackHash(a, block)).not.toEqual(attackHash(b, block));
  });
});

describe("the occasion of evidence", () => {
  const age = { blocks: 10n, seconds: 100n, nanos: 0 };
  const of = (height: number, latest: number) =>
    occasionFault({ height, timestamp: at(height) }, at(height), { height: latest, time: at(latest) }, age);

  test("has the time of the chain's block", () => {
    const latest = { height: 9, time: at(9) };
    expect(occasionFault({ height: 5, timestamp: at(6) }, at(5), latest, age)).toMatch(
      /^evidence has a different time/,
    );
  });

  test("is too old when both ages are past, not when one is", () => {
    expect(of(5, 15)).toBeUndefined();
    expect(of(5, 105)).toBeUndefined();
    expect(of(5, 106)).toMatch(/^evidence from height 5 .* is too old; min height is 96 /);
  });
});
