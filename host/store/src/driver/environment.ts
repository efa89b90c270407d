import { EnvironmentFault, InvariantBroken } from "@sotto/errors";
import { diskFault } from "./disk.ts";

/**
 * Failures of the disk or the map carry the system's or LMDB's text, and what it says of the disk
 * that holds `path`; they are never a result of the chain.
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
