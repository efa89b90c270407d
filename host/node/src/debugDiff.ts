// SPDX-License-Identifier: Apache-2.0
import { existsSync } from "node:fs";
import { formatAddress } from "@sotto/address";
import { STORES } from "@sotto/app/facts";
import { equals, fromHex, toHex } from "@sotto/bytes";
import { cometCalls } from "@sotto/cometbft";
import { sha256 } from "@sotto/crypto";
import { ChainError, EnvironmentFault } from "@sotto/errors";
import {
  appHashOf,
  type DifferingRow,
  firstDifference,
  openStore,
  type StateStore,
  StoreError,
  type TreeDifference,
} from "@sotto/store";
import { paths } from "./config.ts";
import { takeHome } from "./lock.ts";

export interface DiffOptions {
  /** Folder of a stopped node. */
  readonly home: string;
  /** Folder of another stopped node, or the RPC of a running one: `http://host:port`. */
  readonly other: string;
  /** Undefined: the first height that differs, or the last that both have. */
  readonly height: number | undefined;
  readonly write: (line: string) => void;
}

/** One side of the comparison. */
interface Side {
  readonly name: string;
  readonly latest: number;
  /** Of the state after the block of this height; undefined where the side no longer has it. */
  appHash(height: number): Promise<Uint8Array | undefined>;
  /** Undefined: only its hashes are known. */
  readonly store: StateStore | undefined;
}

const isUrl = (text: string): boolean => /^https?:\/\//.test(text);

/**
 * Compares the state of two nodes, and prints the first store and key that differ: keys, sizes and
 * hashes, no values. Resolves to whether they are equal. Throws EnvironmentFault for a node that
 * runs, a folder without a chain, and heights that one side does not have.
 */
export async function debugDiff({ home, other, height, write }: DiffOptions): Promise<boolean> {
  const closers: (() => void)[] = [];
  try {
    const a = await openHome(home, closers);
    const b = await (isUrl(other) ? openUrl(other, closers) : openHome(other, closers));
    const last = Math.min(a.latest, b.latest);
    const at = height ?? (await firstHeight(a, b, last)) ?? last;
    const [ours, theirs] = [await mustHash(a, at), await mustHash(b, at)];
    if (equals(ours, theirs)) {
      write(`equal: both have the application hash ${toHex(ours)} at height ${at}`);
      return true;
    }
    write(
      `height ${at}${height === undefined ? " is the first that differs, of those that both still have" : ""}; application hashes:`,
    );
    write(`  ${a.name}: ${toHex(ours)}`);
    write(`  ${b.name}: ${toHex(theirs)}`);
    if (b.store === undefined) write("stores and keys are compared with the folder of a stopped node: --with DIR");
    else for (const line of storeLines(a.store as StateStore, b.store, at, [a.name, b.name])) write(line);
    return false;
  } finally {
    for (const close of closers.reverse()) close();
  }
}

async function openHome(home: string, closers: (() => void)[]): Promise<Side> {
  const none = new EnvironmentFault(`the folder ${home} holds no chain with a block; name the folder of a node`);
  const { state } = paths(home);
  // To take a folder makes it.
  if (!existsSync(state)) throw none;
  closers.push(await takeHome(home));
  const store = openStore({ path: state, stores: STORES, pruning: { keepVersions: undefined }, readOnly: true });
  closers.push(() => store.close());
  if (store.version === 0) throw none;
  return { name: home, latest: store.version, store, appHash: async (height) => hashOf(store, height) };
}

function hashOf(store: StateStore, height: number): Uint8Array | undefined {
  try {
    return appHashOf(store, height);
  } catch (thrown) {
    if (ChainError.is(thrown, StoreError.versionPruned)) return undefined;
    throw thrown;
  }
}

/** A node whose headers tell its hashes: that of the next block has the hash of a height. */
async function openUrl(url: string, closers: (() => void)[]): Promise<Side> {
  const calls = cometCalls(url);
  closers.push(() => calls.close());
  const asking = async <T>(answer: Promise<T>): Promise<T> => {
    try {
      return await answer;
    } catch (thrown) {
      if (!(thrown instanceof EnvironmentFault)) throw thrown;
      throw new EnvironmentFault(`no RPC of a node answers at ${url}: ${thrown.message}`);
    }
  };
  const { height } = await asking(calls.status());
  if (!(height > 1)) throw new EnvironmentFault(`the node at ${url} has no two blocks yet`);
  return {
    name: url,
    latest: height - 1,
    store: undefined,
    async appHash(at) {
      const text = await asking(calls.appHashAt(at + 1));
      return text === undefined ? undefined : fromHex(text);
    },
  };
}

async function mustHash(side: Side, height: number): Promise<Uint8Array> {
  const found = height >= 1 && height <= side.latest ? await side.appHash(height) : undefined;
  if (found !== undefined) return found;
  throw new EnvironmentFault(
    `${side.name} does not have height ${height}; its last one is ${side.latest}: give --height`,
  );
}

/**
 * The first height that differs, of those that both still have. A state that differs once differs
 * for ever: the versions of its rows are in its hashes.
 */
async function firstHeight(a: Side, b: Side, last: number): Promise<number | undefined> {
  const differs = async (height: number): Promise<boolean> => {
    const [ours, theirs] = [await a.appHash(height), await b.appHash(height)];
    return ours !== undefined && theirs !== undefined && !equals(ours, theirs);
  };
  if (!(await differs(last))) return undefined;
  let [equal, different] = [0, last];
  while (different - equal > 1) {
    const middle = Math.floor((equal + different) / 2);
    if (await differs(middle)) different = middle;
    else equal = middle;
  }
  return different;
}

function* storeLines(
  a: StateStore,
  b: StateStore,
  height: number,
  names: readonly [string, string],
): Generator<string> {
  const [ours, theirs] = [a, b].map((store) => hashesOf(store, height)) as [Hashes, Hashes];
  const all = [...new Set([...ours.keys(), ...theirs.keys()])].sort();
  const differing = all.filter((name) => ours.get(name) !== theirs.get(name));
  yield `stores that differ: ${differing.join(", ")}`;
  for (const name of differing) {
    const missing = !ours.has(name) ? names[0] : !theirs.has(name) ? names[1] : undefined;
    if (missing !== undefined) {
      yield `the store ${name} is missing in ${missing}`;
      continue;
    }
    const found = a.withTree(name, height, (left) => b.withTree(name, height, (right) => firstDifference(left, right)));
    if (found !== undefined) yield* rowLines(name, found, names);
  }
}

type Hashes = ReadonlyMap<string, string>;

const hashesOf = (store: StateStore, height: number): Hashes =>
  new Map(store.commitInfo(height).stores.map(({ name, hash }) => [name, toHex(hash)]));

function* rowLines(store: string, found: TreeDifference, names: readonly [string, string]): Generator<string> {
  if (found.kind === "shape") {
    yield `store ${store}: all rows are equal, but they were written in another order or in other blocks`;
    return;
  }
  const { key, a, b } = found;
  yield `store ${store}, first key that differs: ${toHex(key)} ${keyText(store, key)}`;
  yield `  ${names[0]}: ${rowText(a)}`;
  yield `  ${names[1]}: ${rowText(b)}`;
}

/** Never the value: it may be a contract's, and the hash is enough for a comparison. */
const rowText = (row: DifferingRow | undefined): string =>
  row === undefined
    ? "no such row"
    : `${row.value.length} bytes, SHA-256 ${toHex(sha256(row.value))}, written at height ${row.version}`;

/** First bytes of keys of module compute that a contract's address follows (spec/state.md 3.4). */
const OF_CONTRACT: Readonly<Record<number, string>> = {
  2: "record",
  3: "encrypted row",
  6: "key",
  9: "history",
};
const CONTRACT_BYTES = 20;

/** What the key shows by itself: the contract, or its printable characters. */
function keyText(store: string, key: Uint8Array): string {
  const [kind = -1] = key;
  const row = store === "compute" ? OF_CONTRACT[kind] : undefined;
  if (row !== undefined && key.length > CONTRACT_BYTES) {
    return `(${row} of contract ${formatAddress(key.subarray(1, 1 + CONTRACT_BYTES))})`;
  }
  const text = Array.from(key, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".")).join("");
  return /[ -~]*[A-Za-z0-9]{2}/.test(text) ? `(${text})` : "";
}
