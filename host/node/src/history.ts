// SPDX-License-Identifier: Apache-2.0
import type { Search, StoredBlock, StoredMeta, StoredTx } from "@sotto/backend";
import { type Pieces, PieceWriter, textPieces } from "@sotto/backend/pieces";
import {
  type BlockLog,
  changedParams,
  decodeBlockRest,
  decodeBlockResult,
  decodeTxResultAt,
  eachTxResult,
  resultsKey,
} from "@sotto/blocks";
import { type Time, txHash, txProofs } from "@sotto/comet";
import { type EventIndex, IndexError, type Steps, type TxPosition } from "@sotto/index";
import { resultsParts, storedBlockParts, storedTxJson } from "@sotto/rpc/json";
import type { StateStore } from "@sotto/store";

// Costs of reading, in rows of the index, which take 1 to 2 us: copying a block, hashing its
// transactions, and reading and passing on results, whose cost is their many small values.
const BLOCK_BYTES_PER_ROW = 4_096;
/** Base64 of a block, and a second copy. */
const BLOCK_ROWS_IN_JSON = 4;
const HASHED_BYTES_PER_ROW = 512;
const RESULT_BYTES_PER_ROW = 64;

/**
 * Most bytes of the blocks or transactions of one page. Limit of Sotto; a page of one is never
 * refused.
 */
const MOST_PAGE_BYTES = 32 * 1024 * 1024;

/** A block whose transactions are requested. */
interface PageBlock {
  readonly txs: readonly Uint8Array[];
  /** Encoded. */
  readonly results: Uint8Array;
  readonly time: Time;
  /** Present when they are requested; the tree is made once. */
  readonly proofs: ReturnType<typeof txProofs> | undefined;
}

/**
 * Blocks and their results, for reading. Long work is in steps, each of which yields its work in
 * rows of the index; a long step yields it before it starts (`Turns`).
 */
export class BlockHistory {
  readonly log: BlockLog;
  readonly store: StateStore;
  readonly #mostPageBytes: number;

  constructor(log: BlockLog, store: StateStore, mostPageBytes = MOST_PAGE_BYTES) {
    this.log = log;
    this.store = store;
    this.#mostPageBytes = mostPageBytes;
  }

  block(height: number): StoredBlock | undefined {
    const block = this.log.block(height);
    const meta = this.log.meta(height);
    return block === undefined || meta === undefined ? undefined : { block, blockId: meta.blockId, size: meta.size };
  }

  /** A block without its transactions; undefined before its execution. */
  meta(height: number): StoredMeta | undefined {
    this.store.refresh();
    const meta = this.log.meta(height);
    if (meta === undefined || height > this.store.version) return undefined;
    const { header, blockId, size, txCount } = meta;
    return { header, blockId, size, txCount, appHash: this.#hashAfter(height) };
  }

  results(height: number) {
    const results = this.store.extra(resultsKey(height));
    if (results === undefined) return undefined;
    return { height, ...decodeBlockResult(results), appHash: this.#hashAfter(height) };
  }

  /** Of a height, up to one after the last executed block. */
  *consensusParams(height: number): Steps<Uint8Array | undefined> {
    const held = this.log.consensusParams(height);
    if (held !== undefined) return held;
    const before = this.log.consensusParams(height - 1);
    const key = resultsKey(height - 1);
    yield Math.ceil(this.store.extraSize(key) / BLOCK_BYTES_PER_ROW);
    const results = this.store.extra(key);
    if (before === undefined || results === undefined) return undefined;
    return changedParams(before, decodeBlockRest(results).consensusParamUpdates);
  }

  /** From the next header, or from the state. */
  #hashAfter(height: number): Uint8Array {
    return this.log.meta(height + 1)?.header.appHash ?? this.store.appHash;
  }

  #rowsOf(height: number, each: number): number {
    return Math.ceil((this.log.meta(height)?.size ?? 0) / each);
  }

  *blockSteps(height: number): Steps<StoredBlock | undefined> {
    yield this.#rowsOf(height, BLOCK_BYTES_PER_ROW);
    return this.block(height);
  }

  *blockJson(height: number): Steps<Pieces | undefined> {
    yield this.#rowsOf(height, BLOCK_BYTES_PER_ROW) * BLOCK_ROWS_IN_JSON;
    const block = this.block(height);
    if (block === undefined) return undefined;
    const out = new PieceWriter();
    for (const part of storedBlockParts(block)) out.write(part);
    return out.finish();
  }

  /** Results may be far larger than their block: they become text one by one. */
  *resultsJson(height: number): Steps<Pieces | undefined> {
    yield Math.ceil(this.store.extraSize(resultsKey(height)) / RESULT_BYTES_PER_ROW);
    const results = this.store.extra(resultsKey(height));
    if (results === undefined) return undefined;
    const rest = { height, ...decodeBlockRest(results), appHash: this.#hashAfter(height) };
    const out = new PieceWriter();
    for (const part of resultsParts(rest, eachTxResult(results))) {
      out.write(part);
      yield 1;
    }
    return out.finish();
  }

  *#open(height: number, prove: boolean): Steps<PageBlock | undefined> {
    const size = this.store.extraSize(resultsKey(height));
    yield this.#rowsOf(height, BLOCK_BYTES_PER_ROW) + Math.ceil(size / BLOCK_BYTES_PER_ROW);
    const block = this.log.block(height);
    const results = this.store.extra(resultsKey(height));
    if (block === undefined || results === undefined) return undefined;
    if (prove) yield this.#rowsOf(height, HASHED_BYTES_PER_ROW);
    return { txs: block.txs, results, time: block.header.time, proofs: prove ? txProofs(block.txs) : undefined };
  }

  /**
   * Transactions of one block stand together: it is read once, and its tree of proofs is made once.
   */
  *transactions(positions: readonly TxPosition[], prove: boolean): Steps<StoredTx[]> {
    const found: StoredTx[] = [];
    let height = 0;
    let block: PageBlock | undefined;
    let bytes = 0;
    for (const position of positions) {
      if (position.height !== height) block = yield* this.#open(position.height, prove);
      height = position.height;
      const one = block === undefined ? undefined : storedTx(block, position);
      if (one === undefined) continue;
      const own = bytesOf(one);
      bytes += own;
      if (bytes > this.#mostPageBytes && found.length > 0) throw this.#tooLarge(found.length);
      found.push(one);
      yield Math.ceil(own / RESULT_BYTES_PER_ROW);
    }
    return found;
  }

  /** Blocks as the items of a JSON list. */
  *blocksJson(heights: readonly number[], out: PieceWriter): Steps<void> {
    let shown = 0;
    let bytes = 0;
    for (const height of heights) {
      bytes += this.log.meta(height)?.size ?? 0;
      if (bytes > this.#mostPageBytes && shown > 0) throw this.#tooLarge(shown);
      const one = yield* this.blockJson(height);
      if (one === undefined) continue;
      if (shown++ > 0) out.write(",");
      out.write(one);
    }
  }

  #tooLarge(fit: number): Error {
    return IndexError.tooMuch(
      `the page has more than ${this.#mostPageBytes} bytes: ask for fewer at once, ${fit} fit (per_page, limit)`,
    );
  }

  close(): void {
    this.log.close();
    this.store.close();
  }
}

function storedTx({ txs, results, time, proofs }: PageBlock, { height, index: at }: TxPosition): StoredTx | undefined {
  const tx = txs[at];
  const result = decodeTxResultAt(results, at);
  if (tx === undefined || result === undefined) return undefined;
  const proof = proofs?.proofs[at];
  const proven = proofs === undefined || proof === undefined ? undefined : { root: proofs.root, proof };
  // Separate memory: a view that leaves a thread is cloned with its whole buffer.
  return { hash: txHash(tx), height, index: at, time, tx: new Uint8Array(tx), result, proof: proven };
}

function bytesOf({ tx, result: { data, log, events } }: StoredTx): number {
  let bytes = tx.length + data.length + log.length;
  for (const { attributes } of events) for (const [key, value] of attributes) bytes += key.length + value.length;
  return bytes;
}

/** Transactions and blocks by hash or by a search. */
export class Finder {
  readonly #history: BlockHistory;
  readonly #index: EventIndex;

  constructor(history: BlockHistory, index: EventIndex) {
    this.#history = history;
    this.#index = index;
  }

  *tx(hash: Uint8Array, prove = false): Steps<StoredTx | undefined> {
    const at = this.#index.tx(hash);
    return at === undefined ? undefined : (yield* this.#history.transactions([at], prove))[0];
  }

  *txJson(hash: Uint8Array, prove: boolean): Steps<Pieces | undefined> {
    const found = yield* this.tx(hash, prove);
    return found === undefined ? undefined : textPieces(storedTxJson(found));
  }

  *searchTxs(search: Search): Steps<{ total: number; txs: StoredTx[] }> {
    const { total, items } = yield* this.#index.txSearch(search.query, search);
    return { total, txs: yield* this.#history.transactions(items, search.prove) };
  }

  /** The answer of CometBFT's RPC to `tx_search`. */
  *searchTxsJson(search: Search): Steps<Pieces> {
    const { total, txs } = yield* this.searchTxs(search);
    const out = new PieceWriter();
    out.write('{"txs":[');
    for (const [i, tx] of txs.entries()) {
      if (i > 0) out.write(",");
      out.write(storedTxJson(tx));
      yield 1;
    }
    out.write(`],"total_count":"${total}"}`);
    return out.finish();
  }

  /** The same for `block_search`. */
  *searchBlocksJson(search: Search): Steps<Pieces> {
    const { total, items } = yield* this.#index.blockSearch(search.query, search);
    const out = new PieceWriter();
    out.write('{"blocks":[');
    yield* this.#history.blocksJson(items, out);
    out.write(`],"total_count":"${total}"}`);
    return out.finish();
  }
}
