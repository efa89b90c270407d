// SPDX-License-Identifier: Apache-2.0
import { readlinkSync } from "node:fs";
import { getPriority, setPriority } from "node:os";

/**
 * Steps of niceness (setpriority(2)) below the threads of blocks and endpoints. On a busy processor
 * each step leaves a thread about a fifth less. All users wait for blocks; one client waits for a
 * search, or for a query that takes long.
 */
export const Niceness = { query: 2, search: 5, longQuery: 15 } as const;

const LOWEST = 19;

/**
 * Lowers the priority of the calling thread by steps of niceness. Only Linux has priorities of
 * threads: elsewhere, and where the system refuses, there is no effect. Hazard: it cannot be undone
 * without privileges.
 */
export function lowerPriority(steps: number): void {
  if (process.platform !== "linux") return;
  try {
    const thread = Number(readlinkSync("/proc/thread-self").split("/").at(-1));
    setPriority(thread, Math.min(LOWEST, getPriority(thread) + steps));
  } catch {
    // Without /proc, or in a sandbox: the node works, with equal threads.
  }
}
