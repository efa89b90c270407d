// SPDX-License-Identifier: Apache-2.0
import { concat, fromUtf8 } from "@sotto/bytes";
import { sha256 } from "@sotto/crypto";
import { createSha256 } from "../src/driver/snapshotFolder.ts";
import { type Changes, createRestore, type RestoreOptions, type SnapshotInfo, type StateStore } from "../src/index.ts";
import { ChunkReader, ChunkWriter } from "../src/snapshots/chunks.ts";
import { encodeMetadata, FORMAT } from "../src/snapshots/info.ts";
import { ItemReader, ItemWriter, type SnapshotItem } from "../src/snapshots/items.ts";
import type { SnapshotNeeds } from "../src/snapshots/needs.ts";
import { randomOf } from "./model.ts";
import { folder, start } from "./stores.ts";

/** A blob that a row of `compute` names, as the rows of codes do. */
const CODE = fromUtf8("code/");
export const needs: SnapshotNeeds = {
  *blobs(view) {
    for (const [, hash] of view.store("compute").iterate(CODE, fromUtf8("code0"))) yield hash;
  },
  rows: (version) => [`results/${version}`, `time/${version}`],
};

/**
 * Changes of a block: new, changed and removed rows of both stores, a long key and a blob at times.
 */
function blockOf(version: number, blobs: (bytes: Uint8Array) => Uint8Array) {
  const random = randomOf(version);
  const list = (name: string, count: number): [Uint8Array, Uint8Array | undefined][] =>
    Array.from({ length: count }, () => {
      const key = fromUtf8(`${name} ${random(400)}`);
      if (random(5) === 0) return [key, undefined];
      return [key, new Uint8Array(random(90)).map(() => random(256))];
    });
  const compute = list("row", 30);
  if (version % 5 === 1)
    compute.push([fromUtf8(`code/${version}`), blobs(new Uint8Array(5_000 + version).fill(version))]);
  if (version % 7 === 2) compute.push([new Uint8Array(2_500).fill(version), fromUtf8(`long ${version}`)]);
  const changes: Changes = new Map([
    ["bank", list("balance", 20)],
    ["compute", compute],
  ]);
  const extra = new Map([
    [`results/${version}`, new Uint8Array(3_000).fill(version)],
    [`time/${version}`, fromUtf8(String(version))],
    ["enclave/sealed", fromUtf8(`secret of this node, ${version}`)],
  ]);
  return { changes, extra };
}

/** Commits the next version, which depends on its number only; returns the application hash. */
export function advance(store: StateStore): string {
  const { changes, extra } = blockOf(store.version + 1, (bytes) => store.putBlob(bytes));
  return Buffer.from(store.commit(changes, extra).appHash).toString("hex");
}

/** A snapshot in memory: what peers would send. */
export interface Sent {
  readonly info: SnapshotInfo;
  readonly chunks: readonly Uint8Array[];
}

/** A snapshot of bytes that were compressed, with true hashes. */
export function sentOf(chunks: readonly Uint8Array[], height: bigint): Sent {
  const whole = createSha256();
  for (const chunk of chunks) whole.update(chunk);
  const metadata = encodeMetadata(chunks.map((chunk) => sha256(chunk)));
  return { info: { height, format: FORMAT, chunks: chunks.length, hash: whole.digest(), metadata }, chunks };
}

export function compressed(stream: Uint8Array): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  const writer = new ChunkWriter((chunk) => chunks.push(chunk.slice()));
  writer.write(stream);
  writer.finish();
  return chunks;
}

/** The same for items, which may be wrong in any way. */
export function sentItems(items: readonly SnapshotItem[], height: bigint): Sent {
  const out = new ItemWriter();
  for (const item of items) {
    if (item.kind === "store") out.store(item.name);
    else if (item.kind === "node") out.node(item.key, item.value, item.version, item.height);
    else if (item.kind === "extension") out.extension(item.name, item.format);
    else out.payload(item.payload);
  }
  return sentOf(compressed(out.take()), height);
}

/** The bytes of a snapshot before they were compressed. */
export function streamOf({ chunks }: Pick<Sent, "chunks">): Uint8Array {
  const parts: Uint8Array[] = [];
  const inflate = new ChunkReader({ bytes: 2 ** 40, perByte: 1 }, (bytes) => parts.push(bytes.slice()));
  for (const chunk of chunks) inflate.write(chunk);
  return concat(...parts);
}

export function itemsOf(sent: Sent): SnapshotItem[] {
  const items: SnapshotItem[] = [];
  const reader = new ItemReader((item) => {
    if (item.kind === "node") items.push({ ...item, key: item.key.slice(), value: item.value.slice() });
    else items.push(item.kind === "payload" ? { ...item, payload: item.payload.slice() } : item);
  });
  reader.push(streamOf(sent));
  return items;
}

/** An empty store, a folder, and a restore into it. */
export function receiver(options: Partial<RestoreOptions> = {}) {
  const store = options.store ?? start({ path: folder() });
  const place = options.folder ?? folder();
  return { store, place, restore: createRestore({ needs, ...options, store, folder: place }) };
}

/** Offers a snapshot and applies its chunks up to the first refusal; returns the last answer. */
export function sendAll(restore: ReturnType<typeof createRestore>, { info, chunks }: Sent, appHash: Uint8Array) {
  const offered = restore.offer(info, appHash);
  if (offered.result !== 1) return { offered, applied: undefined };
  let applied: ReturnType<typeof restore.applyChunk> | undefined;
  for (const [index, chunk] of chunks.entries()) {
    applied = restore.applyChunk(index, chunk, `peer ${index}`);
    if (applied.result !== 1) break;
  }
  return { offered, applied };
}
