import { txProofs } from "@sotto/comet";
import { ChainError } from "@sotto/errors";
import type { ApiBackend, Search, StoredTx } from "../backend.ts";
import { upperHex } from "../stored.ts";
import { perPageOf } from "./height.ts";
import { int, list, storedBlockJson, storedTxJson } from "./json.ts";
import type { Arguments, Method } from "./method.ts";
import { RpcError } from "./rpcError.ts";

/** Runs a search; the text of its failure is the reference's. */
async function found<T>(search: Promise<T>): Promise<T> {
  try {
    return await search;
  } catch (thrown) {
    if (thrown instanceof ChainError) throw new RpcError(thrown.detail ?? thrown.summary);
    throw thrown;
  }
}

/** The page and its size; `absent` is the order when none is given. */
function searchOf(given: Arguments, absent: "asc" | "desc"): Search {
  return {
    query: given.string("query"),
    page: given.int("page") ?? 1,
    perPage: perPageOf(given.int("per_page")),
    order: orderOf(given.string("order_by"), absent),
  };
}

function orderOf(text: string, absent: "asc" | "desc"): "asc" | "desc" {
  if (text === "") return absent;
  if (text === "asc" || text === "desc") return text;
  throw new RpcError("expected order_by to be either `asc` or `desc` or empty");
}

/** JSON of a transaction, with the proof that its block has it when one is asked for. Cost: hashes the block's transactions. */
async function txJson(backend: ApiBackend, stored: StoredTx, prove: boolean): Promise<string> {
  const block = prove ? await backend.block(stored.height) : undefined;
  if (block === undefined) return storedTxJson(stored);
  const { root, proofs } = txProofs(block.block.txs);
  const proof = proofs[stored.index];
  return proof === undefined ? storedTxJson(stored) : storedTxJson(stored, { root, proof });
}

const tx: Method = {
  parameters: [
    ["hash", "base64"],
    ["prove", "bool"],
  ],
  async call({ backend }, given) {
    const hash = given.bytes("hash");
    const found = await backend.tx(hash);
    if (found === undefined) throw new RpcError(`tx (${upperHex(hash)}) not found`);
    return txJson(backend, found, given.bool("prove"));
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
  async call({ backend }, given) {
    const { total, txs } = await found(backend.searchTxs(searchOf(given, "asc")));
    const shown = await Promise.all(txs.map((each) => txJson(backend, each, given.bool("prove"))));
    return `{"txs":[${shown.join(",")}],"total_count":${int(total)}}`;
  },
};

const blockSearch: Method = {
  parameters: [
    ["query", "string"],
    ["page", "int"],
    ["per_page", "int"],
    ["order_by", "string"],
  ],
  async call({ backend }, given) {
    // Compat: unlike tx_search the newest come first (rpc/core/blocks.go BlockSearch).
    const { total, heights } = await found(backend.searchBlocks(searchOf(given, "desc")));
    const blocks = await Promise.all(heights.map((height) => backend.block(height)));
    const kept = blocks.filter((block) => block !== undefined);
    return `{"blocks":${list(kept, storedBlockJson)},"total_count":${int(total)}}`;
  },
};

/** What the index answers. */
export const searchMethods = { tx, tx_search: txSearch, block_search: blockSearch } as const satisfies Readonly<
  Record<string, Method>
>;
