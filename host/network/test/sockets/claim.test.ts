// SPDX-License-Identifier: Apache-2.0
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isClaimed, lockNetwork, readClaim, takeClaim } from "../../src/claim.ts";
import { nodePaths } from "../../src/files.ts";
import { markOf } from "../../src/processes.ts";

const RACERS = 6;
const base = mkdtempSync(join(tmpdir(), "sotto-claim-"));
const NOBODY = { pid: 0, began: "" };
let racers: ChildProcess[] = [];

async function newRacer(): Promise<ChildProcess> {
  const child = fork(new URL("./claimRacer.mjs", import.meta.url), { execArgv: [] });
  await once(child, "message");
  return child;
}

beforeAll(async () => {
  racers = await Promise.all(Array.from({ length: RACERS }, newRacer));
}, 60_000);
afterAll(() => {
  for (const racer of racers) racer.kill("SIGKILL");
  rmSync(base, { recursive: true });
});

interface Answer {
  readonly won: boolean;
  readonly text?: string;
}

async function race(home: string): Promise<readonly Answer[]> {
  const at = Date.now() + 300;
  return Promise.all(
    racers.map(async (child) => {
      const answered = once(child, "message");
      child.send({ home, at });
      return ((await answered) as [Answer])[0];
    }),
  );
}

function newHome(): string {
  const home = mkdtempSync(join(base, "net-"));
  mkdirSync(nodePaths(home, 1).root);
  return home;
}

test("of processes that take a node at the same moment one gets it, also after a killed one", async () => {
  for (let round = 0; round < 8; round++) {
    const home = newHome();
    // What a killed `start` leaves.
    if (round % 2 === 1) writeFileSync(nodePaths(home, 1).run, JSON.stringify({ start: NOBODY, keeper: NOBODY }));
    const answers = await race(home);
    const winners = racers.filter((_, i) => answers[i]?.won);
    expect(winners.length).toBe(1);
    expect(readClaim(nodePaths(home, 1).run)?.start.pid).toBe(winners[0]?.pid);
    for (const { text } of answers.filter(({ won }) => !won)) {
      expect(text).toContain(`node 1 already runs, started by process ${winners[0]?.pid}; stop it with: sotto network`);
    }
  }
});

test("a node is free again when its process gave it back, and when that was killed", async () => {
  const home = newHome();
  const { run } = nodePaths(home, 1);
  const claimed = await takeClaim(home, 1, NOBODY);
  expect(isClaimed(run)).toBe(true);
  await expect(takeClaim(home, 1, NOBODY)).rejects.toThrow(`started by process ${process.pid}`);
  claimed.release();
  expect(isClaimed(run)).toBe(false);
  const [winner] = racers;
  const answered = once(winner as ChildProcess, "message");
  winner?.send({ home, at: 0 });
  expect(((await answered) as [Answer])[0].won).toBe(true);
  winner?.kill("SIGKILL");
  await once(winner as ChildProcess, "exit");
  const again = await takeClaim(home, 1, NOBODY);
  again.keptBy(markOf(process.pid));
  expect(readClaim(run)?.keeper.pid).toBe(process.pid);
  again.release();
});

test("one command at a time changes the nodes of a network", async () => {
  const home = newHome();
  const unlock = await lockNetwork(home);
  await expect(lockNetwork(home)).rejects.toThrow(`(process ${process.pid}); wait for its end, then try again`);
  unlock();
  (await lockNetwork(home))();
});
