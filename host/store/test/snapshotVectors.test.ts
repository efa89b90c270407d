// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { fromUtf8, toHex } from "@sotto/bytes";
import { expect, test } from "vitest";
import { type Changes, loadChunk, type StateStore, takeSnapshot } from "../src/index.ts";
import { ItemWriter } from "../src/snapshots/items.ts";
import { receiver, type Sent, sendAll, streamOf } from "./snapshotChain.ts";
import { folder, start } from "./stores.ts";

/** A history of cosmossdk.io/store, and the snapshot that its manager took of the last version. */
interface Vectors {
  readonly versions: readonly (readonly { store: string; key: string; value: string | null }[])[];
  readonly app_hash: string;
  readonly height: number;
  readonly format: number;
  readonly hash: string;
  readonly metadata: string;
  readonly chunks: readonly string[];
}

const file = new URL("../../../vectors/snapshots.json", import.meta.url);
const { versions, app_hash, height, format, hash, metadata, chunks, ...rest } = JSON.parse(
  readFileSync(file, "utf8"),
) as Vectors;
const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "hex"));
const STORES = ["bank", "compute", "empty"];
const nothing = { blobs: () => [], rows: () => [] };

const sdk: Sent = {
  info: { height: BigInt(height), format, chunks: chunks.length, hash: bytesOf(hash), metadata: bytesOf(metadata) },
  chunks: chunks.map((text) => bytesOf(text)),
};

function replay(): StateStore {
  const store = start({ stores: STORES });
  for (const list of versions) {
    const changes = new Map(STORES.map((name) => [name, [] as [Uint8Array, Uint8Array | undefined][]]));
    for (const { store: name, key, value } of list) {
      changes.get(name)?.push([bytesOf(key), value === null ? undefined : bytesOf(value)]);
    }
    store.commit(changes satisfies Changes);
  }
  return store;
}

test("a snapshot has the stream of the SDK's, and the extensions behind it", () => {
  expect(rest).toEqual({});
  const store = replay();
  expect([store.version, toHex(store.appHash)]).toEqual([height, app_hash]);
  const place = folder();
  const info = takeSnapshot({ store, version: height, folder: place, needs: nothing });
  const own = streamOf({ chunks: [loadChunk(place, info.height, format, 0) ?? new Uint8Array()] });
  const extensions = new ItemWriter();
  for (const name of ["sotto/blobs", "sotto/rows"]) extensions.extension(name, 1);
  expect(toHex(own)).toBe(toHex(streamOf(sdk)) + toHex(extensions.take()));
});

test("a snapshot that the SDK took is restored, and the chain goes on with the same hashes", () => {
  const { store, restore } = receiver({ store: start({ stores: STORES }), needs: nothing });
  expect(sendAll(restore, sdk, bytesOf(app_hash)).applied?.restored).toEqual({
    version: height,
    appHash: bytesOf(app_hash),
  });
  const other = replay();
  const next: Changes = new Map([["empty", [[fromUtf8("first"), fromUtf8("row")]]]]);
  expect(store.commit(next)).toEqual(other.commit(next));
});
