// SPDX-License-Identifier: Apache-2.0
/** The public chain of leaves of a contract, read from the transactions of a node. */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, concatBytes, hexToBytes } from "@noble/hashes/utils.js";

/** The search of transactions, as secret.js has it. */
export interface TxSearch {
  readonly query: {
    txsQuery(
      query: string,
      ibcOptions?: undefined,
      // The type of secret.js is that of a protobuf message.
      pagination?: never,
      // An enumeration of secret.js.
      order?: never,
    ): Promise<readonly LoggedTx[]>;
  };
}

/** A transaction as secret.js shows it. */
export interface LoggedTx {
  readonly height: number;
  readonly code: number;
  /** Of its block. */
  readonly timestamp: string;
  readonly arrayLog?: readonly { readonly type: string; readonly key: string; readonly value: string }[];
}

export interface LoggedLeaf {
  /** 64 hex digits. */
  readonly leaf: string;
  readonly height: number;
  /** Of the block, seconds since 1970. */
  readonly time: number;
  /** Attributes in clear that stand before the leaf in its event. */
  readonly event: Readonly<Record<string, string>>;
}

/** The leaves of one contract in transactions that are in the order of the chain. */
export function leavesIn(txs: readonly LoggedTx[], contract: string): LoggedLeaf[] {
  const leaves: LoggedLeaf[] = [];
  for (const { height, timestamp, arrayLog = [] } of txs) {
    // Each event of a contract begins with its address.
    let source = "";
    let event: Record<string, string> = {};
    for (const { type, key, value } of arrayLog) {
      if (type !== "wasm") continue;
      if (key === "contract_address") {
        source = value;
        event = {};
      } else if (key === "leaf" && source === contract) {
        leaves.push({ leaf: value, height, time: Math.floor(Date.parse(timestamp) / 1_000), event });
        event = {};
      } else event[key] = value;
    }
  }
  return leaves;
}

const PAGE = 100;
/** ORDER_BY_ASC of cosmos.tx.v1beta1. */
const ASCENDING = 1;

/** All leaves of a contract so far, in order, from the node of the client. */
export async function searchLeaves(client: TxSearch, contract: string): Promise<LoggedLeaf[]> {
  const txs: LoggedTx[] = [];
  for (let page = 1, more = true; more; page++) {
    // Fields of the request that secret.js passes on as they are.
    const pagination = { limit: String(PAGE), offset: String((page - 1) * PAGE) } as never;
    const query = `wasm.contract_address='${contract}'`;
    const found = await client.query.txsQuery(query, undefined, pagination, ASCENDING as never);
    txs.push(...found);
    more = found.length === PAGE;
  }
  return leavesIn(
    txs.filter(({ code }) => code === 0),
    contract,
  );
}

/**
 * The head after these leaves, in order, from `start` on: SHA-256(head ‖ leaf) for each; 64 hex
 * digits.
 */
export function headAfter(leaves: readonly string[], start = "0".repeat(64)): string {
  const add = (head: Uint8Array, leaf: string): Uint8Array => sha256(concatBytes(head, hexToBytes(leaf)));
  return bytesToHex(leaves.reduce(add, hexToBytes(start)));
}
