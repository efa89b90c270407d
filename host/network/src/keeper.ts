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

/**
 * Starts a process that ends the others: CometBFT does not notice the end of the process that
 * started it. It is in a process group of its own, which a Ctrl-C of the terminal does not reach,
 * and is started again if it is killed.
 */
export function startKeeper(): Keeper {
  const kept = new Map<number, ProcessMark>();
  let isEnding = false;
  let child: ChildProcess;
  const send = (mark: ProcessMark, sign: "+" | "-"): void => {
    child.stdin?.write(`${sign}${JSON.stringify(mark)}\n`);
  };
  const start = (): void => {
    child = spawn(process.execPath, [ENTRY], { stdio: ["pipe", "ignore", "ignore"], detached: true });
    child.stdin?.on("error", () => {});
    child.on("error", () => {});
    child.on("exit", () => {
      if (!isEnding) start();
    });
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
      child.stdin?.end();
      child.unref();
    },
  };
}
