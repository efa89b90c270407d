import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";

/**
 * What the enclave sealed at its first start, kept until the first block's commit holds it. Without it a kill between the
 * log of block 1 and its commit would make new keys at the next start, and the chain's genesis would be another.
 */
export function loadFirstSeal(path: string | undefined): Uint8Array | undefined {
  return path === undefined || !existsSync(path) ? undefined : new Uint8Array(readFileSync(path));
}

/** Durable on return: written aside, synced, then renamed. */
export function saveFirstSeal(path: string | undefined, sealed: Uint8Array): void {
  if (path === undefined) return;
  const aside = `${path}.new`;
  const file = openSync(aside, "w", 0o600);
  writeSync(file, sealed);
  fsyncSync(file);
  closeSync(file);
  renameSync(aside, path);
  const folder = openSync(dirname(path), "r");
  fsyncSync(folder);
  closeSync(folder);
}
