// SPDX-License-Identifier: Apache-2.0
import type { ReadCtx, WriteCtx } from "@sotto/kernel";
import { state } from "./state.ts";

/** Bits of a chunk (types/keys.go MissedBlockBitmapChunkSize). */
const BITS = 1024n;
/**
 * The number of bits in 8 bytes, then words of 64 bits, all big-endian (bits-and-blooms/bitset).
 */
const HEAD = 8;
const CHUNK_BYTES = HEAD + 128;

const emptyChunk = (): Uint8Array => {
  const chunk = new Uint8Array(CHUNK_BYTES);
  chunk[6] = 4;
  return chunk;
};

/**
 * The byte and the bit of a position: words are big-endian, the first bit of a word is its last.
 */
function placeOf(index: bigint): { readonly chunk: bigint; readonly at: number; readonly mask: number } {
  const bit = Number(index % BITS);
  return { chunk: index / BITS, at: HEAD + (bit >> 6) * 8 + 7 - ((bit & 63) >> 3), mask: 1 << (bit & 7) };
}

/** Whether a validator missed the block of a position in the window: one get. */
export function isMissed(ctx: ReadCtx, consensusAddress: Uint8Array, index: bigint): boolean {
  const { chunk, at, mask } = placeOf(index);
  const bytes = state.missed.get(ctx, [consensusAddress, chunk]);
  return ((bytes?.[at] ?? 0) & mask) !== 0;
}

export function setMissed(ctx: WriteCtx, consensusAddress: Uint8Array, index: bigint, missed: boolean): void {
  const { chunk, at, mask } = placeOf(index);
  const bytes = state.missed.get(ctx, [consensusAddress, chunk])?.slice() ?? emptyChunk();
  const old = bytes[at] ?? 0;
  bytes[at] = missed ? old | mask : old & ~mask;
  state.missed.set(ctx, [consensusAddress, chunk], bytes);
}

export function clearMissed(ctx: WriteCtx, consensusAddress: Uint8Array): void {
  for (const key of state.missed.keys(ctx, { prefix: [consensusAddress] })) state.missed.remove(ctx, key);
}

/** Positions of missed blocks, of all chunks. */
export function missedBlocks(ctx: ReadCtx, consensusAddress: Uint8Array): bigint[] {
  const list: bigint[] = [];
  for (const [[, chunk], bytes] of state.missed.entries(ctx, { prefix: [consensusAddress] })) {
    for (let bit = 0n; bit < BITS; bit++) {
      const { at, mask } = placeOf(bit);
      if (((bytes[at] ?? 0) & mask) !== 0) list.push(chunk * BITS + bit);
    }
  }
  return list;
}
