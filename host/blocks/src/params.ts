// SPDX-License-Identifier: Apache-2.0
import { ProtoReader, ProtoWriter } from "@sotto/codec";
import { decodeHashedParams, type HashedParams } from "@sotto/comet";
import { assert } from "@sotto/errors";

/** Limit: CometBFT types/params.go MaxBlockSizeBytes. */
export const MAX_BLOCK_BYTES = 104_857_600;

/** The consensus parameters that blocks depend on. */
export interface ChainParams extends HashedParams {
  readonly appVersion: number;
}

export function readParams(consensusParams: Uint8Array): ChainParams {
  const r = new ProtoReader(consensusParams);
  let appVersion = 0;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    if (tag !== 0x22) {
      r.skip(tag);
      continue;
    }
    const outer = r.enter();
    for (let inner = r.tag(); inner !== 0; inner = r.tag()) {
      if (inner === 0x08) appVersion = r.safeUint();
      else r.skip(inner);
    }
    r.leave(outer);
  }
  return { ...decodeHashedParams(consensusParams), appVersion };
}

/** The encoded parts of a tendermint.types.ConsensusParams by their numbers. */
function partsOf(consensusParams: Uint8Array): Map<number, Uint8Array> {
  const r = new ProtoReader(consensusParams);
  const parts = new Map<number, Uint8Array>();
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    if ((tag & 7) === BYTES) parts.set(tag >>> 3, r.bytes());
    else r.skip(tag);
  }
  return parts;
}

const BYTES = 2;

/**
 * Parameters after a block: a part in its result replaces the old part as a whole (types/params.go
 * Update and ValidateBasic). Throws InvariantBroken for values that no block can obey: the
 * application must not return them.
 */
export function changedParams(consensusParams: Uint8Array, updates: Uint8Array | undefined): Uint8Array {
  if (updates === undefined) return consensusParams;
  const parts = [...partsOf(consensusParams), ...partsOf(updates)];
  const writer = new ProtoWriter(128);
  for (const [part, bytes] of [...new Map(parts)].sort(([a], [b]) => a - b)) writer.bytesAlways(part, bytes);
  const changed = writer.finish();
  const { maxBytes, maxGas } = decodeHashedParams(changed);
  const obeyable = maxBytes === -1n || (maxBytes > 0n && maxBytes <= BigInt(MAX_BLOCK_BYTES));
  assert(obeyable && maxGas >= -1n, `no block can have at most ${maxBytes} bytes and ${maxGas} gas`);
  return changed;
}
