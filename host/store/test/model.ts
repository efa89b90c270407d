// SPDX-License-Identifier: Apache-2.0
import { compare, toHex } from "@sotto/bytes";
import type { KvRead } from "../src/kv.ts";
import type { LoadNode } from "../src/node.ts";
import { encodeNode, fillNode, type Node, RECORD_HEAD, recordSize } from "../src/node.ts";

/** A plain sorted list, with which a store must agree. */
export class Model {
  readonly rows = new Map<string, readonly [Uint8Array, Uint8Array]>();

  set(key: Uint8Array, value: Uint8Array): void {
    this.rows.set(toHex(key), [key, value]);
  }

  delete(key: Uint8Array): void {
    this.rows.delete(toHex(key));
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.rows.get(toHex(key))?.[1];
  }

  range(start?: Uint8Array, end?: Uint8Array, reverse = false): [string, string][] {
    const list = Array.from(this.rows.values())
      .filter(([key]) => start === undefined || compare(key, start) >= 0)
      .filter(([key]) => end === undefined || compare(key, end) < 0)
      .sort((a, b) => compare(a[0], b[0]));
    if (reverse) list.reverse();
    return list.map(([key, value]) => [toHex(key), toHex(value)]);
  }

  copy(): Model {
    const other = new Model();
    for (const [text, row] of this.rows) other.rows.set(text, row);
    return other;
  }
}

export const rangeOf = (kv: KvRead, start?: Uint8Array, end?: Uint8Array, reverse?: boolean): [string, string][] =>
  Array.from(kv.iterate(start, end, reverse), ([key, value]) => [toHex(key), toHex(value)]);

/** A small generator with a seed (mulberry32), so that a failure can be repeated. */
export function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

/** Tree nodes in the form of the log, without a file. */
export class MemoryNodes {
  readonly #records = new Map<number, Uint8Array>();
  #end = 0;

  readonly load: LoadNode = (node) => {
    const record = this.#records.get(node.position);
    if (record === undefined) throw new Error(`no record of the node at ${node.position}`);
    fillNode(node, record, RECORD_HEAD, record.length);
  };

  save(created: readonly Node[]): void {
    for (const node of created.toReversed()) {
      const out = new Uint8Array(recordSize(node));
      node.position = this.#end;
      this.#records.set(this.#end, out.subarray(0, encodeNode(node, out, 0)));
      this.#end += out.length;
    }
  }
}
