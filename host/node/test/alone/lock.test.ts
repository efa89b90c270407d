// SPDX-License-Identifier: Apache-2.0
import { type ChildProcess, execFileSync, fork, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { EnvironmentFault } from "@sotto/errors";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { inNamespaces, NAMESPACES } from "../../../../test/e2e/namespaces.ts";
import { takeHome } from "../../src/lock.ts";

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

const lockOf = (home: string): string => join(home, "node.lock");
const claimOf = (home: string): number => Math.max(...readdirSync(lockOf(home)).map(Number));

/** Who holds a folder, by its claims. */
function holderOf(home: string): number {
  const text = readFileSync(join(lockOf(home), String(claimOf(home)), "holder"), "utf8");
  return (JSON.parse(text) as { pid: number }).pid;
}

const isAlive = (home: string): boolean => existsSync(join(lockOf(home), String(claimOf(home)), "alive"));
const newFolder = (name: string): string => mkdtempSync(join(base, name));

/** The file of a socket that nobody listens on any more. */
function deadSocket(): string {
  const path = join(base, "dead");
  if (existsSync(path)) return path;
  const script = "require('net').createServer().listen('dead', () => process.kill(process.pid, 'SIGKILL'))";
  spawnSync(process.execPath, ["-e", script], { cwd: base });
  expect(statSync(path).isSocket()).toBe(true);
  return path;
}

/** Claim 7 as somebody left it who was killed, and whose number another process has now. */
async function leaveKilled(home: string): Promise<void> {
  const claim = join(lockOf(home), "7");
  mkdirSync(claim, { recursive: true });
  writeFileSync(join(claim, "holder"), JSON.stringify({ pid: process.pid }));
  linkSync(deadSocket(), join(claim, "alive"));
}

/** Claim 7 as somebody left it who gave it back. */
async function leaveFree(home: string): Promise<void> {
  mkdirSync(join(lockOf(home), "7"), { recursive: true });
  writeFileSync(join(lockOf(home), "7", "holder"), "{}");
}

describe("of processes that take a folder at the same moment", () => {
  test.each<[string, (home: string) => Promise<void>]>([
    ["over the claim of a process that was killed", leaveKilled],
    ["over a claim that was given back", leaveFree],
    ["over no claim", async () => {}],
  ])("%s, exactly one gets it", async (_name, leave) => {
    for (let round = 0; round < 40; round++) {
      const home = newFolder("race-");
      await leave(home);
      const at = Date.now() + 15;
      const answers = await Promise.all(racers.map((racer) => take(racer, home, at)));
      const winners = racers.filter((_, i) => answers[i]?.won);
      expect(winners.map(({ pid }) => pid)).toEqual([holderOf(home)]);
      for (const { won, text } of answers) {
        const [winner] = winners;
        if (!won) expect(text).toContain(`${home} belongs to a running node (process ${winner?.pid} of ${hostname()})`);
      }
    }
  });

  test("the one that dies at any moment leaves it to the next", async () => {
    for (let round = 0; round < 10; round++) {
      const home = newFolder("killed-");
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
  test("that is given back can be taken again, and its lock is for its owner only", async () => {
    const home = join(base, "one", "two");
    for (let round = 0; round < 5; round++) {
      const give = await takeHome(home);
      expect(holderOf(home)).toBe(process.pid);
      expect(isAlive(home)).toBe(true);
      for (const path of [home, lockOf(home)]) expect(statSync(path).mode & 0o077).toBe(0);
      give();
      expect(isAlive(home)).toBe(false);
    }
    expect(readdirSync(lockOf(home)).sort()).toEqual(["4", "5"]);
  });

  test("that this process holds is not given to it twice", async () => {
    const home = newFolder("twice-");
    const give = await takeHome(home);
    await expect(takeHome(home)).rejects.toThrow(`belongs to a running node (process ${process.pid} of`);
    give();
  });

  test("with a lock of an earlier version is refused with what to do", async () => {
    const home = newFolder("earlier-");
    writeFileSync(lockOf(home), "12345");
    await expect(takeHome(home)).rejects.toThrow(`when no node runs on ${home}, remove it`);
    rmSync(lockOf(home));
    (await takeHome(home))();
  });

  test("of a process that is stopped, and has more callers than wait in line, is held", async () => {
    const home = newFolder("stopped-");
    const holder = await start();
    expect(await take(holder, home, 0)).toEqual({ won: true });
    holder.kill("SIGSTOP");
    // Linux lets 511 and one wait, by the number that listen() was given.
    for (let i = 0; i < 520; i++) await expect(takeHome(home)).rejects.toThrow("belongs to a running node");
    const ended = once(holder, "exit");
    holder.kill("SIGKILL");
    await ended;
    (await takeHome(home))();
  });

  test("that was copied from under a node is free, and so is one in which the socket became a file", async () => {
    const home = newFolder("origin-");
    const give = await takeHome(home);
    const copy = join(base, "copy");
    execFileSync("cp", ["-a", home, copy]);
    expect(isAlive(copy)).toBe(true);
    (await takeHome(copy))();
    give();
    writeFileSync(join(lockOf(home), String(claimOf(home)), "alive"), "");
    (await takeHome(home))();
  });

  test("whose socket somebody else listens on is held, whoever that is", async () => {
    const home = newFolder("other-");
    await leaveFree(home);
    const server = createServer().listen(join(lockOf(home), "7", "alive"));
    await once(server, "listening");
    await expect(takeHome(home)).rejects.toThrow("belongs to a running node");
    await once(server.close(), "close");
    (await takeHome(home))();
  });

  test("with a path that is longer than a socket's may be is locked as well", async () => {
    const home = join(base, "long".repeat(30), "x".repeat(200));
    const give = await takeHome(home);
    await expect(takeHome(home)).rejects.toThrow("belongs to a running node");
    expect(await take(racers[0] as ChildProcess, home, 0)).toMatchObject({ won: false });
    give();
    expect(await take(racers[0] as ChildProcess, home, 0)).toEqual({ won: true });
  });
});

describe.runIf(process.platform === "linux")("of containers that share a folder", () => {
  const lock = join(import.meta.dirname, "../../dist/lock.js");

  /**
   * Takes a folder in new namespaces of processes, mounts and network, where each process has
   * number 1.
   */
  async function takeInContainer(home: string): Promise<{ readonly answer: string; end(): Promise<void> }> {
    const script = `import { takeHome } from ${JSON.stringify(lock)};
      await takeHome(process.argv[1]).then(() => console.log("won as " + process.pid), (e) => console.log(e.message));
      setInterval(() => {}, 1000);`;
    const [file, ...args] = inNamespaces([process.execPath, "--input-type=module", "-e", script, home]);
    const child = spawn(file, args, { stdio: ["ignore", "pipe", "inherit"] });
    const [chunk] = await once(child.stdout, "data");
    return {
      answer: String(chunk).trim(),
      async end() {
        // When the process inside is gone too, which has the other end.
        const ended = once(child, "close");
        child.kill("SIGKILL");
        await ended;
      },
    };
  }

  test(`one gets it, also when both have the same number of process (${NAMESPACES})`, async () => {
    const home = newFolder("volume-");
    const first = await takeInContainer(home);
    expect(first.answer).toBe("won as 1");
    const second = await takeInContainer(home);
    expect(second.answer).toContain(`the folder ${home} belongs to a running node (process 1 of`);
    await expect(takeHome(home)).rejects.toThrow("belongs to a running node (process 1 of");
    await second.end();
    await first.end();
    const third = await takeInContainer(home);
    expect(third.answer).toBe("won as 1");
    await third.end();
    (await takeHome(home))();
  });
});

describe("a folder that cannot be used is refused in one sentence with the flag", () => {
  const link = (name: string, target: string): string => {
    symlinkSync(target, join(base, name));
    return join(base, name);
  };

  test.each<[string, () => string, string]>([
    ["a file", () => link("file", import.meta.filename), "is a file, or a link to nothing"],
    ["below a file", () => join(import.meta.filename, "x"), "is a file, or a link to nothing"],
    ["a link to nothing", () => link("dangling", join(base, "nothing", "there")), "is a file, or a link to nothing"],
    ["a link to itself", () => link("circle", join(base, "circle")), "lead in a circle"],
    ["a name that is too long", () => join(base, "n".repeat(300)), "its name is too long"],
  ])("%s", async (_name, make, reason) => {
    const home = make();
    const refused = await takeHome(home).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(refused).toBeInstanceOf(EnvironmentFault);
    expect(String(refused)).toContain(`cannot use the folder ${home}: `);
    expect(String(refused)).toContain(reason);
    expect(String(refused)).toContain("choose another with --home DIR");
  });

  test.runIf(process.platform === "linux")("where the system makes no folders", async () => {
    await expect(takeHome("/proc/none/such")).rejects.toThrow(
      "cannot be made (ENOENT); choose another with --home DIR",
    );
  });
});
