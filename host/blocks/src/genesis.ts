// SPDX-License-Identifier: Apache-2.0
import { equals } from "@sotto/bytes";
import { ProtoReader, ProtoWriter } from "@sotto/codec";
import { EnvironmentFault } from "@sotto/errors";
import type { AppGenesis, ValidatorUpdate } from "@sotto/kernel";

/** The part of a genesis file for consensus, which the block log stores. */
export type ChainGenesis = Omit<AppGenesis, "appState">;

export function encodeGenesis(genesis: ChainGenesis): Uint8Array {
  const w = new ProtoWriter(512).string(1, genesis.chainId).int64(2, genesis.time).int64(3, genesis.initialHeight);
  w.bytes(4, genesis.consensusParams);
  for (const { pubKey, power } of genesis.validators) {
    w.message(5, (inner) => inner.bytes(1, pubKey).int64(2, power));
  }
  return w.finish();
}

function readValidator(r: ProtoReader): ValidatorUpdate {
  const found = { pubKey: new Uint8Array(0), power: 0n };
  const outer = r.enter();
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    if (tag === 0x0a) found.pubKey = new Uint8Array(r.bytes());
    else if (tag === 0x10) found.power = r.int64();
    else r.skip(tag);
  }
  r.leave(outer);
  return found;
}

export function decodeGenesis(bytes: Uint8Array): ChainGenesis {
  const r = new ProtoReader(bytes);
  const validators: ValidatorUpdate[] = [];
  const found = { chainId: "", time: 0n, initialHeight: 0, consensusParams: new Uint8Array(0) };
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    if (tag === 0x0a) found.chainId = r.string();
    else if (tag === 0x10) found.time = r.int64();
    else if (tag === 0x18) found.initialHeight = r.safeInt();
    else if (tag === 0x22) found.consensusParams = new Uint8Array(r.bytes());
    else if (tag === 0x2a) validators.push(readValidator(r));
    else r.skip(tag);
  }
  return { ...found, validators };
}

/** Throws unless the log's genesis is this one: a folder belongs to one chain. */
export function assertSameGenesis(kept: ChainGenesis, wanted: ChainGenesis): void {
  if (equals(encodeGenesis(kept), encodeGenesis(wanted))) return;
  const why =
    kept.chainId === wanted.chainId
      ? "was started with another genesis"
      : `belongs to chain ${kept.chainId}, not to ${wanted.chainId}`;
  throw new EnvironmentFault(`the block log ${why}: choose another folder or reset this one`);
}
