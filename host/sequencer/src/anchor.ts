// SPDX-License-Identifier: Apache-2.0
import { fromTime } from "@sotto/blocks";
import { equals, readBeU64 } from "@sotto/bytes";
import { ProtoReader, ProtoWriter } from "@sotto/codec";
import {
  assertLightBlock,
  CometError,
  consensusParamsHash,
  decodeHashedParams,
  decodeLightBlock,
  encodeLightBlock,
  type LightBlock,
  resultsHash,
  validatorSetHash,
  verifyCommit,
} from "@sotto/comet";
import { assert } from "@sotto/errors";
import type { BlockResult } from "@sotto/kernel";
import { type ChainState, stateAfter } from "./chainState.ts";

/**
 * What a restored state needs of the chain: the light block of its height, and the next one, whose
 * header names the application hash and the results of the state.
 */
export interface Anchor {
  readonly last: LightBlock;
  readonly next: LightBlock;
}

/** Name of the row beside the state that holds the anchor of a restored version. */
export const anchorKey = (height: number): string => `restored/${height}`;

export const encodeAnchor = ({ last, next }: Anchor): Uint8Array =>
  new ProtoWriter(4096).bytes(1, encodeLightBlock(last)).bytes(2, encodeLightBlock(next)).finish();

export function decodeAnchor(bytes: Uint8Array): Anchor {
  const r = new ProtoReader(bytes);
  let last: LightBlock | undefined;
  let next: LightBlock | undefined;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    if (tag === 0x0a) last = decodeLightBlock(r.bytes());
    else if (tag === 0x12) next = decodeLightBlock(r.bytes());
    else r.skip(tag);
  }
  assert(last !== undefined && next !== undefined, "the record of a restored state is not complete");
  return { last, next };
}

/**
 * Throws ChainError (comet) unless the second light block follows from the first, and each is
 * signed by two thirds of its set. Whether the first is of this chain is for the enclave to say.
 */
export function verifyAnchor({ last, next }: Anchor, chainId: string): void {
  for (const each of [last, next]) {
    assertLightBlock(each, chainId);
    verifyCommit(chainId, each.validators, each.commit.blockId, each.header.height, each.commit);
  }
  const follows =
    next.header.height === last.header.height + 1 &&
    equals(next.header.lastBlockId.hash, last.commit.blockId.hash) &&
    equals(next.header.validatorsHash, last.header.nextValidatorsHash);
  if (!follows) throw CometError.invalidHeader(`block ${next.header.height} does not follow ${last.header.height}`);
}

/** The state of consensus after a restored version, whose results are a row of its snapshot. */
export function restoredState({ last, next }: Anchor, result: BlockResult, appHash: Uint8Array): ChainState {
  return stateAfter({
    height: last.header.height,
    blockId: last.commit.blockId,
    commit: last.commit,
    validators: last.validators,
    nextValidators: next.validators,
    // Every block's result has all parameters of the next height (host/app).
    consensusParams: result.consensusParamUpdates ?? new Uint8Array(0),
    result,
    appHash,
  });
}

/** Rows beside the state that come with a snapshot. */
export interface RestoredRows {
  /** Nanoseconds since 1970 of the block, big-endian. */
  readonly time: Uint8Array;
  readonly result: BlockResult;
}

/** The first thing that contradicts the headers; undefined: all is as they say. */
export function faultOfRows(anchor: Anchor, { time, result }: RestoredRows, appHash: Uint8Array): string | undefined {
  const { last, next } = anchor;
  if (time.length !== 8 || readBeU64(time) !== fromTime(last.header.time)) return "its time is not that of the header";
  const { txResults, consensusParamUpdates } = result;
  if (!equals(resultsHash(txResults), next.header.lastResultsHash)) return "its results have another hash";
  if (consensusParamUpdates === undefined) return "its results lack the parameters of the next height";
  const params = consensusParamsHash(decodeHashedParams(consensusParamUpdates));
  if (!equals(params, next.header.consensusHash)) return "its parameters have another hash";
  const { nextValidators } = restoredState(anchor, result, appHash);
  const isSame = equals(validatorSetHash(nextValidators), next.header.nextValidatorsHash);
  return isSame ? undefined : "its changes of validators lead to another set than the header names";
}
