// SPDX-License-Identifier: Apache-2.0
import { statfsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const MIB = 1024 * 1024;
/** CometBFT writes a block before it executes it, and needs more. */
const LEAST = MIB;
/** A node with less does not start (`LEAST_FREE` of host/store), and ends when it writes. */
const ENOUGH = 16 * MIB;
const LOOK_MS = 1_000;

/** Bytes that the disk of a folder has left; undefined: the system does not say it. */
function freeBytes(folder: string): number | undefined {
  try {
    const { bavail, bsize, blocks } = statfsSync(folder);
    return blocks === 0 ? undefined : bavail * bsize;
  } catch {
    return undefined;
  }
}

/**
 * Waits until the disk of a folder has no room for a block, and settles with the reason; undefined:
 * it was over before. A CometBFT that cannot write its log before a block goes on as a process,
 * makes no more blocks (consensus/state.go, receiveRoutine), and cannot write why: its log is on
 * the same disk.
 */
export async function untilFull(folder: string, isOver: () => boolean): Promise<string | undefined> {
  while (!isOver()) {
    const free = freeBytes(folder);
    if (free !== undefined && free < LEAST) return `the disk of ${folder} is full: ${free} bytes are free; make room`;
    // The end of the programs must not wait for it.
    await sleep(LOOK_MS, undefined, { ref: false });
  }
  return undefined;
}

/** Waits until a node can start there, or it is over. Returns whether it waited. */
export async function untilRoom(folder: string, tell: (line: string) => void, isOver: () => boolean): Promise<boolean> {
  const isShort = (): boolean => (freeBytes(folder) ?? ENOUGH) < ENOUGH;
  if (!isShort()) return false;
  tell(`the start waits until the disk of ${folder} has ${ENOUGH / MIB} MiB free`);
  while (isShort() && !isOver()) await sleep(LOOK_MS);
  return true;
}
