// SPDX-License-Identifier: Apache-2.0
import { type StoredTx, upperHex } from "@sotto/backend";
import { parseQuery, txHash } from "@sotto/comet";
import { perPageOf } from "./height.ts";
import { base64, hex, int, list, NO_RESULT, object, text, txResultJson } from "./json.ts";
import type { Method, RpcContext } from "./method.ts";
import { RpcError } from "./rpcError.ts";

/** Limit: CometBFT config timeout_broadcast_tx_commit. */
const COMMIT_TIMEOUT_MS = 10_000;

/**
 * Limit: CometBFT config max_subscription_clients, each waiting request is one client
 * (rpc/core/mempool.go BroadcastTxCommit).
 */
const MOST_WAITING = 100;

const TX = [["tx", "tx"]] as const;

async function broadcast({ backend }: RpcContext, tx: Uint8Array) {
  const { hash, result, refused } = await backend.broadcast(tx);
  if (refused !== undefined) throw new RpcError(refused);
  return { hash, result };
}

/** Requests that wait for a commit, by node. */
const waiting = new WeakMap<RpcContext, number>();

/**
 * The transaction when a block has it. The wait begins before its broadcast, so that no block is
 * missed.
 */
function awaitCommit(context: RpcContext, tx: Uint8Array) {
  const { hub } = context;
  const count = waiting.get(context) ?? 0;
  if (count >= MOST_WAITING) throw new RpcError(`max_subscription_clients ${MOST_WAITING} reached`);
  waiting.set(context, count + 1);
  const wanted = parseQuery(`tm.event='Tx' AND tx.hash='${upperHex(txHash(tx))}'`);
  const { promise, resolve } = withResolvers<StoredTx | undefined>();
  const timer = setTimeout(() => resolve(undefined), COMMIT_TIMEOUT_MS);
  const stop = hub.subscribe(
    wanted,
    {},
    { onEvent: ({ tx: found }) => resolve(found), onCancel: () => resolve(undefined) },
  );
  return {
    committed: promise,
    end: () => {
      clearTimeout(timer);
      stop();
      waiting.set(context, (waiting.get(context) ?? 1) - 1);
    },
  };
}

function withResolvers<T>() {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

const broadcastCommit: Method = {
  parameters: TX,
  async call(context, given) {
    const tx = given.bytes("tx");
    const wait = awaitCommit(context, tx);
    try {
      const { hash, result } = await broadcast(context, tx);
      const done = result.code === 0 ? await wait.committed : undefined;
      if (result.code === 0 && done === undefined) {
        throw new RpcError("timed out waiting for tx to be included in a block");
      }
      return object([
        ["check_tx", txResultJson(result)],
        ["tx_result", txResultJson(done?.result ?? NO_RESULT)],
        ["hash", hex(hash)],
        ["height", int(done?.height ?? 0)],
      ]);
    } finally {
      wait.end();
    }
  },
};

/** Sending transactions, and waiting transactions. */
export const txMethods = {
  broadcast_tx_sync: {
    parameters: TX,
    async call(context, given) {
      const { hash, result } = await broadcast(context, given.bytes("tx"));
      return object([
        ["code", String(result.code)],
        ["data", hex(result.data)],
        ["log", text(result.log)],
        ["codespace", text(result.codespace)],
        ["hash", hex(hash)],
      ]);
    },
  },
  broadcast_tx_async: {
    parameters: TX,
    async call(context, given) {
      const { hash } = await broadcast(context, given.bytes("tx"));
      return `{"code":0,"data":"","log":"","codespace":"","hash":${hex(hash)}}`;
    },
  },
  broadcast_tx_commit: broadcastCommit,
  check_tx: {
    parameters: TX,
    call: async ({ backend }, given) => txResultJson(await backend.check(given.bytes("tx"))),
  },
  unconfirmed_txs: {
    parameters: [["limit", "int"]],
    async call({ backend }, given) {
      const { count, bytes, txs } = await backend.mempool(perPageOf(given.int("limit")));
      return object([
        ["n_txs", int(txs.length)],
        ["total", int(count)],
        ["total_bytes", int(bytes)],
        ["txs", list(txs, base64)],
      ]);
    },
  },
  num_unconfirmed_txs: {
    parameters: [],
    async call({ backend }) {
      const { count, bytes } = await backend.mempool(0);
      return `{"n_txs":${int(count)},"total":${int(count)},"total_bytes":${int(bytes)},"txs":null}`;
    },
  },
} as const satisfies Readonly<Record<string, Method>>;
