// SPDX-License-Identifier: Apache-2.0
/** A gas meter ran out. Never caught except where a limit was set; always rethrown. */
export class OutOfGas extends Error {
  override readonly name = "OutOfGas";
  /** The charge, with the reference's name, e.g. `ReadFlat`. */
  readonly descriptor: string;

  constructor(descriptor: string) {
    super(`out of gas in location: ${descriptor}`);
    this.descriptor = descriptor;
  }
}

/** A broken invariant: the node must stop, because going on could fork the chain. */
export class InvariantBroken extends Error {
  override readonly name = "InvariantBroken";
}

/** The environment failed (disk, thread, worker): retried or fatal in host/node, never a result. */
export class EnvironmentFault extends Error {
  override readonly name = "EnvironmentFault";
}

/** Throws InvariantBroken when `condition` does not hold. For bugs of the node, never for input. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InvariantBroken(message);
}
