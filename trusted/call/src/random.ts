import { beU64, concat } from "@sotto/bytes";
import { kdf } from "@sotto/message";

/**
 * The random that one call sees (protocol.md 7.3). `counter` is the call's position in its block, from 0, so two calls
 * of a block never see the same. The block's random never leaves the enclave, so neither can anyone predict it.
 */
export const callRandom = (
  blockRandom: Uint8Array,
  height: number,
  contractKey: Uint8Array,
  counter: number,
): Uint8Array => kdf(blockRandom, concat(beU64(BigInt(height)), contractKey, beU64(BigInt(counter))));
