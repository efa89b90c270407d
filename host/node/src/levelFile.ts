// SPDX-License-Identifier: Apache-2.0
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { EnvironmentFault } from "@sotto/errors";
import { paths } from "./config.ts";
import { type LogLevels, parseLogLevels } from "./logLevels.ts";

// New levels reach a running node as a file in its folder: only its owner can write there. The node
// removes the file when it has read it.

const LOOK_MS = 1_000;
/** In which a node that is not busy for seconds has looked. */
const TAKEN_MS = 10_000;
const PAUSE_MS = 50;

/** Calls `onLevels` for each file that comes. `onFault`: a file that cannot be read. */
export function followLevels(
  home: string,
  onLevels: (levels: LogLevels) => void,
  onFault: (thrown: unknown) => void,
): void {
  const { logLevels } = paths(home);
  rmSync(logLevels, { force: true });
  setInterval(() => {
    // Cost: a system call each second.
    if (!existsSync(logLevels)) return;
    try {
      const text = readFileSync(logLevels, "utf8");
      rmSync(logLevels);
      onLevels(parseLogLevels(text.trim()));
    } catch (thrown) {
      onFault(thrown);
    }
  }, LOOK_MS).unref();
}

/** Gives levels to the node that runs on a folder. Throws EnvironmentFault when none takes them. */
export async function sendLevels(home: string, text: string): Promise<void> {
  parseLogLevels(text);
  const { logLevels } = paths(home);
  const draft = `${logLevels}.new`;
  try {
    writeFileSync(draft, `${text}\n`, { mode: 0o600 });
    renameSync(draft, logLevels);
  } catch (thrown) {
    throw new EnvironmentFault(`cannot write ${logLevels}: ${thrown instanceof Error ? thrown.message : thrown}`);
  }
  for (let waited = 0; waited < TAKEN_MS; waited += PAUSE_MS) {
    if (!existsSync(logLevels)) return;
    await sleep(PAUSE_MS);
  }
  rmSync(logLevels, { force: true });
  throw new EnvironmentFault(`no node has read the levels: is one running on ${home}?`);
}
