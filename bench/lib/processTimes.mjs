// SPDX-License-Identifier: Apache-2.0
// Processor time of processes and of their threads, where the system reports it (Linux).
import { readdirSync, readFileSync } from "node:fs";

/**
 * Linux counts processor time in hundredths of a second, with any internal clock (USER_HZ).
 */
const TICK_MS = 10;

/** @param {string} path a file `stat` of a process or a thread */
function timeOf(path) {
  const fields = readFileSync(path, "utf8").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/**
 * Milliseconds of processor time by thread id, empty where the system does not report it.
 * @param {number} pid
 */
export function threadTimes(pid) {
  try {
    return new Map(readdirSync(`/proc/${pid}/task`).map((id) => [Number(id), timeOf(`/proc/${pid}/task/${id}/stat`)]));
  } catch {
    return new Map();
  }
}

/** The processes that a process started. @param {number} pid @returns {number[]} */
function childrenOf(pid) {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((id) =>
      readFileSync(`/proc/${pid}/task/${id}/children`, "utf8").split(" ").filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}

/**
 * The processes that a process started, with their milliseconds of processor time; empty where the
 * system does not report it.
 * @param {number} pid
 */
export function processTimes(pid) {
  return childrenOf(pid).flatMap((child) => {
    try {
      const command = readFileSync(`/proc/${child}/cmdline`, "utf8").replaceAll("\0", " ");
      return [{ command, ms: timeOf(`/proc/${child}/stat`), threads: threadTimes(child) }];
    } catch {
      return [];
    }
  });
}
