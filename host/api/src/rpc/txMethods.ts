import { toBase64 } from "@sotto/bytes";
import { parseQuery } from "@sotto/comet";
import type { StoredTx } from "../backend.ts";
import { upperHex } from "../stored.ts";
import { perPageOf } from "./height.ts";
import { hex, int, list, NO_RESULT, object, text, txResultJson } from "./json.ts";
import type { Method, RpcContext } from "./method.ts";
import { RpcError } from "./rpcError.ts";

/** Limit: CometBFT config timeout_broadcast_tx_commit. */
const COMMIT_TIMEOUT_MS = 10_000;

const TX = [["tx", "base64"]] as const;

async function broadcast({ backend }: RpcContext, tx: Uint8Array) {
  const { hash, result, refused } = await backend.broadcast(tx);
  if (refused !== undefined) throw new RpcError(refused);
  return { hash, result };
}

/** Waits for a transaction to be committed. The wait begins before it is broadcast, so that no block is missed. */
function awaitCommit({ hub }: RpcContext, hash: () => Uint8Array | undefined) {
  let end = () => {};
  const committed = new Promise<StoredTx>((resolve, reject) => {
    const early = new Map<string, StoredTx>();
    const timer = setTimeout(() => {
      reject(new RpcError("timed out waiting for tx to be included in a block"));
    }, COMMIT_TIMEOUT_MS);
    const stop = hub.subscribe(parseQuery("tm.event='Tx'"), ({ tx }) => {
      if (tx === undefined) return;
      const wanted = hash();
      if (wanted === undefined) early.set(upperHex(tx.hash), tx);
      const found = wanted === undefined ? undefined : upperHex(wanted) === upperHex(tx.hash) ? tx : early.get(upperHex(wanted));
      if (found !== undefined) resolve(found);
    });
    end = () => {
      clearTimeout(timer);
      stop();
    };
  });
  return { committed, end: () => end() };
}
