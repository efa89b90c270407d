import { putUvarint } from "@sotto/merkle";
import { putText, sliceText } from "./latin1.ts";
import type { RootRef } from "./tree.ts";

/** Root of each store at one version; undefined: an empty tree. */
export type Roots = ReadonlyMap<number, RootRef | undefined>;

const BYTES_PER_STORE = 64;

/** Eight bytes big-endian: versions in order of their number. */
export function versionKey(version: number): Uint8Array {
  const key = new Uint8Array(8);
  new DataView(key.buffer).setBigUint64(0, BigInt(version));
  return key;
}

export const readVersion = (key: Uint8Array): number =>
  Number(new DataView(key.buffer, key.byteOffset, 8).getBigUint64(0));

const nodeKeyBytes = new Uint8Array(13);
const nodeKeyView = new DataView(nodeKeyBytes.buffer);

/**
 * Where a node lies: version, store, nonce. The version comes first so that all that a commit adds is appended at the
 * end of the table, which LMDB writes ten times faster than keys that are spread. The next call overwrites it.
 */
export function nodeKey(version: number, store: number, nonce: number): Uint8Array {
  nodeKeyView.setUint32(0, Math.floor(version / 0x1_0000_0000));
  nodeKeyView.setUint32(4, version % 0x1_0000_0000);
  nodeKeyBytes[8] = store;
  nodeKeyView.setUint32(9, nonce);
  return nodeKeyBytes;
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
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.bytes[this.at++] as number;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }

  hash(): string {
    this.at += 32;
    return sliceText(this.bytes, this.at - 32, this.at);
  }
}

export function encodeRoots(roots: Roots): Uint8Array {
  const out = new Uint8Array(roots.size * BYTES_PER_STORE);
  let at = 0;
  for (const [store, root] of roots) {
    out[at++] = store;
    at = putUvarint(out, at, root?.size ?? 0);
    if (root === undefined) continue;
    at = putUvarint(out, at, root.version);
    at = putUvarint(out, at, root.nonce);
    out[at++] = root.height;
    putText(out, at, root.hash);
    at += 32;
  }
  return out.subarray(0, at);
}

export function decodeRoots(bytes: Uint8Array): Roots {
  const roots = new Map<number, RootRef | undefined>();
  const c = new Cursor(bytes);
  while (c.more) {
    const store = c.bytes[c.at++] as number;
    const size = c.uvarint();
    if (size === 0) roots.set(store, undefined);
    else {
      const version = c.uvarint();
      const nonce = c.uvarint();
      const height = c.bytes[c.at++] as number;
      roots.set(store, { size, version, nonce, height, hash: c.hash() });
    }
  }
  return roots;
}

/** A node that a version no longer has. */
export interface Orphan {
  readonly store: number;
  readonly version: number;
  readonly nonce: number;
}

export function encodeOrphans(orphans: readonly Orphan[]): Uint8Array {
  const out = new Uint8Array(orphans.length * 16);
  let at = 0;
  for (const { store, version, nonce } of orphans) {
    out[at++] = store;
    at = putUvarint(out, putUvarint(out, at, version), nonce);
  }
  return out.subarray(0, at);
}

export function decodeOrphans(bytes: Uint8Array): Orphan[] {
  const orphans: Orphan[] = [];
  const c = new Cursor(bytes);
  while (c.more) {
    const store = c.bytes[c.at++] as number;
    const version = c.uvarint();
    orphans.push({ store, version, nonce: c.uvarint() });
  }
  return orphans;
}
