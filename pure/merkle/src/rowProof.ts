// SPDX-License-Identifier: Apache-2.0
import { compare, equals, fromUtf8 } from "@sotto/bytes";
import { sha256 } from "@sotto/crypto";
import {
  EMPTY_IAVL_HASH,
  iavlInnerHash,
  iavlLeafHash,
  iavlLeafHashOf,
  MAX_IAVL_INTEGER,
  putLatin1,
  putUvarint,
} from "./iavl.ts";
import { rows, type StoreHash } from "./multistore.ts";
import { mapLeaf, merkleProofs, type Proof, proofRoot, leafHash as treeLeafHash } from "./tree.ts";

// Proofs of one row that a verifier checks thousands of times a second (spec/contract-state.md 6).
// ICS-23 proves the same with copies of all images; here are the numbers of each node and the hash
// of the other child, and the verifier makes the image. Two neighbours of an absent key share the
// path from their lowest common node up, which is proven once.

const Kind = { empty: 0, present: 1, between: 2, beforeAll: 3, afterAll: 4 } as const;

/** Most inner nodes between a leaf and its root. A balanced tree of 2^60 rows has 87. */
export const MAX_ROW_DEPTH = 96;

/** An inner node above a row, and the hash of its other child as text of one unit a byte. */
export interface RowStep {
  readonly height: number;
  readonly size: number;
  readonly version: number;
  /** Whether the row is below the right child. */
  readonly isRight: boolean;
  readonly sibling: string;
}

/** A leaf beside an absent key. `steps`: from the leaf up. Key: text of one unit a byte. */
export interface NeighbourRow {
  readonly key: string;
  readonly valueHash: Uint8Array;
  readonly version: number;
  readonly steps: readonly RowStep[];
}

const STEP_BYTES = 60;

function putSteps(out: Uint8Array, start: number, version: number, steps: readonly RowStep[]): number {
  let at = putUvarint(out, start, version);
  out[at++] = steps.length;
  for (const { height, size, version: made, isRight, sibling } of steps) {
    at = putUvarint(out, at, height * 2 + (isRight ? 1 : 0));
    at = putUvarint(out, putUvarint(out, at, size), made);
    at = putLatin1(out, at, sibling);
  }
  return at;
}

function putNeighbour(out: Uint8Array, start: number, { key, valueHash, version, steps }: NeighbourRow): number {
  const at = putLatin1(out, putUvarint(out, start, key.length), key);
  out.set(valueHash, at);
  return putSteps(out, at + 32, version, steps);
}

const neighbourSize = (row: NeighbourRow | undefined): number =>
  row === undefined ? 0 : row.key.length + STEP_BYTES * (row.steps.length + 1);

/** Proof of a row that is there. `version`: of its leaf; `steps`: from the leaf up. */
export function encodePresence(version: number, steps: readonly RowStep[]): Uint8Array {
  const out = new Uint8Array(16 + STEP_BYTES * steps.length);
  out[0] = Kind.present;
  return out.slice(0, putSteps(out, 1, version, steps));
}

/**
 * Proof that a key is absent, by the rows before and after it; one of them is missing at an end of
 * the tree, and both in an empty tree. With both, the steps of `after` end below the node where the
 * paths meet.
 */
export function encodeAbsence(before: NeighbourRow | undefined, after: NeighbourRow | undefined): Uint8Array {
  const out = new Uint8Array(16 + neighbourSize(before) + neighbourSize(after));
  out[0] =
    before === undefined
      ? after === undefined
        ? Kind.empty
        : Kind.beforeAll
      : after === undefined
        ? Kind.afterAll
        : Kind.between;
  let at = 1;
  if (before !== undefined) at = putNeighbour(out, at, before);
  if (after !== undefined) at = putNeighbour(out, at, after);
  return out.slice(0, at);
}

/** A failed read stays at the end: every later one fails too. */
class Cursor {
  readonly #bytes: Uint8Array;
  at = 0;
  failed = false;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isDone(): boolean {
    return !this.failed && this.at === this.#bytes.length;
  }

  number(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 8; i++) {
      const byte = this.#bytes[this.at++];
      if (byte === undefined) break;
      value += (byte & 127) * scale;
      if (byte < 128) {
        if (value > MAX_IAVL_INTEGER) break;
        return value;
      }
      scale *= 128;
    }
    this.failed = true;
    return 0;
  }

  take(length: number): Uint8Array {
    const end = this.at + length;
    if (this.failed || end > this.#bytes.length) {
      this.failed = true;
      return EMPTY_IAVL_HASH;
    }
    const part = this.#bytes.subarray(this.at, end);
    this.at = end;
    return part;
  }
}

/** A way up the tree: its turns and siblings, and the hash at its end. */
interface Climb {
  readonly hash: Uint8Array;
  readonly turns: readonly boolean[];
  readonly siblings: readonly Uint8Array[];
}

/** Undefined for steps that no tree has. `leaf` makes the hash of the leaf of a version. */
function climb(from: Cursor, leaf: (version: number) => Uint8Array): Climb | undefined {
  const version = from.number();
  const depth = from.number();
  if (from.failed || depth > MAX_ROW_DEPTH) return undefined;
  let hash = leaf(version);
  const turns: boolean[] = [];
  const siblings: Uint8Array[] = [];
  for (let i = 0; i < depth; i++) {
    const head = from.number();
    const size = from.number();
    const made = from.number();
    const sibling = from.take(32);
    const height = Math.floor(head / 2);
    // The image of a leaf has height 0: a node above it must be told apart from it.
    if (from.failed || height < 1 || height > MAX_ROW_DEPTH) return undefined;
    const isRight = head % 2 === 1;
    hash = isRight
      ? iavlInnerHash(height, size, made, sibling, hash)
      : iavlInnerHash(height, size, made, hash, sibling);
    turns.push(isRight);
    siblings.push(sibling);
  }
  return { hash, turns, siblings };
}

interface ProvenNeighbour extends Climb {
  readonly key: Uint8Array;
}

function neighbour(from: Cursor): ProvenNeighbour | undefined {
  const key = from.take(from.number());
  const valueHash = from.take(32);
  const way = climb(from, (version) => iavlLeafHashOf(version, key, valueHash));
  return way && { key, ...way };
}

const isAll = (turns: readonly boolean[], isRight: boolean): boolean => turns.every((turn) => turn === isRight);

/** The rows left and right of the key are next to each other: nothing is between their ways. */
function isBetween(root: Uint8Array, key: Uint8Array, from: Cursor): boolean {
  const before = neighbour(from);
  const after = neighbour(from);
  if (before === undefined || after === undefined || !from.isDone) return false;
  if (compare(before.key, key) >= 0 || compare(after.key, key) <= 0) return false;
  // From the row before: to the right child's side as long as it is the last row, then once left.
  const meeting = before.turns.indexOf(false);
  const sibling = before.siblings[meeting];
  return (
    sibling !== undefined && equals(after.hash, sibling) && isAll(after.turns, false) && equals(before.hash, root)
  );
}

function isAtEnd(root: Uint8Array, key: Uint8Array, from: Cursor, isLast: boolean): boolean {
  const row = neighbour(from);
  if (row === undefined || !from.isDone || !equals(row.hash, root)) return false;
  const order = compare(row.key, key);
  return (isLast ? order < 0 : order > 0) && isAll(row.turns, isLast);
}

/**
 * Whether the proof shows under the root of an IAVL tree that the key has this value; undefined:
 * that the tree does not have the key. False for any other bytes. Cost: a hash for each level of
 * the tree, up to two ways of MAX_ROW_DEPTH.
 */
export function verifyRow(
  root: Uint8Array,
  key: Uint8Array,
  value: Uint8Array | undefined,
  proof: Uint8Array,
): boolean {
  const from = new Cursor(proof);
  const kind = from.number();
  if (from.failed) return false;
  if (value !== undefined) {
    if (kind !== Kind.present) return false;
    const way = climb(from, (version) => iavlLeafHash(version, key, value));
    return way !== undefined && from.isDone && equals(way.hash, root);
  }
  switch (kind) {
    case Kind.empty:
      return from.isDone && equals(root, EMPTY_IAVL_HASH);
    case Kind.between:
      return isBetween(root, key, from);
    case Kind.beforeAll:
      return isAtEnd(root, key, from, false);
    case Kind.afterAll:
      return isAtEnd(root, key, from, true);
    default:
      return false;
  }
}

/**
 * Proof that a store has its hash: the hash, position and number of stores as varints, and the
 * hashes beside its way. Undefined when there is no such store. Cost: hashes all stores.
 */
export function encodeStoreProof(stores: readonly StoreHash[], name: string): Uint8Array | undefined {
  const list = rows(stores);
  const index = list.findIndex((row) => row.name === name);
  const hash = stores.find((store) => store.name === name)?.hash;
  if (hash === undefined) return undefined;
  const { aunts } = merkleProofs(list.map(({ leaf }) => leaf)).proofs[index] as Proof;
  const out = new Uint8Array(48 + 32 * aunts.length);
  out.set(hash);
  let at = putUvarint(out, putUvarint(out, 32, index), list.length);
  for (const aunt of aunts) {
    out.set(aunt, at);
    at += 32;
  }
  return out.slice(0, at);
}

/** Most stores of an application. */
const MAX_STORES = 4_096;

/** The hash of a store that the proof shows under an application hash; undefined for other bytes. */
export function verifyStore(appHash: Uint8Array, name: string, proof: Uint8Array): Uint8Array | undefined {
  const from = new Cursor(proof);
  const hash = from.take(32);
  const index = from.number();
  const total = from.number();
  const count = (proof.length - from.at) / 32;
  if (from.failed || index >= total || total > MAX_STORES || !Number.isInteger(count)) return undefined;
  const aunts: Uint8Array[] = [];
  for (let i = 0; i < count; i++) aunts.push(from.take(32));
  const leafHash = treeLeafHash(mapLeaf(fromUtf8(name), sha256(hash)));
  const root = proofRoot({ total, index, leafHash, aunts });
  return root !== undefined && equals(root, appHash) ? new Uint8Array(hash) : undefined;
}
