// SPDX-License-Identifier: Apache-2.0
import { concat, equals } from "@sotto/bytes";
import { sha256, sha256Into } from "@sotto/crypto";

const LEAF = 0;
const INNER = 1;
const EMPTY = sha256(new Uint8Array(0));

/**
 * Position of a leaf in a tree and the hashes beside its path, from the leaf up
 * (tendermint.crypto.Proof).
 */
export interface Proof {
  readonly total: number;
  readonly index: number;
  readonly leafHash: Uint8Array;
  readonly aunts: readonly Uint8Array[];
}

/** A leaf deeper than this is refused (limit: CometBFT crypto/merkle MaxAunts). */
export const MAX_AUNTS = 100;

/** RFC 6962 leaf hash. */
export function leafHash(leaf: Uint8Array): Uint8Array {
  const image = new Uint8Array(leaf.length + 1);
  image.set(leaf, 1);
  image[0] = LEAF;
  return sha256(image);
}

/** RFC 6962 inner hash of two 32-byte hashes. */
export function innerHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  const image = new Uint8Array(1 + left.length + right.length);
  image[0] = INNER;
  image.set(left, 1);
  image.set(right, 1 + left.length);
  return sha256(image);
}

/**
 * Root of a CometBFT Merkle tree (RFC 6962; the empty tree hashes the empty string). Cost: 2n - 1
 * hashes.
 */
export function merkleRoot(leaves: readonly Uint8Array[]): Uint8Array {
  const flat = new Uint8Array(leaves.length * 32);
  let image = new Uint8Array(256);
  leaves.forEach((leaf, i) => {
    if (image.length <= leaf.length) image = new Uint8Array(leaf.length * 2);
    image[0] = LEAF;
    image.set(leaf, 1);
    sha256Into(image.subarray(0, leaf.length + 1), flat, i * 32);
  });
  return foldHashes(flat, leaves.length);
}

/**
 * Root over leaf hashes that lie one after the other in `flat`, which is overwritten. Pairing
 * neighbours level by level and carrying an odd last one up gives the same tree as the recursive
 * split at the largest power of two.
 */
function foldHashes(flat: Uint8Array, count: number): Uint8Array {
  if (count === 0) return EMPTY.slice();
  const image = new Uint8Array(65);
  image[0] = INNER;
  for (let size = count; size > 1; size = (size + 1) >>> 1) {
    for (let at = 0; at < size; at += 2) {
      if (at + 1 < size) {
        image.set(flat.subarray(at * 32, at * 32 + 64), 1);
        sha256Into(image, flat, at * 16);
      } else flat.copyWithin(at * 16, at * 32, at * 32 + 32);
    }
  }
  return flat.slice(0, 32);
}

/** Root and a proof for every leaf. Cost: 2n - 1 hashes and n log n references. */
export function merkleProofs(leaves: readonly Uint8Array[]): { root: Uint8Array; proofs: Proof[] } {
  const total = leaves.length;
  if (total === 0) return { root: EMPTY.slice(), proofs: [] };
  const levels: Uint8Array[][] = [leaves.map(leafHash)];
  for (let level = levels[0] as Uint8Array[]; level.length > 1; ) {
    const next: Uint8Array[] = [];
    for (let at = 0; at < level.length; at += 2) {
      const left = level[at] as Uint8Array;
      const right = level[at + 1];
      next.push(right === undefined ? left : innerHash(left, right));
    }
    levels.push(next);
    level = next;
  }
  const proofs = leaves.map((_, index): Proof => {
    const aunts: Uint8Array[] = [];
    let at = index;
    for (const level of levels) {
      const aunt = level[at ^ 1];
      if (level.length > 1 && aunt !== undefined) aunts.push(aunt);
      at >>= 1;
    }
    return { total, index, leafHash: (levels[0] as Uint8Array[])[index] as Uint8Array, aunts };
  });
  return { root: (levels[levels.length - 1] as Uint8Array[])[0] as Uint8Array, proofs };
}

/**
 * Root that a proof leads to; undefined when its shape does not fit its position
 * (Proof.ComputeRootHash).
 */
export function proofRoot(proof: Proof): Uint8Array | undefined {
  const { total, index, aunts } = proof;
  if (!Number.isSafeInteger(total) || !Number.isSafeInteger(index) || index < 0 || index >= total) return undefined;
  if (aunts.length > MAX_AUNTS) return undefined;
  let hash = proof.leafHash;
  let used = 0;
  let at = index;
  for (let size = total; size > 1; size = size % 2 === 0 ? size / 2 : (size + 1) / 2) {
    const right = at % 2 === 1;
    if (right || at + 1 < size) {
      const aunt = aunts[used++];
      if (aunt === undefined) return undefined;
      hash = right ? innerHash(aunt, hash) : innerHash(hash, aunt);
    }
    at = right ? (at - 1) / 2 : at / 2;
  }
  return used === aunts.length ? hash : undefined;
}

/** Whether `leaf` is proven to be in the tree with this root (Proof.Verify). */
export function verifyProof(proof: Proof, root: Uint8Array, leaf: Uint8Array): boolean {
  if (proof.leafHash.length !== 32 || proof.aunts.some((aunt) => aunt.length !== 32)) return false;
  if (!equals(proof.leafHash, leafHash(leaf))) return false;
  const reached = proofRoot(proof);
  return reached !== undefined && equals(reached, root);
}

/**
 * One entry of a simple Merkle map: two length-prefixed strings. Limit: each shorter than 2^28
 * bytes.
 */
export function mapLeaf(key: Uint8Array, valueHash: Uint8Array): Uint8Array {
  return concat(uvarint(key.length), key, uvarint(valueHash.length), valueHash);
}

/** Unsigned varint of a small length. */
export function uvarint(value: number): Uint8Array {
  const out: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    out.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  out.push(rest);
  return Uint8Array.from(out);
}
