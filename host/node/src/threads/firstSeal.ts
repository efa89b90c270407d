import { existsSync, readFileSync } from "node:fs";
import { saveDurably } from "../files.ts";

/**
 * What the enclave sealed at its first start, kept until the first block's commit holds it. Without it a kill between the
 * log of block 1 and its commit would make new keys at the next start, and the chain's genesis would be another.
 */
export function loadFirstSeal(path: string | undefined): Uint8Array | undefined {
  return path === undefined || !existsSync(path) ? undefined : new Uint8Array(readFileSync(path));
}

export function saveFirstSeal(path: string | undefined, sealed: Uint8Array): void {
  if (path !== undefined) saveDurably(path, sealed);
}
