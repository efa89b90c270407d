// SPDX-License-Identifier: Apache-2.0
import { writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { EnvironmentFault } from "@sotto/errors";
import { readClaim } from "./claim.ts";
import { loadNetwork, type NetworkNode, nodePaths, nodesOf } from "./files.ts";
import { isRunning } from "./processes.ts";

const LOOK_MS = 100;
/** A pair has 25 s to end, on a busy machine the looks of its `start` come late. */
const BOUND_MS = 60_000;

/**
 * Asks the processes that run these nodes (undefined: all) to stop them, and waits until they have.
 * Returns the numbers of the nodes that ran. Throws EnvironmentFault when one does not end.
 */
export async function stopNetwork(home: string, numbers: readonly number[] | undefined): Promise<readonly number[]> {
  const asked: NetworkNode[] = [];
  for (const node of nodesOf(loadNetwork(home), numbers)) {
    const { run, stop } = nodePaths(home, node.number);
    const claim = readClaim(run);
    if (claim !== undefined && isRunning(claim.start)) {
      writeFileSync(stop, "");
      asked.push(node);
    }
  }
  for (const { number } of asked) await untilStopped(home, number);
  return asked.map(({ number }) => number);
}

async function untilStopped(home: string, number: number): Promise<void> {
  const { run } = nodePaths(home, number);
  for (let spent = 0; spent < BOUND_MS; spent += LOOK_MS) {
    const claim = readClaim(run);
    if (claim === undefined || !isRunning(claim.start)) return;
    await sleep(LOOK_MS);
  }
  throw new EnvironmentFault(
    `process ${readClaim(run)?.start.pid}, which runs node ${number}, does not end; look at its output, then end it with: kill ${readClaim(run)?.start.pid}`,
  );
}
