// SPDX-License-Identifier: Apache-2.0
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { fromUtf8, toHex, toUtf8 } from "@sotto/bytes";
import { afterEach, expect, test } from "vitest";
import { oneFile } from "../../../../test/support/oneFile.ts";
import { type Changes, openStore, type StateStore } from "../../src/index.ts";
import { randomOf, rangeOf } from "../model.ts";
import { RUNS, run, STORES, step } from "../steps.mjs";

const nextStep = (version: number): { changes: Changes; extra: Map<string, Uint8Array> } => step(version);
const KILLS = Number(process.env["SOTTO_KILLS"] ?? 100);

type Row = readonly [key: Uint8Array, value: Uint8Array | undefined];

let path = "";
afterEach(() => rmSync(path, { recursive: true, force: true }));

const crashChild = await oneFile(new URL("crashChild.mjs", import.meta.url));
const stagedChild = await oneFile(new URL("stagedChild.mjs", import.meta.url));

/** Runs a writer, kills it after a while, and returns the last commit that it reported. */
const killWriter = (keep: string, afterMs: number): Promise<number> => killChild([crashChild, keep], afterMs);

function killChild([script = "", ...args]: readonly string[], afterMs: number): Promise<number> {
  const child = spawn(process.execPath, [script, path, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let problem = "";
  let timer: NodeJS.Timeout | undefined;
  child.stderr.on("data", (data: Buffer) => {
    problem += data.toString();
  });
  return new Promise((resolve, reject) => {
    child.stdout.on("data", (data: Buffer) => {
      // The clock starts at the first report, so that every kill hits a writer at work.
      timer ??= setTimeout(() => child.kill("SIGKILL"), afterMs);
      out += data.toString();
    });
    child.on("close", (_code, signal) => {
      clearTimeout(timer);
      if (signal !== "SIGKILL") reject(new Error(`the writer ended by itself: ${problem}`));
      else resolve(Number(out.split("\n").at(-2)));
    });
  });
}

/** Brings a store that was never interrupted to a version. */
function advance(store: StateStore, version: number): void {
  while (store.version < version) {
    const { changes, extra } = nextStep(store.version + 1);
    store.commit(changes, extra);
  }
}

for (const keep of ["all", "3"]) {
  test(`a writer that is killed ${KILLS / 2} times loses no commit and shows none in part, ${keep} versions kept`, async () => {
    path = mkdtempSync(join(tmpdir(), "sotto-crash-"));
    const pruning = { keepVersions: keep === "all" ? undefined : Number(keep) };
    const straight = openStore({ path: undefined, stores: STORES, pruning });
    const random = randomOf(keep.length);
    for (let i = 0; i < KILLS / 2; i++) {
      const reported = await killWriter(keep, random(40));
      const store = openStore({ path, stores: STORES, pruning });
      expect([reported, reported + 1]).toContain(store.version);
      advance(straight, store.version);
      expect(toHex(store.appHash)).toBe(toHex(straight.appHash));
      expect(toUtf8(store.extra("height") ?? new Uint8Array())).toBe(String(store.version));
      expect(store.extra("long")).toEqual(new Uint8Array(2_000).fill(store.version));
      compareStores(store, straight);
      store.close();
    }
    straight.close();
  }, 300_000);
}

/** Milliseconds from the first report of `stagedChild.mjs` to a time near its end. */
const STAGING_MS = 300;
/** Longer than it needs: it ends after its commit. */
const LONG_MS = 60_000;

test("a first version of staged rows is there whole after a kill, or not at all, and the next start begins again", async () => {
  path = mkdtempSync(join(tmpdir(), "sotto-staged-"));
  const pruning = { keepVersions: undefined };
  const straight = openStore({ path: undefined, stores: STORES, pruning });
  const rows = new Map(STORES.map((name) => [name, [] as Row[]]));
  for (let i = 0; i < RUNS; i++) for (const [name, list] of run(i)) rows.get(name)?.push(...(list as Row[]));
  straight.commit(rows);
  const random = randomOf(102);
  const seen = new Set<number>();
  for (let i = 0; i < KILLS / 20 || !seen.has(1); i++) {
    const reported = await killChild([stagedChild], i < KILLS / 20 ? random(STAGING_MS) : LONG_MS);
    const store = openStore({ path, stores: STORES, pruning });
    expect(store.version).toBeGreaterThanOrEqual(reported);
    expect(readdirSync(join(path, "staged"))).toEqual([]);
    seen.add(store.version);
    if (store.version === 0) for (const name of STORES) expect(rangeOf(store.snapshot().store(name))).toEqual([]);
    else {
      expect(toHex(store.appHash)).toBe(toHex(straight.appHash));
      compareStores(store, straight);
      rmSync(path, { recursive: true });
    }
    store.close();
  }
  expect([...seen].sort()).toEqual([0, 1]);
  straight.close();
}, 120_000);

function compareStores(store: StateStore, straight: StateStore): void {
  const [flat, other] = [store.snapshot(), straight.snapshot()];
  for (const name of STORES) {
    const rows = rangeOf(flat.store(name));
    expect(rows).toEqual(rangeOf(other.store(name)));
    const [key, value] = rows[rows.length >> 1] as [string, string];
    const proven = store.prove(name, Buffer.from(key, "hex"), store.version);
    expect(toHex(proven.value ?? new Uint8Array())).toBe(value);
  }
  flat.close();
  other.close();
}

test("threads that read see whole versions while one writes", async () => {
  path = mkdtempSync(join(tmpdir(), "sotto-threads-"));
  const store = openStore({ path, stores: STORES, pruning: { keepVersions: undefined }, noSync: true });
  advance(store, 1);
  // The flag that stops the workers, and the number of versions that each has seen.
  const shared = new Int32Array(new SharedArrayBuffer(12));
  const script = new URL("../readWorker.mjs", import.meta.url);
  const workers = [1, 2].map((slot) => new Worker(script, { workerData: { path, shared, slot } }));
  const answers = workers.map(
    (worker) =>
      new Promise<string>((resolve, reject) => {
        worker.on("message", resolve);
        worker.on("error", reject);
      }),
  );
  const haveSeen = (versions: number) => [1, 2].every((slot) => Atomics.load(shared, slot) >= versions);
  let version = 1;
  while (version < 300 || !haveSeen(20)) {
    advance(store, ++version);
    if (version % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const latest = store.snapshot();
  expect(latest.store("bank").get(fromUtf8("same-3"))).toEqual(fromUtf8(String(version)));
  latest.close();
  Atomics.store(shared, 0, 1);
  expect(await Promise.all(answers)).toEqual(["", ""]);
  store.close();
});
