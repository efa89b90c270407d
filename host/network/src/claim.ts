// SPDX-License-Identifier: Apache-2.0
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { EnvironmentFault } from "@sotto/errors";
import { isRunning, markOf, type ProcessMark } from "./processes.ts";

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

function write(file: string, keeper: ProcessMark): boolean {
  try {
    writeFileSync(file, JSON.stringify({ start: markOf(process.pid), keeper }), { flag: "wx", mode: 0o600 });
    return true;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw new EnvironmentFault(`cannot write ${file}: ${(thrown as Error).message}`);
  }
}

/**
 * Takes a node for this process; `releaseClaim` gives it back. Waits for the keeper of a `start`
 * that was killed. Throws EnvironmentFault when another one runs it.
 */
export async function takeClaim(file: string, number: number, keeper: ProcessMark): Promise<void> {
  for (let spent = 0; !write(file, keeper); spent += LOOK_MS) {
    const claim = readClaim(file);
    if (claim !== undefined && isRunning(claim.start)) {
      throw new EnvironmentFault(
        `node ${number} already runs, started by process ${claim.start.pid}; stop it with: sotto network stop --home DIR --validator ${number}`,
      );
    }
    if (claim !== undefined && isRunning(claim.keeper)) {
      if (spent > KEEPER_MS) {
        throw new EnvironmentFault(
          `process ${claim.keeper.pid} does not end the processes of node ${number}; end it, then start again`,
        );
      }
      await sleep(LOOK_MS);
    } else rmSync(file, { force: true });
  }
}

/** Gives a node back, if this process has it. */
export function releaseClaim(file: string): void {
  const { pid, began } = readClaim(file)?.start ?? {};
  if (pid === process.pid && began === markOf(process.pid).began) rmSync(file, { force: true });
}
