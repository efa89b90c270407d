// SPDX-License-Identifier: Apache-2.0
import type { Execution } from "./execution.ts";

/** A wrong use of the package: an option, a name, a snapshot or a time that cannot be. */
export class DevChainError extends Error {
  override readonly name: string = "DevChainError";
}

/** A transaction that failed, before or in its block. */
export class ExecutionFailed extends Error {
  override readonly name = "ExecutionFailed";
  readonly execution: Execution;

  constructor(message: string, execution: Execution) {
    super(message);
    this.execution = execution;
  }
}

/** A query that the contract or the chain answered with an error. */
export class QueryFailed extends Error {
  override readonly name = "QueryFailed";
  /** The contract's decrypted error, or the chain's. */
  readonly error: string;
  /** Debug texts of the contracts that ran. */
  readonly debug: readonly string[];

  constructor(message: string, error: string, debug: readonly string[]) {
    super(message);
    this.error = error;
    this.debug = debug;
  }
}
