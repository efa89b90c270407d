// SPDX-License-Identifier: Apache-2.0
import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import { EnvironmentFault } from "@sotto/errors";

/** Permissions of others than the owner. */
const OTHERS = 0o077;
const SEED = /^[0-9a-fA-F]{64}$/;

/**
 * The seed in a file of 64 hex digits, which only its owner may read: users of the machine see the
 * flags of a program. Throws EnvironmentFault, without a word of the contents.
 */
export function readSeedFile(path: string): string {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (thrown) {
    const why = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "unknown";
    throw new EnvironmentFault(`--seed-file ${path} cannot be read: ${why}`);
  }
  try {
    if (process.platform !== "win32" && (fstatSync(file).mode & OTHERS) !== 0) {
      throw new EnvironmentFault(`--seed-file ${path} is open to other users; run: chmod 600 ${path}`);
    }
    const text = readFileSync(file, "utf8").trim();
    if (SEED.test(text)) return text;
    throw new EnvironmentFault(`--seed-file ${path} has no seed of 64 hex digits`);
  } finally {
    closeSync(file);
  }
}
