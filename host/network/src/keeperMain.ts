// SPDX-License-Identifier: Apache-2.0
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { isRunning, type ProcessMark, signalTo } from "./processes.ts";

/** From SIGTERM to SIGKILL. */
const BOUND_MS = 10_000;
const LOOK_MS = 100;

const kept = new Map<number, ProcessMark>();

for await (const line of createInterface({ input: process.stdin })) {
  const [, sign, json] = /^([+-])(\{.*\})$/.exec(line) ?? [];
  // A kill in the middle of a write leaves half a line.
  if (json === undefined) continue;
  const mark = JSON.parse(json) as ProcessMark;
  if (sign === "+") kept.set(mark.pid, mark);
  else kept.delete(mark.pid);
}

// The other end is closed: these are left behind, or there are none.
const left = [...kept.values()];
for (const mark of left) signalTo(mark, "SIGTERM");
for (let spent = 0; spent < BOUND_MS && left.some(isRunning); spent += LOOK_MS) await sleep(LOOK_MS);
for (const mark of left) signalTo(mark, "SIGKILL");
