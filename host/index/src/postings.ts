// SPDX-License-Identifier: Apache-2.0
import { assert } from "@sotto/errors";
import type { BlockEvent } from "./types.ts";

/** The place of an attribute: transaction and event, as one number that sorts like the pair. */
export type Posting = number;

/**
 * Longest tag and value that are indexed, in UTF-16 units. Limit of Sotto: a query holds 512 units
 * (CometBFT rpc/core maxQueryLength), and longer values are packet data and the like, which clients
 * do not search for.
 */
export const MAX_TEXT = 256;

/** Limit of Sotto: far more than fits in a block. */
const MAX_EVENTS = 2 ** 20;

export const posting = (tx: number, event: number): Posting => tx * MAX_EVENTS + event;
export const txOf = (entry: Posting): number => Math.floor(entry / MAX_EVENTS);

/**
 * Number of the event that carries a transaction's own height; the application's are counted from
 * 1.
 */
export const OWN_EVENT = 0;

type ByValue = Map<string, Posting[]>;
interface TagPostings {
  /** Undefined: the tag is not indexed. */
  readonly values: ByValue | undefined;
}

/** Posting lists of one block. Cost: two or three map operations an attribute. */
export class PostingLists {
  readonly #types = new Map<string, Map<string, TagPostings>>();

  /** Events of one transaction, or of the block with number 0. */
  add(tx: number, events: readonly BlockEvent[]): void {
    assert(events.length < MAX_EVENTS, "a transaction has too many events");
    for (let i = 0; i < events.length; i++) {
      const { type, attributes } = events[i] as BlockEvent;
      if (type === "") continue;
      let keys = this.#types.get(type);
      if (keys === undefined) {
        keys = new Map();
        this.#types.set(type, keys);
      }
      const entry = posting(tx, i + 1);
      for (const [key, value, encrypted] of attributes) {
        if (encrypted === true || value.length > MAX_TEXT) continue;
        const { values } = keys.get(key) ?? declare(keys, type, key);
        if (values === undefined) continue;
        const list = values.get(value);
        if (list === undefined) values.set(value, [entry]);
        else if (list[list.length - 1] !== entry) list.push(entry);
      }
    }
  }

  /** Calls `visit` for every list. */
  each(visit: (tag: string, value: string, list: readonly Posting[]) => void): void {
    for (const [type, keys] of this.#types) {
      for (const [key, { values }] of keys) {
        if (values === undefined) continue;
        const tag = `${type}.${key}`;
        for (const [value, list] of values) visit(tag, value, list);
      }
    }
  }
}

function declare(keys: Map<string, TagPostings>, type: string, key: string): TagPostings {
  const tooLong = type.length + key.length >= MAX_TEXT;
  const indexed = key !== "" && !tooLong && !type.includes("\0") && !key.includes("\0");
  const fresh: TagPostings = { values: indexed ? new Map() : undefined };
  keys.set(key, fresh);
  return fresh;
}

let buffer = new Uint8Array(4096);

function putVarint(at: number, value: number): number {
  let rest = value;
  let to = at;
  while (rest > 127) {
    buffer[to++] = (rest & 127) | 128;
    rest = Math.floor(rest / 128);
  }
  buffer[to++] = rest;
  return to;
}

/**
 * Ascending postings as steps: transactions passed, then the event, or events passed within one. A
 * view that the next call overwrites.
 */
export function encodePostings(list: readonly Posting[]): Uint8Array {
  if (buffer.length < list.length * 10) buffer = new Uint8Array(list.length * 20);
  let at = 0;
  let tx = 0;
  let event = 0;
  for (const entry of list) {
    const nextTx = txOf(entry);
    const nextEvent = entry - nextTx * MAX_EVENTS;
    at = putVarint(at, nextTx - tx);
    at = putVarint(at, nextTx === tx ? nextEvent - event : nextEvent);
    tx = nextTx;
    event = nextEvent;
  }
  return buffer.subarray(0, at);
}

export function decodePostings(bytes: Uint8Array): Posting[] {
  const list: Posting[] = [];
  let at = 0;
  const next = (): number => {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = bytes[at++];
      assert(byte !== undefined, "a posting list is cut off");
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
  };
  let tx = 0;
  let event = 0;
  while (at < bytes.length) {
    const step = next();
    event = step === 0 ? event + next() : next();
    tx += step;
    list.push(posting(tx, event));
  }
  return list;
}

/** Postings that are in both lists. */
export function intersect(a: readonly Posting[], b: readonly Posting[]): Posting[] {
  const out: Posting[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const left = a[i] as Posting;
    const right = b[j] as Posting;
    if (left === right) {
      out.push(left);
      i++;
      j++;
    } else if (left < right) i++;
    else j++;
  }
  return out;
}
