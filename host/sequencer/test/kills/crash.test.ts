// SPDX-License-Identifier: Apache-2.0
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BlockLog, openBlockLog } from "@sotto/blocks";
import { toHex } from "@sotto/bytes";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import { oneFile } from "../../../../test/support/oneFile.ts";
import { createSequencer } from "../../src/index.ts";
import { GENESIS_TIME, genesisOf, key, nowAt, txsAt } from "../chain.mjs";
import { createLedger, openLedgerStore } from "../ledger.mjs";
import { verifyChain } from "../verifyChain.ts";

const KILLS = Number(process.env["SOTTO_KILLS"] ?? 85);
const child = await oneFile(new URL("crashChild.mjs", import.meta.url));

let path = "";
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), "sotto-kill-"));
});
afterEach(() => rmSync(path, { recursive: true, force: true }));

/**
 * Runs a chain that is killed: by itself at a phase, or by the test after a while. Returns the last
 * height that it reported.
 */
function runAndKill(args: readonly string[], afterMs?: number): Promise<number> {
  const running = spawn(process.execPath, [child, path, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let out = "";
  let problem = "";
  running.stderr.on("data", (data: Buffer) => {
    problem += data.toString();
  });
  return new Promise((resolve, reject) => {
    running.stdout.on("data", (data: Buffer) => {
      if (out === "" && afterMs !== undefined) setTimeout(() => running.kill("SIGKILL"), afterMs);
      out += data.toString();
    });
    running.on("close", (_code, signal) => {
      if (signal !== "SIGKILL") reject(new Error(`the chain ended by itself: ${problem}`));
      else resolve(Number(out.split("\n").at(-2) ?? 0));
    });
  });
}

/** Block hashes of a chain that was never killed. */
const straight: string[] = [];
const straightStore = openLedgerStore(undefined);
const straightLog = openBlockLog({ path: undefined });
afterAll(() => {
  straightLog.close();
  straightStore.close();
});
const straightChain = createSequencer({
  app: createLedger(straightStore),
  log: straightLog,
  keys: [key],
  genesis: genesisOf(),
});

const hashAt = (log: BlockLog, height: number): string => toHex(log.meta(height)?.blockId.hash ?? new Uint8Array());

function expectStraight(log: BlockLog): void {
  while (straight.length < log.height) {
    const height = straight.length + 1;
    straightChain.produce(nowAt(height), txsAt(height));
    straight.push(hashAt(straightLog, height));
  }
  const kept = Array.from({ length: log.height }, (_, i) => hashAt(log, i + 1));
  expect(kept).toEqual(straight.slice(0, log.height));
}

/**
 * Opens the files of the killed chain; returns height of the log and of the state before and after
 * the start.
 */
function reopen(): { logged: number; before: number; after: number; replayed: number[] } {
  const log = openBlockLog({ path: join(path, "blocks") });
  const store = openLedgerStore(join(path, "state"));
  const before = store.version;
  const replayed: number[] = [];
  const onReplay = (height: number) => void replayed.push(height);
  const sequencer = createSequencer({ app: createLedger(store), log, keys: [key], genesis: genesisOf(), onReplay });
  const opened = { logged: log.height, before, after: sequencer.height, replayed };
  verifyChain(log, store, GENESIS_TIME);
  expectStraight(log);
  log.close();
  store.close();
  return opened;
}

for (const phase of ["made", "logged", "executed", "committed"]) {
  for (const height of [1, 8]) {
    test(`a chain killed when block ${height} is ${phase} goes on to the same hashes`, async () => {
      await runAndKill([phase, String(height)]);
      const kept = phase === "made" ? height - 1 : height;
      const replay = phase === "logged" || phase === "executed";
      expect(reopen()).toEqual({
        logged: kept,
        before: replay ? height - 1 : kept,
        after: kept,
        replayed: replay ? [height] : [],
      });
    });
  }
}

test(`a chain that is killed ${KILLS} times at work loses no block that it reported`, async () => {
  let known = 0;
  for (let i = 0; i < KILLS; i++) {
    const reported = await runAndKill([], (i * 7) % 40);
    const { logged, after } = reopen();
    expect(reported).toBeGreaterThan(known);
    expect([reported, reported + 1]).toContain(logged);
    expect(after).toBe(logged);
    known = logged;
  }
}, 600_000);
