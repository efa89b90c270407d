// SPDX-License-Identifier: Apache-2.0
import { Worker, workerData } from "node:worker_threads";
import type { Channel, Peer } from "@sotto/protocol";
import { createLaneMemory, hostSide, type LaneOptions, serveLane } from "./lane.ts";

/** A channel to an enclave in a thread of its own. */
export interface WorkerChannel extends Channel {
  /** Ends the thread. Idempotent. */
  close(): Promise<number>;
}

/** Given to the thread of an enclave. */
export interface LaneData {
  /** URL of the module that calls `servePeer`. */
  readonly entry: string;
  readonly lane: SharedArrayBuffer;
  readonly options: LaneOptions;
  readonly cutOff: Int32Array | undefined;
}

/** The built module that loads an entry, for the sources also. */
const FIRST = new URL("../dist/workerEntry.js", import.meta.url);

/**
 * MiB of native stack of a thread that runs contracts: the engine inside refuses a smaller one.
 * Cost: address space; memory only for pages that were once in use.
 */
export const CONTRACT_STACK_MB = 512;

/**
 * Starts the enclave's entry module in a worker. The module must call `servePeer` at load. `cutOff`
 * (shared): its first element becomes 1 before the thread is cut off from outside.
 */
export function workerChannel(entry: URL, options: LaneOptions = {}, cutOff?: Int32Array): WorkerChannel {
  const memory = createLaneMemory();
  const data: LaneData = { entry: entry.href, lane: memory, options, cutOff };
  const resourceLimits = {
    stackSizeMb: CONTRACT_STACK_MB,
    ...(options.oldMb === undefined ? {} : { maxOldGenerationSizeMb: options.oldMb }),
  };
  const worker = new Worker(FIRST, { workerData: data, name: "enclave", resourceLimits });
  // A failure appears as EnvironmentFault in the caller, which is blocked in `call` when it
  // happens.
  worker.on("error", () => {});
  worker.unref();
  const side = hostSide(memory, options);
  return {
    call: side.call,
    close() {
      // A later call fails at once instead of waiting for a thread that has ended.
      side.leave();
      return worker.terminate();
    },
  };
}

/** In the worker: the `cutOff` of its starter. */
export const workerCutOff = (): Int32Array | undefined => (workerData as LaneData).cutOff;

/** In the worker: serves the peer on the lane that the host created, until the process ends. */
export function servePeer(peer: Peer): void {
  const { lane, options } = workerData as LaneData;
  serveLane(lane, peer, options);
}
