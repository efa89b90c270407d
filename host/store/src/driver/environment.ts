// SPDX-License-Identifier: Apache-2.0
import { EnvironmentFault, InvariantBroken } from "@sotto/errors";
import { diskFault } from "./disk.ts";

/**
 * Runs an operation on the disk. Its failures become EnvironmentFault with the text of the
 * operating system or of LMDB and, if the disk of `path` is the cause, a text about the disk. They
 * are never a result of the chain.
 */
export function environment<T>(what: string, path: string, run: () => T): T {
  try {
    return run();
  } catch (cause) {
    if (cause instanceof EnvironmentFault || cause instanceof InvariantBroken) throw cause;
    const text = cause instanceof Error ? cause.message : String(cause);
    throw new EnvironmentFault(`cannot ${what}: ${diskFault(path, cause) ?? text}`, { cause });
  }
}
