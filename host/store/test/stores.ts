// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromUtf8 } from "@sotto/bytes";
import { afterEach } from "vitest";
import { type Changes, openStore, type StateStore, type StoreOptions } from "../src/index.ts";

// Stores and folders of one test: they are closed and removed after it.
const folders: string[] = [];
const opened: StateStore[] = [];

export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "sotto-store-test-"));
  folders.push(path);
  return path;
}

export function start(options: Partial<StoreOptions> = {}): StateStore {
  const store = openStore({
    path: undefined,
    stores: ["bank", "compute"],
    pruning: { keepVersions: undefined },
    noSync: true,
    ...options,
  });
  opened.push(store);
  return store;
}

afterEach(() => {
  for (const store of opened.splice(0)) store.close();
  for (const path of folders.splice(0)) rmSync(path, { recursive: true, force: true });
});

export const bytes = (text: string): Uint8Array => fromUtf8(text);
export const changesOf = (store: string, rows: readonly (readonly [string, string | undefined])[]): Changes =>
  new Map([[store, rows.map(([k, v]) => [bytes(k), v === undefined ? undefined : bytes(v)] as const)]]);
