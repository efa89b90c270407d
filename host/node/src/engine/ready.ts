// SPDX-License-Identifier: Apache-2.0
import type { QueryRequest, QueryResult } from "@sotto/kernel";
import type { CheckHandlers } from "../threads/check.ts";
import type { Calls } from "../threads/port.ts";

/** Threads that read the state: they start after the first block, which makes its files. */
export interface ReadingThreads {
  readonly check: Calls<CheckHandlers>;
  abciQuery(request: QueryRequest): Promise<QueryResult>;
}

/** The reading threads, once they run. */
export interface ReadyThreads {
  now: ReadingThreads | undefined;
}
