// SPDX-License-Identifier: Apache-2.0
import type { HistoryReader } from "@sotto/api/history";
import type { StoredBlock, StoredMeta, StoredResults, StoredTx } from "@sotto/backend";
import { decodeBlockResult, resultsKey } from "@sotto/blocks";
import { txProofs } from "@sotto/comet";
import { sha256 } from "@sotto/crypto";
import type { EventIndex } from "@sotto/index";
import { chainTypes } from "@sotto/tx";
import type { OpenSequenced } from "./sequenced.ts";

/** Readers of a chain's blocks, results and transactions. */
export function storedOf({ store, log, sequencer }: OpenSequenced, index: () => EventIndex) {
  const blockAt = (height: number): StoredBlock | undefined => {
    const block = log.block(height);
    const meta = log.meta(height);
    return block === undefined || meta === undefined ? undefined : { block, blockId: meta.blockId, size: meta.size };
  };
  const resultsAt = (height: number): StoredResults | undefined => {
    const row = store.extra(resultsKey(height));
    if (row === undefined) return undefined;
    const next = log.meta(height + 1);
    return { height, ...decodeBlockResult(row), appHash: next?.header.appHash ?? sequencer.appHash };
  };
  const metaAt = (height: number): StoredMeta | undefined => {
    const meta = log.meta(height);
    const results = resultsAt(height);
    return meta === undefined || results === undefined ? undefined : { ...meta, appHash: results.appHash };
  };
  const txAt = ({ height, index: at }: { height: number; index: number }, prove = false): StoredTx => {
    const block = log.block(height);
    const tx = block?.txs[at];
    const result = resultsAt(height)?.txResults[at];
    if (block === undefined || tx === undefined || result === undefined)
      throw new TypeError("the index names an absent transaction");
    const { root, proofs } = txProofs(block.txs);
    const proof = proofs[at];
    const proven = prove && proof !== undefined ? { root, proof } : undefined;
    return { hash: sha256(tx), height, index: at, time: block.header.time, tx, result, proof: proven };
  };

  const history: HistoryReader = {
    registry: chainTypes,
    get first() {
      return log.first;
    },
    *block(height) {
      yield 1;
      return blockAt(height);
    },
    *tx(hash) {
      yield 1;
      const found = index().tx(hash);
      return found === undefined ? undefined : txAt(found);
    },
    *searchTxs({ query, prove, ...paging }) {
      yield 1;
      const { total, items } = index().searchTxs(query, paging);
      return { total, txs: items.map((each) => txAt(each, prove)) };
    },
  };

  return { blockAt, resultsAt, metaAt, txAt, history };
}
