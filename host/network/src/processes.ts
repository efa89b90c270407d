// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** A process that is told apart from a later one with the same id. */
export interface ProcessMark {
  readonly pid: number;
  /** When it began, in a form of the system. */
  readonly began: string;
}

/** Fields of /proc/PID/stat behind the name, which may have spaces and brackets (proc(5)). */
const STATE = 0;
const BEGAN = 19;

/** When a process began; undefined: there is none, or it has ended. */
export function beganOf(pid: number): string | undefined {
  if (process.platform !== "linux") {
    const { stdout } = spawnSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" });
    return stdout?.trim() || undefined;
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[STATE] === "Z" || fields[STATE] === "X" ? undefined : fields[BEGAN];
  } catch {
    return undefined;
  }
}

export const markOf = (pid: number): ProcessMark => ({ pid, began: beganOf(pid) ?? "" });

/** Whether this very process still runs. */
export const isRunning = ({ pid, began }: ProcessMark): boolean => began !== "" && beganOf(pid) === began;

/** Sends a signal if this very process still runs. */
export function signalTo(mark: ProcessMark, signal: NodeJS.Signals): void {
  if (!isRunning(mark)) return;
  try {
    process.kill(mark.pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}
