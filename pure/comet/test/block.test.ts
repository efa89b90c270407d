// SPDX-License-Identifier: Apache-2.0
import { CodecError } from "@sotto/codec";
import { ChainError } from "@sotto/errors";
import { merkleRoot, verifyProof } from "@sotto/merkle";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  assertBlock,
  type Block,
  blockId,
  CometError,
  type Commit,
  commitHash,
  dataHash,
  dataHashOf,
  decodeBlock,
  decodeBlockId,
  decodeCommit,
  decodeHashedParams,
  decodeHeader,
  decodeLightBlock,
  decodeValidatorSet,
  decodeVote,
  encodeBlock,
  encodeCommit,
  evidenceHash,
  headerHash,
  NIL_BLOCK_ID,
  PART_SIZE,
  partSet,
  resultsHash,
  txHash,
  txProofs,
} from "../src/index.ts";

const hash = (byte: number) => new Uint8Array(32).fill(byte);
const noCommit: Commit = { height: 0, round: 0, blockId: NIL_BLOCK_ID, signatures: [] };

function blockOf(txs: readonly Uint8Array[], evidence: Block["evidence"] = []): Block {
  return {
    header: {
      version: { block: 11, app: 0 },
      chainId: "secretdev-1",
      height: 1,
      time: { seconds: 1_700_000_000, nanos: 5 },
      lastBlockId: NIL_BLOCK_ID,
      lastCommitHash: commitHash(noCommit),
      dataHash: dataHash(txs),
      validatorsHash: hash(1),
      nextValidatorsHash: hash(2),
      consensusHash: hash(3),
      appHash: new Uint8Array(),
      lastResultsHash: new Uint8Array(),
      evidenceHash: evidenceHash(evidence),
      proposerAddress: new Uint8Array(20),
    },
    txs,
    evidence,
    lastCommit: noCommit,
  };
}

describe("blocks", () => {
  test("are the same after encoding and decoding", () => {
    const tx = fc.uint8Array({ maxLength: 300 });
    const evidence = fc.record({
      kind: fc.constantFrom("duplicateVote" as const, "lightClientAttack" as const),
      bytes: fc.uint8Array({ maxLength: 40 }),
    });
    fc.assert(
      fc.property(fc.array(tx), fc.array(evidence, { maxLength: 3 }), (txs, list) => {
        const block = blockOf(txs, list);
        expect(decodeBlock(encodeBlock(block))).toEqual(block);
        assertBlock(block);
      }),
    );
    expect(decodeCommit(encodeCommit(noCommit))).toEqual(noCommit);
  });

  test("are refused when header and content differ", () => {
    const block = blockOf([Uint8Array.of(1)]);
    const { header } = block;
    expect(() => assertBlock({ ...block, txs: [] })).toThrow("DataHash");
    expect(() => assertBlock({ ...block, evidence: [{ kind: "duplicateVote", bytes: hash(1) }] })).toThrow(
      "EvidenceHash",
    );
    expect(() => assertBlock({ ...block, lastCommit: undefined })).toThrow("nil LastCommit");
    expect(() => assertBlock({ ...block, header: { ...header, lastCommitHash: hash(1) } })).toThrow("LastCommitHash");
    for (const bad of [
      { height: 0 },
      { chainId: "x".repeat(51) },
      { validatorsHash: hash(1).slice(1) },
      { proposerAddress: hash(1) },
      { version: { block: 10, app: 0 } },
    ]) {
      expect(() => assertBlock({ ...block, header: { ...header, ...bad } })).toThrow(
        CometError.invalidHeader().message,
      );
    }
  });

  test("are cut into parts of 64 KiB", () => {
    const bytes = encodeBlock(blockOf([new Uint8Array(PART_SIZE * 2)]));
    const { header, parts } = partSet(bytes);
    expect(header.total).toBe(3);
    expect(parts.map(({ length }) => length)).toEqual([PART_SIZE, PART_SIZE, bytes.length - 2 * PART_SIZE]);
    expect(header.hash).toEqual(merkleRoot(parts));
    expect(Buffer.concat(parts).equals(bytes)).toBe(true);
  });

  test("have no hash and no id before the validators are known", () => {
    const block = blockOf([]);
    const header = { ...block.header, validatorsHash: new Uint8Array() };
    expect(headerHash(header)).toBeUndefined();
    expect(blockId(header, new Uint8Array(1))).toBeUndefined();
  });

  test("prove their transactions", () => {
    const txs = Array.from({ length: 9 }, (_, i) => Uint8Array.of(i));
    const { root, proofs } = txProofs(txs);
    expect(root).toEqual(dataHash(txs));
    expect(dataHashOf(txs.map(txHash))).toEqual(root);
    for (const [i, proof] of proofs.entries())
      expect(verifyProof(proof, root, txHash(txs[i] as Uint8Array))).toBe(true);
  });

  test("hash of results covers code, data and gas in order", () => {
    const result = { code: 0, data: Uint8Array.of(1), gasWanted: 10n, gasUsed: 5n };
    const base = Buffer.from(resultsHash([result, { ...result, code: 1 }])).toString("hex");
    for (const other of [
      [{ ...result, code: 1 }, result],
      [result, { ...result, code: 2 }],
      [result, { ...result, code: 1, data: Uint8Array.of(2) }],
      [result, { ...result, code: 1, gasWanted: 11n }],
      [result, { ...result, code: 1, gasUsed: 6n }],
    ]) {
      expect(Buffer.from(resultsHash(other)).toString("hex")).not.toBe(base);
    }
    const numbers = { ...result, gasWanted: 10, gasUsed: 5 };
    expect(Buffer.from(resultsHash([numbers, { ...numbers, code: 1 }])).toString("hex")).toBe(base);
  });
});

test("any bytes are decoded or refused with a code", () => {
  const decoders = [
    decodeBlock,
    decodeBlockId,
    decodeCommit,
    decodeHashedParams,
    decodeHeader,
    decodeLightBlock,
    decodeValidatorSet,
    decodeVote,
  ];
  const whole = encodeBlock(blockOf([Uint8Array.of(1, 2, 3)], [{ kind: "duplicateVote", bytes: hash(4) }]));
  const attempt = (bytes: Uint8Array) => {
    for (const decode of decoders) {
      try {
        decode(bytes);
      } catch (thrown) {
        const known = [CodecError.protobuf, CometError.malformed].some((factory) => ChainError.is(thrown, factory));
        if (!known) throw thrown;
      }
    }
  };
  fc.assert(fc.property(fc.uint8Array({ maxLength: 120 }), attempt));
  for (let at = 0; at < whole.length; at++) {
    attempt(whole.subarray(0, at));
    const broken = whole.slice();
    broken[at] = (broken[at] as number) ^ 0x88;
    attempt(broken);
  }
});
