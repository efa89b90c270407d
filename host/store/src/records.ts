// SPDX-License-Identifier: Apache-2.0
import { beU64, concat } from "@sotto/bytes";
import { putUvarint } from "@sotto/merkle";
import { putText, sliceText } from "./latin1.ts";
import type { RootRef } from "./tree.ts";

/** Root of each store at one version; undefined: an empty tree. */
export type Roots = ReadonlyMap<number, RootRef | undefined>;

/** The record of a version. */
export interface VersionRecord {
  /**
   * End of the log of nodes after its commit: its nodes are before the end, nodes of later versions
   * after it.
   */
  readonly end: number;
  readonly roots: Roots;
}

const BYTES_PER_STORE = 64;

/** Eight bytes big-endian: versions in order of their number. */
export const versionKey = (version: number): Uint8Array => beU64(BigInt(version));

const positionBytes = new Uint8Array(8);
const positionView = new DataView(positionBytes.buffer);

/** A position of the log as a key. The next call overwrites it. */
export function positionKey(position: number): Uint8Array {
  positionView.setBigUint64(0, BigInt(position));
  return positionBytes;
}

/** Key of the dead positions of one segment of the log in one version. */
export const deadKey = (segment: number, version: number): Uint8Array =>
  concat(beU64(BigInt(segment)), versionKey(version));

/** A number of `putUvarint`, and its end. */
export function takeUvarint(bytes: Uint8Array, start: number): { readonly value: number; readonly end: number } {
  let value = 0;
  let at = start;
  for (let scale = 1; ; scale *= 128) {
    const byte = bytes[at++] as number;
    value += (byte & 127) * scale;
    if (byte < 128) return { value, end: at };
  }
}

class Cursor {
  readonly bytes: Uint8Array;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get more(): boolean {
    return this.at < this.bytes.length;
  }

  uvarint(): number {
    const { value, end } = takeUvarint(this.bytes, this.at);
    this.at = end;
    return value;
  }

  hash(): string {
    this.at += 32;
    return sliceText(this.bytes, this.at - 32, this.at);
  }
}

export function encodeVersion({ end, roots }: VersionRecord): Uint8Array {
  const out = new Uint8Array(8 + roots.size * BYTES_PER_STORE);
  let at = putUvarint(out, 0, end);
  for (const [store, root] of roots) {
    out[at++] = store;
    at = putUvarint(out, at, root?.size ?? 0);
    if (root === undefined) continue;
    at = putUvarint(out, at, root.position);
    out[at++] = root.height;
    putText(out, at, root.hash);
    at += 32;
  }
  return out.subarray(0, at);
}

export function decodeVersion(bytes: Uint8Array): VersionRecord {
  const roots = new Map<number, RootRef | undefined>();
  const c = new Cursor(bytes);
  const end = c.uvarint();
  while (c.more) {
    const store = c.bytes[c.at++] as number;
    const size = c.uvarint();
    if (size === 0) roots.set(store, undefined);
    else {
      const position = c.uvarint();
      const height = c.bytes[c.at++] as number;
      roots.set(store, { size, position, height, hash: c.hash() });
    }
  }
  return { end, roots };
}

/** Encodes positions as ascending differences. Sorts the list. */
export function encodePositions(positions: number[]): Uint8Array {
  positions.sort((a, b) => a - b);
  const out = new Uint8Array(positions.length * 8);
  let at = 0;
  let before = 0;
  for (const position of positions) {
    at = putUvarint(out, at, position - before);
    before = position;
  }
  return out.subarray(0, at);
}

export function decodePositions(bytes: Uint8Array): number[] {
  const positions: number[] = [];
  const c = new Cursor(bytes);
  for (let position = 0; c.more; ) {
    position += c.uvarint();
    positions.push(position);
  }
  return positions;
}
