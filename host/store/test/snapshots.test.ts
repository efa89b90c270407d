// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { compare, fromUtf8, toHex } from "@sotto/bytes";
import { verifyProofOps } from "@sotto/merkle";
import { expect, test } from "vitest";
import {
  type Changes,
  listSnapshots,
  loadChunk,
  MemoryDisk,
  type StateStore,
  type StoreOptions,
  takeSnapshot,
} from "../src/index.ts";
import { randomOf, rangeOf } from "./model.ts";
import { advance, itemsOf, needs, receiver, type Sent, sendAll } from "./snapshotChain.ts";
import { folder, start } from "./stores.ts";

const STORES = ["bank", "compute"] as const;

/** A chain of some versions. */
function chain(versions: number, options: Partial<StoreOptions> = {}): StateStore {
  const store = start({ path: folder(), ...options });
  while (store.version < versions) advance(store);
  return store;
}

function taken(store: StateStore, place = folder()): Sent {
  const info = takeSnapshot({ store, version: store.version, folder: place, needs });
  return { info, chunks: chunksOf(place, info) };
}

const chunksOf = (place: string, info: Sent["info"]): Uint8Array[] =>
  Array.from({ length: info.chunks }, (_, i) => loadChunk(place, info.height, info.format, i) ?? new Uint8Array());

test("a restored store has rows, blobs, proofs and the rows beside the state, and no sealed bytes", () => {
  const store = chain(24);
  const { store: other, restore } = receiver();
  const { applied } = sendAll(restore, taken(store), store.appHash);
  expect(applied?.restored).toEqual({ version: 24, appHash: store.appHash });
  for (const name of STORES) {
    const rows = rangeOf(store.snapshot().store(name));
    expect(rangeOf(other.snapshot().store(name))).toEqual(rows);
    expect(rangeOf(other.snapshot().store(name), undefined, undefined, true)).toEqual(rows.toReversed());
    for (const [key, value] of rows.filter((row, i) => i % 20 === 0 && row[1] !== "")) {
      const row = Buffer.from(key, "hex");
      const { ops } = other.prove(name, row, 24);
      expect(verifyProofOps(ops, store.appHash, [fromUtf8(name), row], Buffer.from(value, "hex"))).toBe(true);
    }
    const absent = fromUtf8("no such row");
    expect(other.prove(name, absent, 24)).toEqual(store.prove(name, absent, 24));
  }
  for (const hash of needs.blobs(store.snapshot())) expect(other.blob(hash)).toEqual(store.blob(hash));
  expect(other.extra("results/24")).toEqual(store.extra("results/24"));
  expect(other.extra("time/24")).toEqual(fromUtf8("24"));
  expect([other.extra("time/23"), other.extra("enclave/sealed")]).toEqual([undefined, undefined]);
  expect(() => other.snapshot(23)).toThrow("the oldest kept is 24");
});

for (const keepVersions of [undefined, 3]) {
  test(`a restored store makes the next 100 versions as the original, ${keepVersions ?? "all"} kept`, () => {
    const options = { pruning: { keepVersions }, segmentBytes: 20_000 };
    const store = chain(17, options);
    const { store: other, restore } = receiver({ store: start({ path: folder(), ...options }) });
    expect(sendAll(restore, taken(store), store.appHash).applied?.restored?.version).toBe(17);
    for (let i = 0; i < 100; i++) expect(advance(other)).toBe(advance(store));
    for (const name of STORES) {
      expect(rangeOf(other.snapshot().store(name))).toEqual(rangeOf(store.snapshot().store(name)));
      expect(rangeOf(other.snapshot(115).store(name))).toEqual(rangeOf(store.snapshot(115).store(name)));
    }
  });
}

test("a restored version is there when the store is opened again, and other threads read it", () => {
  const store = chain(9);
  const path = folder();
  const first = start({ path });
  expect(sendAll(receiver({ store: first }).restore, taken(store), store.appHash).applied?.result).toBe(1);
  const reader = start({ path, readOnly: true });
  expect(rangeOf(reader.snapshot().store("compute"))).toEqual(rangeOf(store.snapshot().store("compute")));
  reader.close();
  first.close();
  const again = start({ path });
  expect([again.version, toHex(again.appHash)]).toEqual([9, toHex(store.appHash)]);
  expect(advance(again)).toBe(advance(store));
});

test("a store with empty trees, and one that begins later, are restored", () => {
  const stores = ["bank", { name: "later", from: 3 }, "compute"];
  const store = start({ stores });
  const changes: Changes = new Map([["compute", [[fromUtf8("only row"), fromUtf8("1")]]]]);
  const extra = (version: number) => new Map(needs.rows(version).map((name) => [name, new Uint8Array(1)] as const));
  for (const [version, names] of [
    [2, "bank compute"],
    [3, "bank compute later"],
  ] as const) {
    while (store.version < version) store.commit(changes, extra(store.version + 1));
    const sent = taken(store);
    expect(
      itemsOf(sent)
        .flatMap((item) => (item.kind === "store" ? [item.name] : []))
        .join(" "),
    ).toBe(names);
    const { restore } = receiver({ store: start({ stores }) });
    expect(sendAll(restore, sent, store.appHash).applied?.restored?.version).toBe(version);
  }
});

test("an original and a restored store make equal snapshots, whatever order their programs name stores in", () => {
  const store = chain(30);
  const { store: other, restore } = receiver({ store: start({ stores: ["compute", "bank"] }) });
  const sent = taken(store);
  sendAll(restore, sent, store.appHash);
  expect(taken(other)).toEqual(sent);
  expect(advance(other)).toBe(advance(store));
  expect(taken(other)).toEqual(taken(store));
});

test("a state in memory is given and restored as one on disk", () => {
  const store = chain(20);
  const memory = start({ path: undefined, memory: new MemoryDisk() });
  while (memory.version < 20) advance(memory);
  const sent = taken(memory);
  expect(sent).toEqual(taken(store));
  const to = receiver({ store: start({ path: undefined, memory: new MemoryDisk() }) });
  expect(sendAll(to.restore, sent, new Uint8Array(32)).applied?.result).toBe(5);
  expect(rangeOf(to.store.snapshot().store("bank"))).toEqual([]);
  expect(sendAll(to.restore, sent, store.appHash).applied?.restored?.version).toBe(20);
  expect(advance(to.store)).toBe(advance(store));
});

test("a store whose folder had fewer stores before is restored", () => {
  const store = chain(20);
  const path = folder();
  start({ path, stores: ["compute"] }).close();
  const { store: other, restore } = receiver({ store: start({ path }) });
  expect(sendAll(restore, taken(store), store.appHash).applied?.restored?.version).toBe(20);
  for (const name of STORES) {
    expect(rangeOf(other.snapshot().store(name))).toEqual(rangeOf(store.snapshot().store(name)));
  }
  expect(advance(other)).toBe(advance(store));
});

test("an older version has the same snapshot as it had when it was the latest", () => {
  const store = chain(12);
  const { info } = taken(store);
  while (store.version < 20) advance(store);
  expect(takeSnapshot({ store, version: 12, folder: folder(), needs })).toEqual(info);
  expect(() => takeSnapshot({ store, version: 21, folder: folder(), needs })).toThrow("the latest is 20");
});

const bigChain = (): StateStore => {
  const store = start();
  const random = randomOf(3);
  const value = (): Uint8Array => new Uint8Array(Uint32Array.from({ length: 100_000 }, () => random(2 ** 32)).buffer);
  const rows = Array.from({ length: 60 }, (_, i) => [fromUtf8(`big ${i}`), value()] as const);
  store.commit(new Map([["bank", rows]]), new Map(needs.rows(1).map((name) => [name, new Uint8Array(2)])));
  return store;
};

test("chunks have 10,000,000 bytes, and wait in the folder for the next process", () => {
  const store = bigChain();
  const sent = taken(store);
  expect(sent.chunks.map(({ length }) => length).slice(0, -1)).toEqual([10_000_000, 10_000_000]);
  const place = folder();
  const path = folder();
  const first = start({ path });
  const one = receiver({ store: first, folder: place }).restore;
  expect(one.offer(sent.info, store.appHash)).toEqual({ result: 1 });
  for (const i of [0, 1]) expect(one.applyChunk(i, sent.chunks[i] as Uint8Array).result).toBe(1);
  first.close();
  // The second process applies what the first has verified; a peer may send it again.
  const { restore, store: other } = receiver({ store: start({ path }), folder: place });
  expect([other.version, rangeOf(other.snapshot().store("bank"))]).toEqual([0, []]);
  expect(restore.offer(sent.info, store.appHash)).toEqual({ result: 1 });
  expect(restore.next).toBe(2);
  const answers = sent.chunks.map((chunk, i) => restore.applyChunk(i, chunk));
  expect(answers.map(({ result }) => result)).toEqual([1, 1, 1]);
  expect(answers[2]?.restored?.appHash).toEqual(store.appHash);
  // The restored node offers the snapshot to others.
  expect(listSnapshots(place)).toEqual([sent.info]);
  expect(chunksOf(place, sent.info).map((chunk, i) => compare(chunk, sent.chunks[i] as Uint8Array))).toEqual([0, 0, 0]);
  expect(readdirSync(place)).toEqual(["1-3"]);
});

test("a chunk of an ended process that is damaged is fetched again", () => {
  const store = bigChain();
  const sent = taken(store);
  const place = folder();
  const one = receiver({ folder: place });
  one.restore.offer(sent.info, store.appHash);
  for (const i of [0, 1]) one.restore.applyChunk(i, sent.chunks[i] as Uint8Array);
  one.restore.abort();
  writeFileSync(join(place, "restoring", "chunk-1"), new Uint8Array(100));
  expect(one.restore.offer(sent.info, store.appHash)).toEqual({ result: 1 });
  expect(one.restore.next).toBe(1);
  for (const i of [1, 2]) expect(one.restore.applyChunk(i, sent.chunks[i] as Uint8Array).result).toBe(1);
  expect(one.store.appHash).toEqual(store.appHash);
});

test("the newest snapshots stay, unfinished and damaged ones do not count", () => {
  const store = chain(3);
  const place = folder();
  for (let i = 0; i < 4; i++) {
    advance(store);
    takeSnapshot({ store, version: store.version, folder: place, needs, keep: 2 });
  }
  const heights = () => listSnapshots(place).map(({ height }) => height);
  expect(heights()).toEqual([7n, 6n]);
  mkdirSync(join(place, "taking"));
  mkdirSync(join(place, "9-3"));
  writeFileSync(join(place, "7-3", "snapshot"), "damaged");
  expect(heights()).toEqual([6n]);
  expect(takeSnapshot({ store, version: 7, folder: place, needs }).height).toBe(7n);
  expect(heights()).toEqual([7n, 6n]);
  expect([loadChunk(place, 5n, 3, 0), loadChunk(place, 7n, 2, 0), loadChunk(place, 7n, 3, 1)]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect(listSnapshots(join(place, "nothing here"))).toEqual([]);
});

test("a snapshot that is stopped, or lacks a blob or a row, leaves nothing", () => {
  const store = chain(6);
  const place = folder();
  const take = (options: Partial<Parameters<typeof takeSnapshot>[0]>) => () =>
    takeSnapshot({ store, version: 6, folder: place, needs, ...options });
  const stop = () => {
    throw new Error("stop");
  };
  expect(take({ onProgress: stop })).toThrow("stop");
  expect(take({ needs: { ...needs, rows: () => ["no such row"] } })).toThrow("the row no such row is missing");
  expect(take({ needs: { ...needs, blobs: () => [new Uint8Array(32)] } })).toThrow("is missing");
  expect(readdirSync(place)).toEqual([]);
});

test("a thread takes a snapshot while another one commits and prunes, of the version that is held", async () => {
  const path = folder();
  const place = folder();
  const store = start({ path, pruning: { keepVersions: 2 }, segmentBytes: 20_000 });
  while (store.version < 50) advance(store);
  const { appHash } = store;
  const release = store.hold(50);
  const worker = new Worker(new URL("./snapshotWorker.mjs", import.meta.url), { workerData: { path, place } });
  const answer = new Promise<string>((resolve, reject) => {
    worker.on("message", resolve);
    worker.on("error", reject);
  });
  let ended = false;
  void answer.then(() => {
    ended = true;
  });
  // Until long after the grace that a reader without `hold` has.
  while (!ended || store.version < 200) {
    advance(store);
    if (store.version % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  expect(await answer).toBe("taken");
  expect(rangeOf(store.snapshot(50).store("bank")).length).toBeGreaterThan(0);
  release();
  for (let i = 0; i < 60; i++) advance(store);
  expect(() => store.snapshot(50)).toThrow("the oldest kept is");
  const [info] = listSnapshots(place) as [Sent["info"]];
  const { restore } = receiver();
  expect(sendAll(restore, { info, chunks: chunksOf(place, info) }, appHash).applied?.restored?.version).toBe(50);
}, 120_000);

test("a snapshot of a version that is pruned meanwhile fails with that reason", () => {
  const store = chain(10, { pruning: { keepVersions: 1 } });
  const place = folder();
  const onProgress = () => {
    for (let i = 0; i < 3; i++) advance(store);
  };
  expect(() => takeSnapshot({ store, version: 10, folder: place, needs, onProgress })).toThrow(
    "version 10 was removed while it was read",
  );
  expect(readdirSync(place)).toEqual([]);
});
