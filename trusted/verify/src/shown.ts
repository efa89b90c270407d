// SPDX-License-Identifier: Apache-2.0
import { beU32, beU64, readBeU32, readBeU64, toLatin1 } from "@sotto/bytes";
import type { ConsensusKeys } from "@sotto/keys";
import type { Platform } from "@sotto/platform";
import { BoundaryError, type ProvenHeader, type ShowStateRequest, type Untrusted } from "@sotto/protocol";
import { unwrap } from "./unwrap.ts";

// The state that queries of clients read (spec/calls.md 8.1; ADR 109). Proof: bytes that an enclave
// of this machine sealed when it committed the block, or the network's proofs of two headers.

/** A header that an enclave of the network has verified. */
export interface SeenHeader {
  readonly height: number;
  /** Decimal nanoseconds. */
  readonly time: string;
  /** Of the state before the block. Empty before the first block of a chain has a successor. */
  readonly appHash: Uint8Array;
}

/** A committed state. */
export interface ShownState extends Omit<SeenHeader, "appHash"> {
  /** Height of the state whose hash `appHash` is: this one, or the one before. */
  readonly base: number;
  /** Undefined: rows are believed, after the first block of a chain. */
  readonly appHash: Uint8Array | undefined;
  /** Names and stamps of what the blocks after `base` wrote (`BlockRows.show`). */
  readonly written: ReadonlyMap<string, string>;
}

const PURPOSE = "writes";
/**
 * Most bytes of the writes of a block: they cross the boundary in one frame. An entry has 200 bytes
 * at most, so this is more rows than a block's time allows.
 */
const MAX_WRITES = 24 * 1024 * 1024;
const HASH = 32;

/**
 * Seals what a block wrote, with the fields of its header; undefined for too many rows. Layout:
 * height as BE8, then with BE4 lengths in front: time, application hash, and for each entry its
 * name and its stamp.
 */
export function sealWrites(
  platform: Platform,
  { height, time, appHash }: SeenHeader,
  written: ReadonlyMap<string, string>,
): Uint8Array | undefined {
  let size = 8 + 4 + time.length + 4 + appHash.length;
  for (const [name, stamp] of written) size += 8 + name.length + stamp.length;
  if (size > MAX_WRITES) return undefined;
  const bytes = new Uint8Array(size);
  bytes.set(beU64(BigInt(height)));
  let at = 8;
  const put = (text: string): void => {
    bytes.set(beU32(text.length), at);
    for (let i = 0; i < text.length; i++) bytes[at + 4 + i] = text.charCodeAt(i);
    at += 4 + text.length;
  };
  put(time);
  put(toLatin1(appHash));
  for (const [name, stamp] of written) {
    put(name);
    put(stamp);
  }
  return platform.seal(PURPOSE, bytes);
}

/** Reads bytes that this enclave sealed: they have the form of `sealWrites`. */
function openWrites(platform: Platform, sealed: Uint8Array): { header: SeenHeader; written: Map<string, string> } {
  const bytes = platform.unseal(PURPOSE, sealed);
  if (bytes === undefined) throw BoundaryError.stateRefused();
  let at = 8;
  const take = (): Uint8Array => {
    const start = at + 4;
    at = start + readBeU32(bytes, at);
    return bytes.subarray(start, at);
  };
  const header = { height: Number(readBeU64(bytes)), time: toLatin1(take()), appHash: new Uint8Array(take()) };
  const written = new Map<string, string>();
  while (at < bytes.length) written.set(toLatin1(take()), toLatin1(take()));
  return { header, written };
}

/** What this enclave knows. */
export interface ShownBy {
  readonly platform: Platform;
  readonly keys: ConsensusKeys;
  readonly chainId: string;
  /** Headers that it verified itself, by height. */
  readonly seen: ReadonlyMap<number, SeenHeader>;
}

/**
 * Verifies a committed state: of this height, under this chain's headers. Not whether it is the
 * newest one. Throws BoundaryError.stateRefused.
 */
export function verifyShown(untrusted: Untrusted<ShowStateRequest>, by: ShownBy): ShownState {
  const { height, writes, header, next } = unwrap(untrusted);
  if (writes !== undefined) {
    const { header: own, written } = openWrites(by.platform, writes);
    if (own.height !== height) throw BoundaryError.stateRefused();
    const { time, appHash } = own;
    return { height, time, base: height - 1, appHash: appHash.length === 0 ? undefined : appHash, written };
  }
  const { time } = verifyHeader(header, height, by);
  const { appHash } = verifyHeader(next, height + 1, by);
  if (appHash.length !== HASH) throw BoundaryError.stateRefused();
  return { height, time, base: height, appHash, written: new Map() };
}

function verifyHeader(header: ProvenHeader | undefined, height: number, by: ShownBy): SeenHeader {
  if (header?.height !== height) throw BoundaryError.stateRefused();
  const { time, appHash, proof } = header;
  const own = by.seen.get(height);
  if (proof.length === 0 && own !== undefined) return own;
  if (!by.keys.verifyHeaderProof(proof, { chainId: by.chainId, height, time, appHash }))
    throw BoundaryError.stateRefused();
  return { height, time, appHash };
}
