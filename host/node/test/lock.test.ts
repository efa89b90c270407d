import { type ChildProcess, fork, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EnvironmentFault } from "@sotto/errors";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { takeHome } from "../src/lock.ts";

const base = mkdtempSync(join(tmpdir(), "sotto-home-"));
const racers: ChildProcess[] = [];

async function start(): Promise<ChildProcess> {
  const child = fork(new URL("./lockRacer.mjs", import.meta.url), { execArgv: [] });
  racers.push(child);
  await once(child, "message");
  return child;
}

beforeAll(() => Promise.all(Array.from({ length: 8 }, start)));
afterAll(() => {
  for (const racer of racers) racer.kill("SIGKILL");
  rmSync(base, { recursive: true });
});

interface Answer {
  readonly won: boolean;
  readonly text?: string;
}

async function take(child: ChildProcess, home: string, at: number): Promise<Answer> {
  const answered = once(child, "message");
  child.send({ home, at });
  const [answer] = (await answered) as [Answer];
  return answer;
}

/** The number of a process that was. */
const gone = spawnSync(process.execPath, ["-e", ""]).pid;
const lockOf = (home: string): string => join(home, "node.lock");

/** Who holds a folder, by its claims. */
function holderOf(home: string): number {
  const claims = readdirSync(lockOf(home)).map(Number);
  return Number(readFileSync(join(lockOf(home), String(Math.max(...claims)), "pid"), "utf8"));
}

/** What a process left behind, as text of its claim. */
function leave(home: string, claim: number, text: string): void {
  const folder = join(lockOf(home), String(claim));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "pid"), text);
}

describe("of processes that take a folder at the same moment", () => {
  test.each<[string, string | undefined]>([
    ["over the claim of a process that was killed", String(gone)],
    ["over a claim that was given back", "0"],
    ["over no claim", undefined],
  ])("%s, exactly one gets it", async (_name, stale) => {
    for (let round = 0; round < 40; round++) {
      const home = mkdtempSync(join(base, "race-"));
      if (stale !== undefined) leave(home, 7, stale);
      const at = Date.now() + 15;
      const answers = await Promise.all(racers.map((racer) => take(racer, home, at)));
      const winners = racers.filter((_, i) => answers[i]?.won);
      expect(winners.map(({ pid }) => pid)).toEqual([holderOf(home)]);
      for (const { won, text } of answers) {
        if (!won) expect(text).toContain(`the folder ${home} belongs to a running node (process ${winners[0]?.pid})`);
      }
    }
  });

  test("the one that dies at any moment leaves it to the next", async () => {
    for (let round = 0; round < 10; round++) {
      const home = mkdtempSync(join(base, "killed-"));
      const victim = await start();
      const at = Date.now() + 5;
      victim.send({ home, at });
      await new Promise((resolve) => setTimeout(resolve, 3 + round));
      const ended = once(victim, "exit");
      victim.kill("SIGKILL");
      await ended;
      const [first, second] = [racers[0] as ChildProcess, racers[1] as ChildProcess];
      expect(await take(first, home, 0)).toEqual({ won: true });
      expect(await take(second, home, 0)).toMatchObject({ won: false });
    }
  });
});

describe("a folder", () => {
  test("that is given back can be taken again, and its lock is for its owner only", () => {
    const home = join(base, "one", "two");
    for (let round = 0; round < 5; round++) {
      const give = takeHome(home);
      expect(holderOf(home)).toBe(process.pid);
      for (const path of [home, lockOf(home)]) expect(statSync(path).mode & 0o077).toBe(0);
      give();
      expect(holderOf(home)).toBe(0);
    }
    expect(readdirSync(lockOf(home)).sort()).toEqual(["4", "5"]);
  });

  test("with a lock of an earlier version is refused with what to do", () => {
    const home = mkdtempSync(join(base, "earlier-"));
    writeFileSync(lockOf(home), String(gone));
    expect(() => takeHome(home)).toThrow(`when no node runs on ${home}, remove it`);
    rmSync(lockOf(home));
    takeHome(home)();
  });

  test("of a process that lives is refused with what to do", () => {
    const home = mkdtempSync(join(base, "held-"));
    leave(home, 3, String(gone));
    leave(home, 4, String(racers[0]?.pid));
    expect(() => takeHome(home)).toThrow(EnvironmentFault);
    expect(() => takeHome(home)).toThrow(`(if that process is no node, remove ${lockOf(home)})`);
    expect(holderOf(home)).toBe(racers[0]?.pid);
  });
});
