// SPDX-License-Identifier: Apache-2.0
import { fieldsOf } from "@sotto/backend/comet-json";
import { fromBase64, toBase64 } from "@sotto/bytes";
import type { Json } from "@sotto/codec";
import { txHash } from "@sotto/comet";
import { EnvironmentFault } from "@sotto/errors";
import { rpcClient } from "./client.ts";
import type { RpcOptions } from "./source.ts";

/** What CometBFT says of itself. */
export interface CometStatus {
  /** 40 hex digits, lower case. */
  readonly nodeId: string;
  readonly moniker: string;
  /** As its peers see it. */
  readonly listenAddr: string;
  /** ed25519, 32 bytes. */
  readonly validatorKey: Uint8Array;
  readonly height: number;
  /** State before the block of this height, in upper-case hex, as its header has it. */
  readonly appHash: string;
  /** Whether it still fetches blocks that others have decided. */
  readonly isCatchingUp: boolean;
}

/** The verdict on a transaction, or the text with which the mempool refuses it. */
export type Sent =
  | { readonly hash: Uint8Array; readonly code: number; readonly codespace: string; readonly log: string }
  | { readonly hash: Uint8Array; readonly refused: string };

/**
 * The calls of a node to its own CometBFT. Each throws EnvironmentFault when it does not answer.
 */
export interface CometCalls {
  status(): Promise<CometStatus>;
  /** The transaction goes into the mempool, and from there to peers. */
  broadcast(tx: Uint8Array): Promise<Sent>;
  waiting(
    limit: number,
  ): Promise<{ readonly count: number; readonly bytes: number; readonly txs: readonly Uint8Array[] }>;
  /** Number of connected peers. */
  peers(): Promise<number>;
  /**
   * The application hash in the header of a height, in upper-case hex; undefined: it has no such
   * block.
   */
  appHashAt(height: number): Promise<string | undefined>;
  /** The hash of a block, in upper-case hex; undefined: it has no such block. */
  blockHashAt(height: number): Promise<string | undefined>;
  close(): void;
}

/** Limit: a status, and an answer to a broadcast. */
const SMALL = 1024 * 1024;
/** Limit: 100 transactions of 4 MiB in base64. */
const MEMPOOL = 600 * 1024 * 1024;

const text = (value: Json | undefined): string => (typeof value === "string" ? value : "");
const part = (fields: ReadonlyMap<string, Json>, name: string) => fieldsOf(fields.get(name) ?? null, name);

export function cometCalls(url: string, { timeoutMs }: Pick<RpcOptions, "timeoutMs"> = {}): CometCalls {
  const client = rpcClient(url, timeoutMs);
  const mustResult = async (method: string, params: string, maxBytes: number): Promise<ReadonlyMap<string, Json>> => {
    const answer = await client.post(method, params, maxBytes);
    if (typeof answer !== "string" && "result" in answer) return fieldsOf(answer.result, "result");
    const why = typeof answer === "string" ? answer : `${answer.refusal.message}: ${answer.refusal.data}`;
    throw new EnvironmentFault(`CometBFT at ${url} ${why}`);
  };
  return {
    async status() {
      const result = await mustResult("status", "{}", SMALL);
      const node = part(result, "node_info");
      const sync = part(result, "sync_info");
      return {
        nodeId: text(node.get("id")),
        moniker: text(node.get("moniker")),
        listenAddr: text(node.get("listen_addr")),
        validatorKey:
          fromBase64(text(part(part(result, "validator_info"), "pub_key").get("value"))) ?? new Uint8Array(0),
        height: Number(text(sync.get("latest_block_height"))),
        appHash: text(sync.get("latest_app_hash")),
        isCatchingUp: sync.get("catching_up") === true,
      };
    },
    async broadcast(tx) {
      const hash = txHash(tx);
      const answer = await client.post("broadcast_tx_sync", `{"tx":"${toBase64(tx)}"}`, SMALL);
      if (typeof answer === "string") throw new EnvironmentFault(`CometBFT at ${url} ${answer}`);
      if ("refusal" in answer) return { hash, refused: answer.refusal.data || answer.refusal.message };
      const result = fieldsOf(answer.result, "result");
      const code = Number(result.get("code") ?? 0);
      return { hash, code, codespace: text(result.get("codespace")), log: text(result.get("log")) };
    },
    async waiting(limit) {
      const result = await mustResult("unconfirmed_txs", `{"limit":"${limit}"}`, MEMPOOL);
      const txs = result.get("txs");
      return {
        count: Number(text(result.get("total"))),
        bytes: Number(text(result.get("total_bytes"))),
        txs: Array.isArray(txs) ? txs.flatMap((tx) => fromBase64(text(tx)) ?? []) : [],
      };
    },
    async peers() {
      return Number(text((await mustResult("net_info", "{}", SMALL)).get("n_peers")));
    },
    async appHashAt(height) {
      const answer = await client.post("header", `{"height":"${height}"}`, SMALL);
      if (typeof answer === "string") throw new EnvironmentFault(`CometBFT at ${url} ${answer}`);
      return "result" in answer ? text(part(fieldsOf(answer.result, "result"), "header").get("app_hash")) : undefined;
    },
    async blockHashAt(height) {
      const answer = await client.post("blockchain", `{"minHeight":"${height}","maxHeight":"${height}"}`, SMALL);
      if (typeof answer === "string") throw new EnvironmentFault(`CometBFT at ${url} ${answer}`);
      const metas = "result" in answer ? fieldsOf(answer.result, "result").get("block_metas") : undefined;
      const [meta] = Array.isArray(metas) ? metas : [];
      if (meta === undefined) return undefined;
      return text(part(fieldsOf(meta, "block_meta"), "block_id").get("hash"));
    },
    close: () => client.close(),
  };
}
