// SPDX-License-Identifier: Apache-2.0
import { type BlockLog, type BlockMeta, decodeBlockResult, resultsKey, toTime } from "@sotto/blocks";
import { toHex } from "@sotto/bytes";
import {
  addTime,
  assertBlock,
  assertLightBlock,
  blockId,
  compareTime,
  DEFAULT_TRUST_LEVEL,
  decodeBlock,
  medianTime,
  resultsHash,
  type SignedHeader,
  type ValidatorSet,
  validatorSetHash,
  verifyCommit,
  verifyLightStep,
} from "@sotto/comet";
import { multistoreRoot } from "@sotto/merkle";
import type { StateStore } from "@sotto/store";
import { expect } from "vitest";

const must = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error("missing");
  return value;
};

const trustsFrom = (log: BlockLog, from: number, to: number): void => {
  const at = (height: number): SignedHeader => must(log.meta(height));
  verifyLightStep({
    trusted: at(from),
    trustedNext: must(log.validators(from + 1)),
    untrusted: at(to),
    untrustedValidators: must(log.validators(to)),
    trustingPeriodSeconds: 1_000_000,
    now: addTime(at(to).header.time, 1),
    maxClockDriftSeconds: 10,
    trustLevel: DEFAULT_TRUST_LEVEL,
  });
};

function verifyLink(before: BlockMeta, setBefore: ValidatorSet, meta: BlockMeta, log: BlockLog): void {
  const { header } = meta;
  expect(header.lastBlockId).toEqual(before.blockId);
  expect(compareTime(header.time, before.header.time)).toBeGreaterThan(0);
  expect(header.time).toEqual(medianTime(before.commit, setBefore));
  expect(log.block(header.height)?.lastCommit).toEqual(before.commit);
  expect(toHex(before.header.nextValidatorsHash)).toBe(toHex(header.validatorsHash));
}

/**
 * All checks of a chain from outside, block by block, only with pure/comet and the state's roots.
 */
export function verifyChain(log: BlockLog, store: StateStore, genesisTime: bigint): void {
  const chainId = must(log.genesis).chainId;
  for (let height = Math.max(1, log.first); height <= log.height; height++) {
    const meta = must(log.meta(height));
    const bytes = must(log.bytes(height));
    const block = decodeBlock(bytes);
    const validators = must(log.validators(height));
    assertBlock(block);
    assertLightBlock({ header: meta.header, commit: meta.commit, validators }, chainId);
    expect(meta.header).toEqual(block.header);
    expect(blockId(block.header, bytes)).toEqual(meta.blockId);
    expect([meta.size, meta.txCount]).toEqual([bytes.length, block.txs.length]);
    expect(log.heightOf(meta.blockId.hash)).toBe(height);
    verifyCommit(chainId, validators, meta.blockId, height, meta.commit);
    expect(block.header.time.nanos % 10).not.toBe(0);
    expect(toHex(block.header.nextValidatorsHash)).toBe(toHex(validatorSetHash(must(log.validators(height + 1)))));
    expect(validators.validators.map(({ address }) => toHex(address))).toContain(toHex(block.header.proposerAddress));
    if (height === log.first) expect(block.header.time).toEqual(toTime(genesisTime));
    else {
      verifyLink(must(log.meta(height - 1)), must(log.validators(height - 1)), meta, log);
      trustsFrom(log, height - 1, height);
      trustsFrom(log, log.first, height);
      const results = decodeBlockResult(must(store.extra(resultsKey(height - 1))));
      expect(toHex(block.header.lastResultsHash)).toBe(toHex(resultsHash(results.txResults)));
      expect(toHex(block.header.appHash)).toBe(toHex(multistoreRoot(store.commitInfo(height - 1).stores)));
    }
  }
}
