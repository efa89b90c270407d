// SPDX-License-Identifier: Apache-2.0
import { compare, equals, fromUtf8, toLatin1 } from "@sotto/bytes";
import { sha256, sha256Latin1 } from "@sotto/crypto";
import { EMPTY_IAVL_HASH, MAX_IAVL_INTEGER, putLatin1, putPrefix, putUvarint } from "./iavl.ts";
import { rows, type StoreHash } from "./multistore.ts";
import { mapLeaf, merkleProofs, type Proof, proofRoot, leafHash as treeLeafHash } from "./tree.ts";

// Proofs of rows of one IAVL tree, many of them (spec/contract-state.md 6.2). ICS-23 proves the
// same with the names of operations and copies of all images. Here a step is the head of its image
// and the other child, a way ends at the first node that an earlier proof has shown, and two
// neighbours of an absent key share the way from the node where they meet.

const Kind = { empty: 0, present: 1, between: 2, beforeAll: 3, afterAll: 4 } as const;

/** Most inner nodes between a leaf and its root. A balanced tree of 2^60 rows has 87. */
const MAX_DEPTH = 96;
/** Three varints of at most 53 bits. */
const MAX_HEAD = 24;

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

/** Bytes of a step, or of a leaf beside its key, at most. */
const STEP_BYTES = 1 + MAX_HEAD + 32;

function putSteps(out: Uint8Array, start: number, version: number, steps: readonly RowStep[]): number {
  let at = putUvarint(out, start, version);
  out[at++] = steps.length;
  for (const { height, size, version: made, isRight, sibling } of steps) {
    const head = at + 1;
    const end = putPrefix(out, head, height, size, made);
    out[at] = (end - head) * 2 + (isRight ? 1 : 0);
    at = putLatin1(out, end, sibling);
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

/**
 * Proof of a row that is there. `version`: of its leaf; `steps`: from the leaf up to the root, or
 * to a node that an earlier proof has shown.
 */
export function encodePresence(version: number, steps: readonly RowStep[]): Uint8Array {
  const out = new Uint8Array(STEP_BYTES * (steps.length + 1));
  out[0] = Kind.present;
  return out.subarray(0, putSteps(out, 1, version, steps));
}

function absenceKind(before: NeighbourRow | undefined, after: NeighbourRow | undefined): number {
  if (before === undefined) return after === undefined ? Kind.empty : Kind.beforeAll;
  return after === undefined ? Kind.afterAll : Kind.between;
}

/**
 * Proof that a key is absent, by the rows before and after it; one of them is missing at an end of
 * the tree, and both in an empty tree. With both, the steps of `after` end below the node where the
 * ways meet, and those of `before` there or above, as for a row that is there. With one, the steps
 * go up to the root.
 */
export function encodeAbsence(before: NeighbourRow | undefined, after: NeighbourRow | undefined): Uint8Array {
  const out = new Uint8Array(1 + neighbourSize(before) + neighbourSize(after));
  out[0] = absenceKind(before, after);
  let at = 1;
  if (before !== undefined) at = putNeighbour(out, at, before);
  if (after !== undefined) at = putNeighbour(out, at, after);
  return out.subarray(0, at);
}

/** A failed read stays at the end: every later one fails too. */
class Cursor {
  readonly bytes: Uint8Array;
  at = 0;
  failed = false;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get isDone(): boolean {
    return !this.failed && this.at === this.bytes.length;
  }

  number(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 8; i++) {
      const byte = this.bytes[this.at++];
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
    if (this.failed || end > this.bytes.length) {
      this.failed = true;
      return EMPTY_IAVL_HASH;
    }
    const part = this.bytes.subarray(this.at, end);
    this.at = end;
    return part;
  }
}

const image = new Uint8Array(MAX_HEAD + 66);

/**
 * Hash of an inner node from the head of its image, at `at`, and its children. The image ends with
 * 66 bytes of a fixed form, so a head of another length, or with other bytes, is another image; and
 * no image of a leaf begins as a head of a height above 0.
 */
function innerHashOf(bytes: Uint8Array, at: number, length: number, left: string, right: string): string {
  for (let i = 0; i < length; i++) image[i] = bytes[at + i] as number;
  image[length] = 32;
  const middle = putLatin1(image, length + 1, left);
  image[middle] = 32;
  return sha256Latin1(image.subarray(0, putLatin1(image, middle + 1, right)));
}

let leafImage = new Uint8Array(512);

/** Version and length are numbers here: a free head could take the first bytes of a longer key. */
function leafHashOf(version: number, key: Uint8Array, valueHash: Uint8Array): string {
  const need = key.length + 64;
  if (leafImage.length < need) leafImage = new Uint8Array(need * 2);
  let at = putUvarint(leafImage, putPrefix(leafImage, 0, 0, 1, version), key.length);
  leafImage.set(key, at);
  at += key.length;
  leafImage[at++] = 32;
  leafImage.set(valueHash, at);
  return sha256Latin1(leafImage.subarray(0, at + 32));
}

/** A way up the tree: turns and siblings, and the hashes of its nodes from the leaf up. */
interface Climb {
  readonly turns: readonly boolean[];
  readonly siblings: readonly string[];
  readonly hashes: readonly string[];
}

const endOf = ({ hashes }: Climb): string => hashes[hashes.length - 1] as string; // it has the leaf's

/** Undefined for steps that no tree has. */
function climb(from: Cursor, key: Uint8Array, valueHash: Uint8Array): Climb | undefined {
  const version = from.number();
  const depth = from.number();
  if (from.failed || depth > MAX_DEPTH) return undefined;
  let hash = leafHashOf(version, key, valueHash);
  const turns: boolean[] = [];
  const siblings: string[] = [];
  const hashes = [hash];
  for (let i = 0; i < depth; i++) {
    const form = from.number();
    const length = form >>> 1;
    const head = from.at;
    // A height of 0 is a leaf's.
    if (length < 1 || length > MAX_HEAD || from.take(length)[0] === 0) return undefined;
    const sibling = toLatin1(from.take(32));
    if (from.failed) return undefined;
    const isRight = (form & 1) === 1;
    hash = isRight
      ? innerHashOf(from.bytes, head, length, sibling, hash)
      : innerHashOf(from.bytes, head, length, hash, sibling);
    turns.push(isRight);
    siblings.push(sibling);
    hashes.push(hash);
  }
  return { turns, siblings, hashes };
}

interface ProvenNeighbour extends Climb {
  readonly key: Uint8Array;
}

function neighbour(from: Cursor): ProvenNeighbour | undefined {
  const key = from.take(from.number());
  const way = climb(from, key, from.take(32));
  return way && { key, ...way };
}

const isAll = (turns: readonly boolean[], isRight: boolean): boolean => turns.every((turn) => turn === isRight);

/** Most nodes that a verifier remembers, about 100 bytes each. */
const MAX_SHOWN = 65_536;

/**
 * Verifies rows of one IAVL tree. It remembers the nodes that proofs have shown: a later proof may
 * end there. Cost: a hash for each step.
 */
export class ProvenTree {
  readonly #root: string;
  #shown = new Set<string>();
  #count = 0;

  /** `root`: hash of the tree. */
  constructor(root: Uint8Array) {
    this.#root = toLatin1(root);
  }

  /** Whether it is the tree of this hash. */
  isOf(root: Uint8Array): boolean {
    return this.#root === toLatin1(root);
  }

  /**
   * The proofs whose nodes it remembers. The next proof may end at nodes of these, and at no
   * others.
   */
  get count(): number {
    return this.#count;
  }

  /**
   * Whether the proof shows that the key has this value; undefined: that the tree does not have the
   * key. False for any other bytes.
   */
  verify(key: Uint8Array, value: Uint8Array | undefined, proof: Uint8Array): boolean {
    const from = new Cursor(proof);
    const kind = from.number();
    if (from.failed || (kind === Kind.present) !== (value !== undefined)) return false;
    switch (kind) {
      case Kind.present:
        return this.#isPresent(key, value as Uint8Array, from); // compared above
      case Kind.between:
        return this.#isBetween(key, from);
      case Kind.empty:
        return from.isDone && this.#root === toLatin1(EMPTY_IAVL_HASH);
      case Kind.beforeAll:
      case Kind.afterAll:
        return this.#isAtEnd(key, from, kind === Kind.afterAll);
      default:
        return false;
    }
  }

  #isNode(hash: string): boolean {
    return hash === this.#root || this.#shown.has(hash);
  }

  #show(...ways: readonly Climb[]): true {
    this.#count++;
    for (const { hashes } of ways) for (let i = 1; i < hashes.length; i++) this.#shown.add(hashes[i] as string);
    if (this.#shown.size > MAX_SHOWN) {
      this.#shown = new Set();
      this.#count = 0;
    }
    return true;
  }

  #isPresent(key: Uint8Array, value: Uint8Array, from: Cursor): boolean {
    const way = climb(from, key, value.length === 0 ? EMPTY_IAVL_HASH : sha256(value));
    return way !== undefined && from.isDone && this.#isNode(endOf(way)) && this.#show(way);
  }

  /** The rows before and after the key are next to each other below the node where they meet. */
  #isBetween(key: Uint8Array, from: Cursor): boolean {
    const before = neighbour(from);
    const after = neighbour(from);
    if (before === undefined || after === undefined || !from.isDone) return false;
    if (compare(before.key, key) >= 0 || compare(after.key, key) <= 0) return false;
    // The row before is the last one below the left child, the row after the first one below the
    // right child.
    const meeting = before.turns.indexOf(false);
    const isMet = before.siblings[meeting] === endOf(after) && isAll(after.turns, false);
    return isMet && this.#isNode(endOf(before)) && this.#show(before, after);
  }

  #isAtEnd(key: Uint8Array, from: Cursor, isLast: boolean): boolean {
    const row = neighbour(from);
    if (row === undefined || !from.isDone || endOf(row) !== this.#root) return false;
    const order = compare(row.key, key);
    return (isLast ? order < 0 : order > 0) && isAll(row.turns, isLast) && this.#show(row);
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

/**
 * The hash of a store that the proof shows under an application hash; undefined for other bytes.
 */
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
