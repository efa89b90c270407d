// SPDX-License-Identifier: Apache-2.0
import { beU32, beU64, concat } from "@sotto/bytes";
import { prepareKdf } from "@sotto/message";

const NO_HIGH_HALF = beU32(0);

/**
 * The randoms that the calls of one block see (spec/cryptography.md 8.2). `counter` is the call's
 * position in its block, from 0 and below 2^32, so two calls of a block never get the same value.
 * The block's random never leaves the enclave, so it cannot be predicted.
 */
export function callRandoms(
  blockRandom: Uint8Array,
  height: number,
): (contractKey: Uint8Array, counter: number) => Uint8Array {
  const derive = prepareKdf(blockRandom);
  const head = beU64(BigInt(height));
  return (contractKey, counter) => derive(concat(head, contractKey, NO_HIGH_HALF, beU32(counter)));
}
