// SPDX-License-Identifier: Apache-2.0
import type { QueryRequest, QueryResult, TxResult } from "@sotto/kernel";
import { batched } from "../batches.ts";
import type { AskedCheck, CheckHandlers } from "../threads/check.ts";
import type { Calls } from "../threads/port.ts";

/** Threads that read the state: they start after the first block, which makes its files. */
export interface ReadingThreads {
  /** The verdict on a new transaction, and on one that waited while a block was committed. */
  checkTx(tx: Uint8Array): Promise<TxResult>;
  recheck(tx: Uint8Array): Promise<TxResult>;
  takeVerdicts(): Promise<readonly string[]>;
  abciQuery(request: QueryRequest): Promise<QueryResult>;
}

/** The reading threads, once they run. */
export interface ReadyThreads {
  now: ReadingThreads | undefined;
}

export function readingThreads(
  check: Calls<CheckHandlers>,
  abciQuery: (request: QueryRequest) => Promise<QueryResult>,
): ReadingThreads {
  // In one queue: a transaction is checked after those of its signer that are checked again.
  const verdictOf = batched((asked: readonly AskedCheck[]) =>
    // Hazard: a view that leaves this thread is cloned with its whole buffer.
    check.call(
      "checkTxs",
      asked.map(({ tx, isAgain }) => ({ tx: new Uint8Array(tx), isAgain })),
    ),
  );
  return {
    checkTx: (tx) => verdictOf({ tx, isAgain: false }),
    recheck: (tx) => verdictOf({ tx, isAgain: true }),
    takeVerdicts: () => check.call("takeVerdicts"),
    abciQuery,
  };
}
