// SPDX-License-Identifier: Apache-2.0
import type { SecretClient } from "@sotto/contract-client";
import type { LoggedTx } from "./head.ts";

export interface WitnessOptions {
  /**
   * All transactions that called the contract, oldest first, from the witness's own node. By
   * `txsQuery` of secret.js by default.
   */
  readonly transactions?: () => Promise<Iterable<LoggedTx>>;
  /** Milliseconds between two looks for the freeze; 5,000 by default. */
  readonly everyMs?: number;
  /** Waits; `setTimeout` by default. */
  readonly wait?: (ms: number) => Promise<void>;
  /** Ends the loop with its reason. */
  readonly signal?: AbortSignal;
}

/** What a witness found. */
export interface Witnessed {
  /** Entries of the log. */
  readonly n: bigint;
  /** 64 hex digits. */
  readonly head: string;
  /**
   * Whether this call sent a confirmation; false when this witness or the tally was there before.
   */
  readonly sent: boolean;
}

/**
 * The node has frozen another log than the leaves of the chain give: it is not honest, or its
 * search does not have all transactions. Nothing was sent.
 */
export class LogDiffers extends Error {
  override readonly name = "LogDiffers";
}

const PAGE = 100;
const OLDEST_FIRST = "ORDER_BY_ASC";

/** The search of secret.js's client, which its users rarely need. */
type Search = (
  query: string,
  ibc: undefined,
  page: { readonly offset: string; readonly limit: string },
  order: string,
) => Promise<readonly (LoggedTx & { readonly transactionHash: string })[]>;

/** All transactions that called a contract, oldest first. Throws TypeError for another client. */
export async function transactionsOf(client: SecretClient, contract: string): Promise<LoggedTx[]> {
  const search: unknown = Reflect.get(client.query, "txsQuery");
  if (typeof search !== "function")
    throw new TypeError("this client of secret.js has no query.txsQuery: give the option transactions");
  // The cast: the form of secret.js 1.22.
  const find = search.bind(client.query) as Search;
  const found: LoggedTx[] = [];
  for (;;) {
    const page = { offset: String(found.length), limit: String(PAGE) };
    const txs = await find(`wasm.contract_address='${contract}'`, undefined, page, OLDEST_FIRST);
    found.push(...txs);
    if (txs.length < PAGE) return found;
  }
}
