import { beU64, concat, readBeU64 } from "@sotto/bytes";
import { assert } from "@sotto/errors";
import type { Platform } from "./platform.ts";

/**
 * The last block that an enclave has committed. It goes out sealed with each commit and comes back at the start: an
 * enclave never goes below it. No counter in hardware stands behind it: a host that keeps an old one can go back to
 * it, which the chain itself then shows.
 */
export interface Watermark {
  readonly height: bigint;
  /** Hash of that block, 32 bytes. */
  readonly blockHash: Uint8Array;
}

const PURPOSE = "watermark";

/** The watermark as the host keeps it. The hash has 32 bytes. */
export function sealWatermark(platform: Platform, { height, blockHash }: Watermark): Uint8Array {
  assert(blockHash.length === 32, "a block hash has 32 bytes");
  return platform.seal(PURPOSE, concat(beU64(height), blockHash));
}

/** The watermark again; undefined when the bytes are not one of this enclave. */
export function unsealWatermark(platform: Platform, sealed: Uint8Array): Watermark | undefined {
  const bytes = platform.unseal(PURPOSE, sealed);
  if (bytes === undefined || bytes.length !== 40) return undefined;
  return { height: readBeU64(bytes), blockHash: bytes.slice(8) };
}
