// SPDX-License-Identifier: Apache-2.0
import { toHex } from "@sotto/bytes";
import {
  addressKey,
  Branch,
  boolKey,
  createCtx,
  GasMeter,
  i32Key,
  i64Key,
  type KeyCodec,
  NO_LIMIT,
  pair,
  prefixedAddressKey,
  textKey,
  timeKey,
  triple,
  u16Key,
  u32Key,
  u64Key,
  type WriteCtx,
} from "@sotto/kernel";
import { emptyKv, type KvWrite, Overlay } from "@sotto/store";
import { expect } from "vitest";
import { bytes, load } from "./vectorFiles.ts";

/** A key or a value in the form of the vectors. */
export type VectorValue = string | boolean | readonly VectorValue[];

export interface KeyEntry {
  key: VectorValue;
  bytes: string;
  part: string;
  bytes_error?: string;
  part_error?: string;
  part_lost?: boolean;
}
export interface RangeCase {
  range: Record<string, VectorValue>;
  error?: string;
  start: string;
  end: string;
  keys: VectorValue[];
}
export interface OperationCase {
  op: readonly [string, ...VectorValue[]];
  error?: string;
  answer: VectorValue | null;
  accesses: string[][];
}
export type ShownRow = readonly [key: string, value: string];
export type Step = readonly [string, ...(string | number | boolean | null | ShownRow)[]];
interface HandKey {
  name: string;
  parts: VectorValue[];
  bytes: string;
}
export interface Vectors {
  keys: { codec: string; keys: KeyEntry[] }[];
  hand_keys: HandKey[];
  hand_ends: HandKey[];
  values: { codec: string; values: { value: VectorValue; bytes: string }[] }[];
  ranges: { codec: string; prefix: string; rows: VectorValue[]; ranges: RangeCase[] }[];
  maps: { map: string; ops: OperationCase[] }[];
  clears: { rows: number; keep: number; accesses: Record<string, number>; shape: string[] }[];
  iteration: { name: string; base: ShownRow[]; steps: Step[] }[];
}
export const vectors = load<Vectors>("collections");

/** A codec of keys with the conversion from and to the vectors' form. */
export interface Kind<K> {
  readonly codec: KeyCodec<K>;
  read(shown: VectorValue): K;
  show(key: K): VectorValue;
}
export type AnyKind = Kind<unknown>;

// The cast: a kind gets only keys that it has read itself.
const kind = <K>(codec: KeyCodec<K>, read: (shown: VectorValue) => K, show: (key: K) => VectorValue): AnyKind =>
  ({ codec, read, show }) as unknown as AnyKind;
export const text = (shown: VectorValue): string => {
  expect(typeof shown).toBe("string");
  return shown as string; // The cast: checked above.
};
export const list = (shown: VectorValue): readonly VectorValue[] => {
  expect(Array.isArray(shown)).toBe(true);
  return shown as readonly VectorValue[]; // The cast: checked above.
};
const numbers = (codec: KeyCodec<number>) => kind(codec, (shown) => Number(text(shown)), String);
const bigints = (codec: KeyCodec<bigint>) => kind(codec, (shown) => BigInt(text(shown)), String);
const hexes = (codec: KeyCodec<Uint8Array>) => kind(codec, (shown) => bytes(text(shown)), toHex);

export const KINDS: Record<string, AnyKind> = {
  u16: numbers(u16Key),
  u32: numbers(u32Key),
  u64: bigints(u64Key),
  i32: numbers(i32Key),
  i64: bigints(i64Key),
  bool: kind(boolKey, (shown) => shown === true, Boolean),
  text: kind(textKey, text, String),
  bytes: hexes(addressKey),
  address: hexes(addressKey),
  prefixed_address: hexes(prefixedAddressKey),
  time: bigints(timeKey),
};

/** The kind of a name like `pair(text,triple(u16,text,address))`. */
export function kindOf(name: string): AnyKind {
  const known = KINDS[name];
  if (known !== undefined) return known;
  const [, outer, inner] = /^(pair|triple)\((.*)\)$/.exec(name) ?? [];
  if (inner === undefined) throw new Error(`unknown codec ${name}`);
  const parts: AnyKind[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at <= inner.length; at++) {
    if (inner[at] === "(") depth++;
    if (inner[at] === ")") depth--;
    if (at === inner.length || (inner[at] === "," && depth === 0)) {
      parts.push(kindOf(inner.slice(from, at)));
      from = at + 1;
    }
  }
  const codecs = parts.map(({ codec }) => codec);
  const [a, b, c] = codecs as [KeyCodec<unknown>, KeyCodec<unknown>, KeyCodec<unknown>]; // two for a pair
  expect(codecs.length).toBe(outer === "pair" ? 2 : 3);
  return {
    // Its keys are lists of the parts' keys.
    codec: (outer === "pair" ? pair(a, b) : triple(a, b, c)) as unknown as KeyCodec<unknown>,
    read: (shown) => list(shown).map((each, i) => parts[i]?.read(each)),
    show: (key) => (key as unknown[]).map((each, i) => parts[i]?.show(each) as VectorValue),
  };
}

/** Records every access, as the oracle's store does. */
function noted(store: KvWrite, accesses: string[][]): KvWrite {
  return {
    get(key) {
      accesses.push(["get", toHex(key)]);
      return store.get(key);
    },
    has(key) {
      accesses.push(["has", toHex(key)]);
      return store.has(key);
    },
    set(key, value) {
      accesses.push(["set", toHex(key), toHex(value)]);
      store.set(key, value);
    },
    delete(key) {
      accesses.push(["delete", toHex(key)]);
      store.delete(key);
    },
    *iterate(start, end, reverse) {
      accesses.push([reverse ? "reverse" : "iterate", toHex(start ?? bytes("")), toHex(end ?? bytes(""))]);
      for (const row of store.iterate(start, end, reverse)) {
        yield row;
        accesses.push(["next", toHex(row[0])]);
      }
    },
  };
}

/**
 * A context over a store that records accesses; `attempt` drops the writes of a failed operation.
 */
export function notedChain() {
  const accesses: string[][] = [];
  const base = new Overlay(emptyKv);
  const over = (store: KvWrite) =>
    createCtx({
      mode: "deliver",
      block: { chainId: "test-1", height: 1, time: 1n },
      gas: new GasMeter(NO_LIMIT),
      branch: new Branch({ store: () => store }),
    });
  const direct = (store: KvWrite): WriteCtx => ({ ...over(store), store: () => noted(store, accesses) });
  return {
    ctx: direct(base),
    take: () => accesses.splice(0),
    attempt<T>(work: (ctx: WriteCtx) => T): T {
      const branch = new Overlay(base);
      const answer = work(direct(branch));
      branch.write();
      return answer;
    },
  };
}
