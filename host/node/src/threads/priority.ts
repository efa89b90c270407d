import { readlinkSync } from "node:fs";
import { setPriority } from "node:os";

/**
 * Steps of niceness (setpriority(2)): each leaves about a quarter more of a busy processor to who has none. Blocks and the doors have none.
 * A block is waited for by all, a search and a contract's query by who asked.
 */
export const Niceness = { search: 5, query: 10 } as const;

/**
 * Gives this thread less of a busy processor. Linux alone has priorities of threads; elsewhere nothing changes.
 * Hazard: it cannot be undone without privileges.
 */
export function lowerPriority(niceness: number): void {
  if (process.platform !== "linux") return;
  const [, thread] = /\/task\/(\d+)$/.exec(readlinkSync("/proc/thread-self")) ?? [];
  if (thread !== undefined) setPriority(Number(thread), niceness);
}
