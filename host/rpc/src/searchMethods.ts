// SPDX-License-Identifier: Apache-2.0
import { type Search, upperHex } from "@sotto/backend";
import { parseQuery } from "@sotto/comet";
import { ChainError } from "@sotto/errors";
import { perPageOf } from "./height.ts";
import type { Arguments, Method } from "./method.ts";
import { RpcError } from "./rpcError.ts";

/** Runs a search; the text of its failure is the reference's. */
async function found<T>(search: () => Promise<T>): Promise<T> {
  try {
    return await search();
  } catch (thrown) {
    if (thrown instanceof ChainError) throw new RpcError(thrown.detail ?? thrown.summary);
    throw thrown;
  }
}

/** The page and its size; `absent` is the default order. */
function searchOf(given: Arguments, absent: "asc" | "desc"): Search {
  const query = given.string("query");
  // A fault of the query is reported before a fault of the order.
  if (given.string("order_by") !== "") parseQuery(query);
  return {
    query,
    page: Number(given.int("page") ?? 1),
    perPage: perPageOf(given.int("per_page")),
    order: orderOf(given.string("order_by"), absent),
    prove: given.bool("prove"),
  };
}

function orderOf(text: string, absent: "asc" | "desc"): "asc" | "desc" {
  if (text === "") return absent;
  if (text === "asc" || text === "desc") return text;
  throw new RpcError("expected order_by to be either `asc` or `desc` or empty");
}

const tx: Method = {
  parameters: [
    ["hash", "base64"],
    ["prove", "bool"],
  ],
  async call({ backend }, given) {
    const hash = given.bytes("hash");
    const found = await backend.txJson(hash, given.bool("prove"));
    if (found === undefined && hash.length === 0) throw new RpcError("transaction hash cannot be empty");
    if (found === undefined) throw new RpcError(`tx (${upperHex(hash)}) not found`);
    return found;
  },
};

const txSearch: Method = {
  parameters: [
    ["query", "string"],
    ["prove", "bool"],
    ["page", "int"],
    ["per_page", "int"],
    ["order_by", "string"],
  ],
  call: ({ backend }, given) => found(async () => backend.searchTxsJson(searchOf(given, "asc"))),
};

const blockSearch: Method = {
  parameters: [
    ["query", "string"],
    ["page", "int"],
    ["per_page", "int"],
    ["order_by", "string"],
  ],
  // Compat: unlike tx_search the newest come first (rpc/core/blocks.go BlockSearch).
  call: ({ backend }, given) => found(async () => backend.searchBlocksJson(searchOf(given, "desc"))),
};

/** The answer of the index. */
export const searchMethods = { tx, tx_search: txSearch, block_search: blockSearch } as const satisfies Readonly<
  Record<string, Method>
>;
