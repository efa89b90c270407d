// SPDX-License-Identifier: Apache-2.0
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { markOf, type ProcessMark } from "./processes.ts";

const ENTRY = fileURLToPath(new URL("./keeperMain.js", import.meta.url));

/** Stops the processes that it was told of when this process ends without a word. */
export interface Keeper {
  readonly mark: () => ProcessMark;
  add(mark: ProcessMark): void;
  remove(mark: ProcessMark): void;
  end(): void;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 30_000;
/** One that lived as long as this did not end by a fault of its own. */
const LASTING_MS = 60_000;

export interface KeeperOptions {
  /** Shows a line. */
  readonly tell: (line: string) => void;
  /** Called when another process has taken the place of one that ended. */
  readonly onReplaced: (mark: ProcessMark) => void;
  /** The program of the keeper. */
  readonly entry?: string;
}

/**
 * Starts a process that ends the others: CometBFT does not notice the end of the process that
 * started it. It is in a process group of its own, which a Ctrl-C of the terminal does not reach,
 * and is started again if it ends, after a pause that grows while it ends soon.
 */
export function startKeeper({ tell, onReplaced, entry = ENTRY }: KeeperOptions): Keeper {
  const kept = new Map<number, ProcessMark>();
  let isEnding = false;
  let child: ChildProcess;
  let pause = FIRST_PAUSE_MS;
  let timer: NodeJS.Timeout | undefined;
  const send = (mark: ProcessMark, sign: "+" | "-"): void => {
    child.stdin?.write(`${sign}${JSON.stringify(mark)}\n`);
  };
  const startAgain = (why: string, livedMs: number): void => {
    if (isEnding || timer !== undefined) return;
    if (livedMs >= LASTING_MS) pause = FIRST_PAUSE_MS;
    tell(
      `the process that ends the nodes when this one is killed ${why}; it is started again in ${pause / 1000} s, and a kill of this process until then leaves nodes running`,
    );
    timer = setTimeout(() => {
      timer = undefined;
      start();
      onReplaced(markOf(child.pid ?? 0));
    }, pause);
    pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
  };
  const start = (): void => {
    const began = performance.now();
    const lived = (): number => performance.now() - began;
    child = spawn(process.execPath, [entry], { stdio: ["pipe", "ignore", "ignore"], detached: true });
    child.stdin?.on("error", () => {});
    child.on("error", (error) => startAgain(`cannot be started (${error.message})`, lived()));
    child.on("exit", (code, signal) => startAgain(signal ? `was ended by ${signal}` : `ended with ${code}`, lived()));
    for (const mark of kept.values()) send(mark, "+");
  };
  start();
  return {
    mark: () => markOf(child.pid ?? 0),
    add: (mark) => {
      kept.set(mark.pid, mark);
      send(mark, "+");
    },
    remove: (mark) => {
      kept.delete(mark.pid);
      send(mark, "-");
    },
    end: () => {
      isEnding = true;
      clearTimeout(timer);
      child.stdin?.end();
      child.unref();
    },
  };
}
