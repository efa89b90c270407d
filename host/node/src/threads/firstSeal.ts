// SPDX-License-Identifier: Apache-2.0
import { existsSync, readFileSync } from "node:fs";
import { saveDurably } from "../files.ts";

/**
 * The sealed state of the enclave's first start, stored until the first block's commit has it.
 * Without it, after a kill between the log of block 1 and its commit, the next start would make new
 * keys, and the chain's genesis would differ.
 */
export function loadFirstSeal(path: string | undefined): Uint8Array | undefined {
  return path === undefined || !existsSync(path) ? undefined : new Uint8Array(readFileSync(path));
}

export function saveFirstSeal(path: string | undefined, sealed: Uint8Array): void {
  if (path !== undefined) saveDurably(path, sealed);
}
