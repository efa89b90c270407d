// SPDX-License-Identifier: Apache-2.0
/**
 * First module of the thread of an enclave: loads the entry. A caller is blocked while it waits for
 * the thread, so events of the thread do not reach it: the end and its reason are in the lane.
 */
import { workerData } from "node:worker_threads";
import { leaveLane } from "./lane.ts";
import type { LaneData } from "./worker.ts";

const { lane, entry } = workerData as LaneData;
let reason = "";
process.on("exit", () => leaveLane(lane, reason));
import(entry).catch((thrown: unknown) => {
  reason = String(thrown).split("\n")[0] ?? "";
  throw thrown;
});
