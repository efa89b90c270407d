// SPDX-License-Identifier: Apache-2.0
/**
 * The scripts of package.json, started and stopped by other programs: a CI system, a terminal, a
 * supervisor.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { freePorts, holderOf, newHome, removeAll, STOP_MS, until } from "./node.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const NOT_WINDOWS = process.platform !== "win32";

interface StartedNode {
  /** The spawned process, the leader of a separate group. */
  readonly child: ChildProcess;
  /** Of the node, which is not the child. */
  readonly pid: number;
  readonly home: string;
  readonly rest: string;
  text(): string;
}

const started: { readonly child: ChildProcess; pid?: number }[] = [];
afterEach(async () => {
  for (const { child, pid } of started.splice(0)) {
    if (isAlive(child.pid)) process.kill(-(child.pid ?? 0), "SIGKILL");
    if (isAlive(pid)) process.kill(pid ?? 0, "SIGKILL");
  }
  await removeAll();
});

function isAlive(pid: number | undefined): boolean {
  if (pid === undefined) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/**
 * A shell's command line with `npm start ...` for the node; resolves when the node answers.
 */
async function shell(line: (npmStart: string) => string): Promise<StartedNode> {
  const home = newHome();
  const { rest, rpc, grpc, grpcWeb, faucet } = await freePorts();
  const ports = `--rest-port=${rest} --rpc-port=${rpc} --grpc-port=${grpc} --grpc-web-port=${grpcWeb} --faucet-port=${faucet}`;
  const npmStart = `npm start -- --home=${home} --instant ${ports}`;
  const child = spawn("sh", ["-c", line(npmStart)], { cwd: ROOT, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const entry: (typeof started)[number] = { child };
  started.push(entry);
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk) => {
      text += chunk;
    });
  }
  const url = `http://127.0.0.1:${rest}/status`;
  await until(async () => ((await answers(url)) ? true : undefined), 50_000);
  const pid = holderOf(home);
  expect(pid).not.toBe(child.pid);
  entry.pid = pid ?? -1;
  return { child, pid: pid ?? -1, home, rest: url, text: () => text };
}

const answers = (url: string): Promise<boolean> =>
  fetch(url).then(
    () => true,
    () => false,
  );

const untilGone = (pid: number) => until(async () => (isAlive(pid) ? undefined : true), STOP_MS);

/** The node has ended by itself, and given its folder back. */
function expectEnded({ pid, home }: StartedNode): void {
  expect(isAlive(pid)).toBe(false);
  expect(holderOf(home)).toBeUndefined();
}

describe.runIf(NOT_WINDOWS)("npm start", () => {
  test("that is told to end by SIGTERM, as CI systems do, ends the node first, and so does a second SIGTERM", async () => {
    for (const times of [1, 2]) {
      const node = await shell((npmStart) => `exec ${npmStart}`);
      const ended = once(node.child, "close");
      for (let i = 0; i < times; i++) node.child.kill("SIGTERM");
      await ended;
      expectEnded(node);
    }
  });

  test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "whose group gets %s, as from a terminal, ends in order",
    async (signal) => {
      const node = await shell((npmStart) => `exec ${npmStart}`);
      process.kill(-(node.child.pid ?? 0), signal);
      await untilGone(node.pid);
      expectEnded(node);
    },
  );

  test("that is killed takes the node with it, which stops in order", async () => {
    const node = await shell((npmStart) => `exec ${npmStart}`);
    node.child.kill("SIGKILL");
    await untilGone(node.pid);
    expectEnded(node);
    expect(node.text()).toContain("npm, which started this, is gone: start ends");
  });

  test("that goes on in the background when its shell ends, as between the steps of CI, keeps the node", async () => {
    const node = await shell((npmStart) => `${npmStart} & echo npm is $!`);
    if (node.child.exitCode === null) await once(node.child, "exit");
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(await answers(node.rest)).toBe(true);
    process.kill(Number(/npm is ([0-9]+)/.exec(node.text())?.[1]), "SIGTERM");
    await untilGone(node.pid);
    expectEnded(node);
  });

  async function expectItGoesOn(node: StartedNode): Promise<void> {
    for (let i = 0; i < 20; i++) expect(await answers(node.rest)).toBe(true);
    expect(isAlive(node.pid)).toBe(true);
    process.kill(node.pid, "SIGTERM");
    await untilGone(node.pid);
    expectEnded(node);
  }

  test("goes on when who reads its output closes it", async () => {
    await expectItGoesOn(await shell((npmStart) => `${npmStart} --log-level=trace 2>&1 | head -n 1`));
  });

  test.runIf(process.platform === "linux")("goes on when its output goes to a disk that is full", async () => {
    await expectItGoesOn(await shell((npmStart) => `exec ${npmStart} --log-level=trace >/dev/full 2>&1`));
  });
});

describe.runIf(NOT_WINDOWS)("while it installs or builds", () => {
  const parent = pathToFileURL(join(ROOT, "tools/parent.mjs")).href;
  /**
   * A process that runs a program as `npm start` runs npm and the compiler; the program prints its
   * number.
   */
  const outer = `
    import { spawn } from "node:child_process";
    import { endAfter } from ${JSON.stringify(parent)};
    const stubborn = process.argv[1] === "stubborn" ? 'process.on("SIGTERM", () => {});' : "";
    const inner = 'setInterval(() => {}, 1000);' + stubborn + 'console.log(process.pid);';
    endAfter(spawn(process.execPath, ["-e", inner], { stdio: ["ignore", "inherit", "inherit"] }));`;

  test.each([
    ["SIGTERM", "obedient", 1],
    ["SIGINT", "obedient", 1],
    ["SIGTERM", "stubborn", 2],
  ] as const)("%s to it ends a program that is %s first", async (signal, kind, times) => {
    const child = spawn(process.execPath, ["--input-type=module", "-e", outer, kind], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [chunk] = await once(child.stdout, "data");
    const inner = Number(String(chunk));
    expect(isAlive(inner)).toBe(true);
    const ended = once(child, "close");
    for (let i = 0; i < times; i++) {
      child.kill(signal);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(await ended).toEqual([null, signal]);
    expect(isAlive(inner)).toBe(false);
  });
});
