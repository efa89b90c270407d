// SPDX-License-Identifier: Apache-2.0
import { readdirSync } from "node:fs";
import { compare, concat, fromUtf8 } from "@sotto/bytes";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import {
  ApplyResult,
  loadChunk,
  OfferResult,
  openStore,
  type Restore,
  type RestoreOptions,
  type StateStore,
  takeSnapshot,
} from "../src/index.ts";
import { encodeMetadata } from "../src/snapshots/info.ts";
import type { SnapshotItem, TreeItem } from "../src/snapshots/items.ts";
import { rangeOf } from "./model.ts";
import {
  advance,
  compressed,
  itemsOf,
  needs,
  receiver,
  type Sent,
  sendAll,
  sentItems,
  sentOf,
  streamOf,
} from "./snapshotChain.ts";
import { folder, start } from "./stores.ts";

const VERSION = 12n;

function madeBy(store: StateStore): Sent {
  while (store.version < Number(VERSION)) advance(store);
  const place = folder();
  const info = takeSnapshot({ store, version: store.version, folder: place, needs });
  const chunks = Array.from({ length: info.chunks }, (_, i) => loadChunk(place, VERSION, 3, i) ?? new Uint8Array());
  return { info, chunks };
}

// Open for all tests: those of `start` are closed after each.
const keep = (): StateStore => {
  const stores = ["bank", "compute"];
  return openStore({ path: undefined, stores, pruning: { keepVersions: undefined }, noSync: true });
};
const original = keep();
const sent = madeBy(original);
const { appHash } = original;
afterAll(() => original.close());

function rowsOf(store: StateStore, name: string): [string, string][] {
  const snapshot = store.snapshot();
  const rows = rangeOf(snapshot.store(name));
  snapshot.close();
  return rows;
}
const blobs = Array.from(needs.blobs(original.snapshot()));
const items: readonly SnapshotItem[] = itemsOf(sent);
const firstOf = (kind: SnapshotItem["kind"], from = 0): number =>
  items.findIndex((item, i) => i >= from && item.kind === kind);
const isInner = (item: SnapshotItem): item is TreeItem => item.kind === "node" && item.height > 0;
const isLeaf = (item: SnapshotItem): item is TreeItem => item.kind === "node" && item.height === 0;
const lastStore = items.findLastIndex(({ kind }) => kind === "store");

/** Nothing is left, and the same restore then takes the true snapshot. */
function expectClean({ store, restore, place }: ReturnType<typeof receiver>): void {
  expect(store.version).toBe(0);
  for (const name of ["bank", "compute"]) expect(rowsOf(store, name)).toEqual([]);
  for (const hash of blobs) expect(store.blob(hash)).toBeUndefined();
  expect(readdirSync(place)).toEqual([]);
  expect(sendAll(restore, sent, appHash).applied?.restored).toEqual({ version: Number(VERSION), appHash });
  expect(rowsOf(store, "bank")).toEqual(rowsOf(original, "bank"));
}

const replaced = (at: number, ...others: readonly SnapshotItem[]): SnapshotItem[] => [
  ...items.slice(0, at),
  ...others,
  ...items.slice(at + 1),
];
const changed = (at: number, change: Partial<TreeItem>): SnapshotItem[] =>
  replaced(at, { ...(items[at] as TreeItem), ...change });
const inner = items.findIndex(isInner);
const leaf = items.findIndex(isLeaf);
const payload = firstOf("payload");
const rowPayload = firstOf("payload", firstOf("extension", payload));

const forged: readonly (readonly [name: string, reason: string, items: () => readonly SnapshotItem[]])[] = [
  ["a value of another", "have the application hash", () => changed(leaf, { value: fromUtf8("another") })],
  ["a version of another", "have the application hash", () => changed(leaf, { version: 1 })],
  ["the key of an inner node", "not the smallest of its right side", () => changed(inner, { key: fromUtf8("zz") })],
  ["the height of an inner node", "has children of height", () => changed(inner, { height: 2 })],
  ["a negative height", "has children of height", () => changed(inner, { height: -1 })],
  ["an inner node with a value", "an inner node has a value", () => changed(inner, { value: fromUtf8("v") })],
  ["a version of the future", "a node has version 13", () => changed(leaf, { version: 13 })],
  ["a version before the first", "a node has version 0", () => changed(leaf, { version: 0 })],
  ["a parent older than its child", "older than its child", () => changed(inner, { version: 1 })],
  ["a key twice", "do not ascend", () => replaced(leaf, items[leaf] as TreeItem, items[leaf] as TreeItem)],
  ["a key of no bytes", "do not ascend", () => changed(leaf, { key: new Uint8Array() })],
  [
    "an inner node twice",
    "less than two children",
    () => replaced(inner, items[inner] as TreeItem, items[inner] as TreeItem),
  ],
  ["a tree without its root", "ends within its tree", () => replaced(lastStore - 1)],
  ["no inner nodes", "ends within its tree|no parents", () => items.filter((item) => !isInner(item))],
  [
    "leaves without end",
    "no parents",
    () => [
      items[0] as SnapshotItem,
      ...Array.from(
        { length: 200 },
        (_, i): TreeItem => ({
          kind: "node",
          key: Uint8Array.of(1 + i),
          value: new Uint8Array(),
          version: 1,
          height: 0,
        }),
      ),
    ],
  ],
  ["only inner nodes", "less than two children", () => items.filter((item) => !isLeaf(item))],
  [
    "one store",
    "it lacks the store compute",
    () => [...items.slice(0, lastStore), ...items.slice(firstOf("extension"))],
  ],
  ["an unknown store", "has the store gov", () => replaced(0, { kind: "store", name: "gov" })],
  ["a store twice", "does not come in its order", () => [...items.slice(0, lastStore), ...items.slice(0, lastStore)]],
  [
    "stores in another order",
    "does not come in its order",
    () => [...items.slice(lastStore, firstOf("extension")), ...items.slice(0, lastStore)],
  ],
  [
    "a store after the trees",
    "does not come in its order",
    () =>
      [...items, { kind: "store", name: "zoo" } as const].map((item) =>
        item.kind === "store" && item.name === "zoo" ? { ...item, name: "compute" } : item,
      ),
  ],
  ["no store", "belongs to no store", () => items.slice(1)],
  ["a node after the trees", "belongs to no store", () => [...items, items[leaf] as TreeItem]],
  ["a payload in a store", "belongs to no extension", () => replaced(1, items[payload] as SnapshotItem)],
  ["an unknown extension", "the extension wasm", () => [...items, { kind: "extension", name: "wasm", format: 1 }]],
  [
    "another format of blobs",
    "has format 2",
    () => replaced(payload - 1, { kind: "extension", name: "sotto/blobs", format: 2 }),
  ],
  [
    "extensions in another order",
    "does not come in its order",
    () => [...items, { kind: "extension", name: "sotto/blobs", format: 1 }],
  ],
  [
    "a blob of another",
    "no row names the blob",
    () => replaced(payload, { kind: "payload", payload: fromUtf8("wasm") }),
  ],
  [
    "a blob twice",
    "or it is twice",
    () => replaced(payload, items[payload] as SnapshotItem, items[payload] as SnapshotItem),
  ],
  ["no blob", "it lacks the blob", () => replaced(payload)],
  ["no row beside the state", "it lacks the row results/12", () => replaced(rowPayload)],
  ["a row beside the state twice", "or it is twice", () => [...items, items[rowPayload] as SnapshotItem]],
  [
    "sealed bytes of another enclave",
    "is not asked for",
    () => [...items, { kind: "payload", payload: concat(Uint8Array.of(0x0a, 14), fromUtf8("enclave/sealed")) }],
  ],
  [
    "a row of unknown form",
    "has an unknown form",
    () => [...items, { kind: "payload", payload: Uint8Array.of(0x18, 1) }],
  ],
  ["nothing", "it lacks the store", () => []],
];

describe("a forged stream is refused with the reason, and nothing is left", () => {
  for (const [name, reason, make] of forged) {
    test(name, () => {
      const to = receiver();
      const { applied } = sendAll(to.restore, sentItems(make(), VERSION), appHash);
      expect(applied?.reason).toMatch(new RegExp(reason));
      expect(applied).toMatchObject({
        result: ApplyResult.rejectSnapshot,
        refetchChunks: [],
        rejectSenders: ["peer 0"],
      });
      expectClean(to);
    });
  }
});

describe("a stream that is no snapshot is refused", () => {
  const stream = (bytes: Uint8Array): Sent => sentOf(compressed(bytes), VERSION);
  const whole = sent.chunks[0] as Uint8Array;
  const bomb = () =>
    sentItems(replaced(leaf, { ...(items[leaf] as TreeItem), value: new Uint8Array(30_000_000) }), VERSION);
  const cases: readonly (readonly [name: string, reason: string, made: Sent, options?: Partial<RestoreOptions>])[] = [
    ["cut", "the stream ends early", sentOf([whole.subarray(0, whole.length - 9)], VERSION)],
    ["with bytes behind its end", "bytes follow the end", sentOf([concat(whole, Uint8Array.of(1))], VERSION)],
    ["not compressed", "not zlib's", sentOf([fromUtf8("hello")], VERSION)],
    ["with a wrong checksum", "not zlib's", sentOf([concat(whole.subarray(0, -4), new Uint8Array(4))], VERSION)],
    ["with a cut item", "the stream ends early", stream(Uint8Array.of(9, 1))],
    ["with a long item", "longer than 64000000 bytes", stream(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x7f))],
    ["with an endless length", "longer than 64000000 bytes", stream(new Uint8Array(20).fill(0x80))],
    ["with an item of two contents", "two contents|unknown form", stream(Uint8Array.of(4, 0x0a, 0, 0x0a, 0))],
    ["with an empty item", "unknown form", stream(Uint8Array.of(0))],
    ["with an unknown item", "unknown form", stream(Uint8Array.of(2, 0x2a, 0))],
    ["with an unknown field", "unknown form", stream(Uint8Array.of(4, 0x12, 2, 0x28, 1))],
    ["with malformed protobuf", "length beyond the end", stream(Uint8Array.of(2, 0x0a, 9))],
    ["in short chunks", "chunk 0 of 2 has", sentOf([whole.subarray(0, 100), whole.subarray(100)], VERSION)],
    ["in a long chunk", "chunk 0 of 1 has", sentOf([new Uint8Array(10_000_001)], VERSION)],
    ["that is a bomb", "inflate to more than", bomb(), { limit: { bytes: 1_000_000, perByte: 100 } }],
  ];
  for (const [name, reason, made, options] of cases) {
    test(name, () => {
      const to = receiver(options);
      const { applied } = sendAll(to.restore, made, appHash);
      expect(applied?.reason).toMatch(new RegExp(reason));
      expect(applied?.result).toBe(ApplyResult.rejectSnapshot);
      expectClean(to);
    });
  }
});

test("a snapshot of another chain, height or application hash is refused", () => {
  const other = start();
  other.putBlob(new Uint8Array(1));
  const changes = new Map([["bank", [[fromUtf8("other"), fromUtf8("chain")] as const]]]);
  other.commit(changes, new Map(needs.rows(1).map((name) => [name, new Uint8Array(1)])));
  const place = folder();
  const info = takeSnapshot({ store: other, version: 1, folder: place, needs });
  const chunks = [loadChunk(place, 1n, 3, 0) ?? new Uint8Array()];
  const to = receiver();
  expect(sendAll(to.restore, { info, chunks }, appHash).applied?.reason).toContain("and the header has");
  expect(sendAll(to.restore, { ...sent, info: { ...sent.info, height: 11n } }, appHash).applied?.reason).toContain(
    "a node has version 12",
  );
  expect(sendAll(to.restore, { ...sent, info: { ...sent.info, height: 13n } }, appHash).applied?.reason).toContain(
    "is not asked for",
  );
  expectClean(to);
});

test("a snapshot whose rows beside the state the caller refuses is refused", () => {
  let refuse = true;
  const check: RestoreOptions["check"] = (view, rows) => {
    expect(view.store("bank").get(fromUtf8("no such row"))).toBeUndefined();
    expect(rangeOf(view.store("compute"))).toEqual(rowsOf(original, "compute"));
    expect([...rows.keys()].sort()).toEqual(needs.rows(12));
    return refuse ? "the results of block 12 have another hash" : undefined;
  };
  const to = receiver({ check });
  const { applied } = sendAll(to.restore, sent, appHash);
  expect(applied).toMatchObject({ result: 5 });
  expect(applied?.reason).toContain("another hash");
  refuse = false;
  expectClean(to);
});

test("nothing else writes while a snapshot is being restored", () => {
  const { restore, store } = receiver();
  restore.offer(sent.info, appHash);
  const write = new Map([["bank", [[fromUtf8("row"), fromUtf8("1")] as const]]]);
  expect(() => store.commit(write)).toThrow("before the end of an import");
  expect(() => store.stage(write)).toThrow("before the first commit");
  expect(() => store.beginImport({ version: 1, appHash, needs })).toThrow("the state is not empty");
  restore.abort();
  expect(store.commit(write).version).toBe(1);
});

test("a description that cannot be true is refused when it is offered", () => {
  const { restore, store } = receiver();
  const { info } = sent;
  const offer = (change: Partial<Sent["info"]>) => restore.offer({ ...info, ...change }, appHash).result;
  expect(offer({ format: 2 })).toBe(OfferResult.rejectFormat);
  const wrong: readonly Partial<Sent["info"]>[] = [
    { height: 0n },
    { height: 2n ** 60n },
    { chunks: 0 },
    { chunks: 2 },
    { chunks: 4_000_000_000 },
    { hash: new Uint8Array(31) },
    { metadata: new Uint8Array() },
    { metadata: Uint8Array.of(1) },
    { metadata: encodeMetadata([new Uint8Array(5)]) },
    { metadata: encodeMetadata(Array.from({ length: 100_001 }, () => new Uint8Array(32))), chunks: 100_001 },
  ];
  for (const change of wrong) expect(offer(change)).toBe(OfferResult.reject);
  expect(restore.offer(info, new Uint8Array(20)).result).toBe(OfferResult.abort);
  expect(restore.applyChunk(0, sent.chunks[0] as Uint8Array).result).toBe(ApplyResult.abort);
  expect(sendAll(restore, { ...sent, info: { ...info, hash: new Uint8Array(32) } }, appHash).applied?.reason).toContain(
    "announces another",
  );
  expect(sendAll(restore, sent, appHash).applied?.result).toBe(1);
  expect(restore.offer(info, appHash)).toMatchObject({ result: OfferResult.abort });
  expect(() => store.beginImport({ version: 1, appHash, needs })).toThrow("the state is not empty");
});

describe("chunks", () => {
  /** Three chunks of a state whose values do not compress. */
  const big = keep();
  const value = (seed: number) =>
    new Uint8Array(Uint32Array.from({ length: 125_000 }, (_, i) => Math.imul(i + 1, seed) ^ (i * i * seed)).buffer);
  const rows = Array.from({ length: 60 }, (_, i) => [fromUtf8(`big ${i}`), value(0x9e3779b1 + i * 77_777)] as const);
  big.commit(new Map([["bank", rows]]), new Map(needs.rows(1).map((name) => [name, new Uint8Array(2)])));
  const place = folder();
  const info = takeSnapshot({ store: big, version: 1, folder: place, needs });
  const chunks = Array.from({ length: info.chunks }, (_, i) => loadChunk(place, 1n, 3, i) ?? new Uint8Array());
  afterAll(() => big.close());
  const begin = (): Restore => {
    const { restore } = receiver();
    expect(restore.offer(info, big.appHash).result).toBe(1);
    return restore;
  };

  test("that are altered are fetched again from another peer", () => {
    const restore = begin();
    expect(chunks.length).toBeGreaterThan(1);
    for (const [i, chunk] of chunks.entries()) {
      const altered = chunk.slice();
      altered[i * 1000] = (altered[i * 1000] as number) ^ 1;
      const answer = restore.applyChunk(i, altered, "liar");
      expect(answer).toMatchObject({ result: ApplyResult.retry, refetchChunks: [i], rejectSenders: ["liar"] });
      expect(restore.applyChunk(i, chunk).result).toBe(ApplyResult.accept);
    }
  });

  test("that come twice have no effect, and altered ones are noticed then too", () => {
    const restore = begin();
    for (const i of [0, 0]) expect(restore.applyChunk(i, chunks[i] as Uint8Array).result).toBe(ApplyResult.accept);
    expect(restore.next).toBe(1);
    expect(restore.applyChunk(0, new Uint8Array(3), "liar").result).toBe(ApplyResult.retry);
    const last = chunks
      .slice(1)
      .map((chunk, i) => restore.applyChunk(i + 1, chunk))
      .at(-1);
    expect(last?.restored?.appHash).toEqual(big.appHash);
  });

  test("that are left out, or of another snapshot, do not count", () => {
    const restore = begin();
    expect(restore.applyChunk(1, chunks[1] as Uint8Array).result).toBe(ApplyResult.retrySnapshot);
    expect(restore.applyChunk(0, chunks[0] as Uint8Array).result).toBe(ApplyResult.abort);
    expect(restore.offer(info, big.appHash).result).toBe(1);
    expect(restore.applyChunk(99, chunks[0] as Uint8Array).result).toBe(ApplyResult.abort);
    expect(restore.applyChunk(0, sent.chunks[0] as Uint8Array).result).toBe(ApplyResult.retry);
    const answers = chunks.map((chunk, i) => restore.applyChunk(i, chunk));
    expect(answers.at(-1)?.restored?.version).toBe(1);
  });
});

/**
 * A change of the bytes of a stream, before or after it is compressed, or of the order of its
 * items.
 */
const bytesAt = fc.array(fc.record({ at: fc.nat(), byte: fc.nat(255) }), { minLength: 1, maxLength: 3 });
const change = fc.oneof(
  fc.record({ kind: fc.constant("stream" as const), bytes: bytesAt }),
  fc.record({ kind: fc.constant("packed" as const), bytes: bytesAt }),
  fc.record({ kind: fc.constant("cut" as const), from: fc.nat(), length: fc.integer({ min: 1, max: 400 }) }),
  fc.record({ kind: fc.constant("swap" as const), a: fc.nat(), b: fc.nat() }),
);
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;
const stream = streamOf(sent);

function changedBy(how: Change): Sent {
  if (how.kind === "packed") return sentOf([altered(sent.chunks[0] as Uint8Array, how.bytes)], VERSION);
  if (how.kind === "stream") return sentOf(compressed(altered(stream, how.bytes)), VERSION);
  if (how.kind === "cut") {
    const from = how.from % stream.length;
    return sentOf(compressed(concat(stream.subarray(0, from), stream.subarray(from + how.length))), VERSION);
  }
  const [a, b] = [how.a % items.length, how.b % items.length];
  const mixed = [...items];
  [mixed[a], mixed[b]] = [items[b] as SnapshotItem, items[a] as SnapshotItem];
  return sentItems(mixed, VERSION);
}

function altered(bytes: Uint8Array, changes: readonly { readonly at: number; readonly byte: number }[]): Uint8Array {
  const out = bytes.slice();
  for (const { at, byte } of changes) out[at % out.length] = byte;
  return out;
}

test("of random changes none makes another state, and none leaves anything", () => {
  const check: RestoreOptions["check"] = (_, rows) =>
    [...rows].every(([name, value]) => compare(value, original.extra(name) ?? NOTHING) === 0)
      ? undefined
      : "other rows";
  let to = receiver({ check });
  let refused = 0;
  fc.assert(
    fc.property(change, (how) => {
      const { applied } = sendAll(to.restore, changedBy(how), appHash);
      if (applied?.restored !== undefined) {
        // The change did not change the meaning; the state is the same.
        expect(applied.restored.appHash).toEqual(appHash);
        expect(rowsOf(to.store, "compute")).toEqual(rowsOf(original, "compute"));
        to = receiver({ check });
        return;
      }
      refused++;
      expect(applied?.result).toBe(ApplyResult.rejectSnapshot);
      expect(to.store.version).toBe(0);
      for (const name of ["bank", "compute"]) expect(rowsOf(to.store, name)).toEqual([]);
    }),
    { numRuns: 200 },
  );
  expect(refused).toBeGreaterThan(100);
  expectClean(to);
});

const NOTHING = new Uint8Array(0);
