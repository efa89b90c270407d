// SPDX-License-Identifier: Apache-2.0
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { EnvironmentFault } from "@sotto/errors";
import { takeLock } from "@sotto/node/lock";
import { nodePaths, writeWhole } from "./files.ts";
import { isRunning, markOf, type ProcessMark } from "./processes.ts";

// The lock decides which `start` runs a node; run.json only says which process has it, for other
// commands, and who still ends the processes of a killed one.

/** The `start` that runs a node, and its keeper, which may outlive it for some seconds. */
export interface Claim {
  readonly start: ProcessMark;
  readonly keeper: ProcessMark;
}

const LOOK_MS = 200;
/** Longer than a keeper takes. */
const KEEPER_MS = 20_000;

const isMark = (value: unknown): value is ProcessMark =>
  typeof value === "object" && value !== null && "pid" in value && "began" in value && typeof value.began === "string";

/** The claim in a file; undefined: there is none, or it was written half. */
export function readClaim(file: string): Claim | undefined {
  try {
    const { start, keeper } = JSON.parse(readFileSync(file, "utf8")) as Partial<Claim>;
    return isMark(start) && isMark(keeper) ? { start, keeper } : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a `start` runs the node of this file. */
export const isClaimed = (file: string): boolean => {
  const claim = readClaim(file);
  return claim !== undefined && isRunning(claim.start);
};

/** The lock for commands that change which nodes a network has. */
export const NETWORK_LOCK = "network.lock";

/**
 * Takes the right to change the nodes of a network; the returned function gives it back. Throws
 * EnvironmentFault when another command has it.
 */
export const lockNetwork = (home: string): Promise<() => void> =>
  takeLock(
    home,
    join(home, NETWORK_LOCK),
    ({ pid }) => `another command changes the network in ${home} (process ${pid}); wait for its end, then try again`,
  );

/** The same for the right to run a node. */
export function lockNode(home: string, number: number): Promise<() => void> {
  const { root, lock } = nodePaths(home, number);
  if (!existsSync(root)) {
    throw new EnvironmentFault(`${root} does not exist; restore it from a backup, or make a new network`);
  }
  return takeLock(
    home,
    lock,
    ({ pid }) =>
      `node ${number} already runs, started by process ${pid}; stop it with: sotto network stop --home ${home} --validator ${number}`,
  );
}

/** Waits for the keeper of a `start` that was killed. */
async function untilKept(file: string, number: number): Promise<void> {
  for (let spent = 0; ; spent += LOOK_MS) {
    const keeper = readClaim(file)?.keeper;
    if (keeper === undefined || !isRunning(keeper)) return;
    if (spent > KEEPER_MS) {
      throw new EnvironmentFault(
        `process ${keeper.pid} does not end the processes of node ${number}; end it, then start again`,
      );
    }
    await sleep(LOOK_MS);
  }
}

/** A node that this process runs. */
export interface Claimed {
  /** Names another keeper than before. */
  keptBy(keeper: ProcessMark): void;
  release(): void;
}

/**
 * Takes a node for this process. Waits for the keeper of a
 * `start` that was killed. Throws EnvironmentFault when another one runs it.
 */
export async function takeClaim(home: string, number: number, keeper: ProcessMark): Promise<Claimed> {
  const { run } = nodePaths(home, number);
  const unlock = await lockNode(home, number);
  const start = markOf(process.pid);
  const keptBy = (mark: ProcessMark): void => {
    const claim: Claim = { start, keeper: mark };
    writeWhole(run, JSON.stringify(claim), 0o600);
  };
  try {
    await untilKept(run, number);
    keptBy(keeper);
  } catch (thrown) {
    unlock();
    throw thrown;
  }
  return {
    keptBy,
    release: () => {
      rmSync(run, { force: true });
      unlock();
    },
  };
}
