// SPDX-License-Identifier: Apache-2.0
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromUtf8, toHex } from "@sotto/bytes";
import { afterEach, expect, test } from "vitest";
import { oneFile } from "../../../../test/support/oneFile.ts";
import { listSnapshots, openStore, type StateStore, takeSnapshot } from "../../src/index.ts";
import { randomOf, rangeOf } from "../model.ts";
import { STORES } from "../steps.mjs";

const KILLS = Number(process.env["SOTTO_KILLS"] ?? 100) / 10;

const restoreChild = await oneFile(new URL("restoreChild.mjs", import.meta.url));

let place = "";
afterEach(() => rmSync(place, { recursive: true, force: true }));

/** Restores in another process, kills it after a while or at its end, and returns its reports. */
function killRestore(args: readonly string[], afterMs: number): Promise<string[]> {
  const child = spawn(process.execPath, [restoreChild, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let [out, problem] = ["", ""];
  let timer: NodeJS.Timeout | undefined;
  child.stderr.on("data", (data: Buffer) => {
    problem += data.toString();
  });
  return new Promise((resolve, reject) => {
    child.stdout.on("data", (data: Buffer) => {
      timer ??= setTimeout(() => child.kill("SIGKILL"), afterMs);
      out += data.toString();
      if (out.includes("restored")) child.kill("SIGKILL");
    });
    child.on("close", (_code, signal) => {
      clearTimeout(timer);
      if (signal !== "SIGKILL") reject(new Error(`the restore ended by itself: ${problem}`));
      else resolve(out.split("\n"));
    });
  });
}

const open = (path: string | undefined): StateStore =>
  openStore({ path, stores: STORES, pruning: { keepVersions: undefined }, noSync: true });

/** 40,000 rows whose values do not compress: some chunks. */
function original(): StateStore {
  const store = open(join(place, "original"));
  const random = randomOf(5);
  const value = (): Uint8Array => new Uint8Array(Uint32Array.from({ length: 160 }, () => random(2 ** 32)).buffer);
  const rows = Array.from({ length: 40_000 }, (_, i) => [fromUtf8(`row ${i}`), value()] as const);
  store.commit(new Map([["compute", rows]]), new Map([["height", fromUtf8("1")]]));
  return store;
}

test("a restore that is killed is whole or has left nothing, and the next one goes on", async () => {
  place = mkdtempSync(join(tmpdir(), "sotto-restore-"));
  const [path, from, waiting] = ["state", "snapshots", "waiting"].map((name) => join(place, name)) as [
    string,
    string,
    string,
  ];
  const store = original();
  const rows = rangeOf(store.snapshot().store("compute"));
  takeSnapshot({ store, version: 1, folder: from, needs: { blobs: () => [], rows: () => ["height"] } });
  const chunks = listSnapshots(from)[0]?.chunks ?? 0;
  expect(chunks).toBeGreaterThan(2);
  const random = randomOf(7);
  for (let kills = 0, whole = 0; kills < KILLS || whole === 0; kills++) {
    // The last one has time to the end.
    const reports = await killRestore(
      [path, from, waiting, toHex(store.appHash)],
      kills < KILLS ? random(1500) : 60_000,
    );
    const after = open(path);
    expect(after.version).toBeGreaterThanOrEqual(reports.includes("restored") ? 1 : 0);
    const found = after.snapshot();
    expect(rangeOf(found.store("compute")).length).toBe(after.version === 0 ? 0 : rows.length);
    found.close();
    if (after.version === 1) {
      whole++;
      expect(toHex(after.appHash)).toBe(toHex(store.appHash));
      expect(after.extra("height")).toEqual(fromUtf8("1"));
      expect(listSnapshots(waiting).length).toBeLessThanOrEqual(1);
      for (const folder of [path, waiting]) rmSync(folder, { recursive: true, force: true });
    }
    after.close();
  }
  store.close();
}, 300_000);
