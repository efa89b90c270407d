import { EnvironmentFault, InvariantBroken } from "@sotto/errors";

/** Failures of the disk or the map carry the system's or LMDB's text; they are never a result of the chain. */
export function environment<T>(what: string, run: () => T): T {
  try {
    return run();
  } catch (cause) {
    if (cause instanceof EnvironmentFault || cause instanceof InvariantBroken) throw cause;
    throw new EnvironmentFault(`cannot ${what}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
