// SPDX-License-Identifier: Apache-2.0
import { equals, fromHex, fromUtf8, toUtf8 } from "@sotto/bytes";
import { CometError, parseQuery, planSearch, txHash } from "@sotto/comet";
import { assert, EnvironmentFault } from "@sotto/errors";
import { type Database, Lmdb, type MemoryDisk, type ReadTxn, type RecordLog, type Table } from "@sotto/store";
import { Budget, finish, MOST_ROWS, type Steps } from "./budget.ts";
import { IndexError } from "./errors.ts";
import { HEIGHT_SIZE, heightKey, isLong, Kind, putHeight, readHeight, sealValue } from "./keys.ts";
import { LongTexts } from "./longTexts.ts";
import { encodePostings, PostingLists } from "./postings.ts";
import { type Match, search } from "./search.ts";
import type { BlockSource, EventIndex, IndexableBlock, Paging, SearchResult, TxPosition } from "./types.ts";

export interface IndexOptions {
  /** Folder; undefined: a temporary file that is removed with `close` or with the process. */
  readonly path: string | undefined;
  /** In place of files: it is in the memory of this thread. */
  readonly memory?: MemoryDisk | undefined;
  /** For a thread that only reads; the writer must have opened the folder before. */
  readonly readOnly?: boolean;
  /** A power failure then destroys the index, which can be rebuilt. */
  readonly noSync?: boolean;
}

/** An index of an earlier or later version of this code. */
export class OtherFormat extends EnvironmentFault {}

/**
 * Throws OtherFormat, and DamagedDatabase or EnvironmentFault as Lmdb does. `openIndexOf` repairs
 * it if possible.
 */
export function openIndex(options: IndexOptions): EventIndex {
  return new LmdbIndex(options);
}

const HEIGHT = fromUtf8("height");
const FORMAT = fromUtf8("format");
const CHAIN = fromUtf8("chain");
/** Hash of the last block. */
const LAST = fromUtf8("last");
/** 4: plaintext that looks like ciphertext has rows. */
const FORMAT_NUMBER = 4;

/** Limits: CometBFT rpc/core/env.go. */
const DEFAULT_PER_PAGE = 30;
const MAX_PER_PAGE = 100;

/** Blocks and transactions that one catching-up commit takes at most. */
const MOST_BLOCKS = 256;
const MOST_TXS = 20_000;

class LmdbIndex implements EventIndex {
  readonly path: string;
  readonly #lmdb: Database;
  readonly #readOnly: boolean;
  /** Posting lists by kind, tag, value and height. */
  readonly #postings: Table;
  /** Height, position and success of transactions by hash. */
  readonly #txs: Table;
  /** Number of transactions by height. */
  readonly #blocks: Table;
  readonly #meta: Table;
  /** Values that are too long for keys. */
  readonly #log: RecordLog;
  readonly #texts: LongTexts;
  readonly #key = new Uint8Array(2048);
  #closed = false;

  constructor({ path, readOnly = false, noSync = false, memory }: IndexOptions) {
    assert(!readOnly || path !== undefined, "a reader needs the path of the writer's index");
    this.#lmdb = memory?.open("the index") ?? new Lmdb({ path, readOnly, noSync, name: "the index" });
    this.path = this.#lmdb.path;
    this.#readOnly = readOnly;
    this.#postings = this.#lmdb.table("postings");
    this.#txs = this.#lmdb.table("txs");
    this.#blocks = this.#lmdb.table("blocks");
    this.#meta = this.#lmdb.table("meta");
    const format = this.#meta.get(FORMAT);
    if (format === undefined && !readOnly) {
      this.#lmdb.write(() => this.#meta.put(FORMAT, heightKey(FORMAT_NUMBER)));
    } else if (format === undefined || readHeight(format) !== FORMAT_NUMBER) {
      this.#lmdb.close();
      throw new OtherFormat(`the index at ${this.path} is of another version: delete it, it is rebuilt`);
    }
    this.#log = this.#lmdb.log("texts", this.#meta);
    this.#texts = new LongTexts(this.#log);
  }

  get height(): number {
    if (this.#readOnly) this.#lmdb.refresh();
    const bytes = this.#meta.get(HEIGHT);
    return bytes === undefined ? 0 : readHeight(bytes);
  }

  indexBlock(block: IndexableBlock): void {
    const { height } = this;
    assert(height === 0 || block.height === height + 1, `block ${block.height} cannot follow block ${height}`);
    this.#write(() => this.#put(block));
  }

  /** One transaction, with its appends to the log. */
  #write(run: () => void): void {
    this.#texts.forget();
    this.#lmdb.write(() => {
      run();
      this.#log.seal();
    });
  }

  catchUp(source: BlockSource, most: number = MOST_BLOCKS): number {
    const { height } = this;
    assert(height <= source.height, `the index is at height ${height}, the chain at ${source.height}`);
    const blocks: IndexableBlock[] = [];
    let txs = 0;
    // A source may have removed its oldest blocks before they were indexed.
    for (let next = Math.max(height + 1, source.first); next <= source.height; next++) {
      const block = source.block(next);
      if (block === undefined) break;
      blocks.push(block);
      txs += block.txs.length;
      if (blocks.length >= most || txs >= MOST_TXS) break;
    }
    if (blocks.length > 0) {
      this.#write(() => {
        for (const block of blocks) this.#put(block);
        const hash = source.hash(this.height);
        assert(hash !== undefined, "a block that exists has a hash");
        this.#meta.put(LAST, hash);
        if (height === 0) this.#meta.put(CHAIN, fromUtf8(source.chain));
      });
    }
    return blocks.length;
  }

  get chain(): string | undefined {
    const bytes = this.#meta.get(CHAIN);
    return bytes === undefined ? undefined : toUtf8(bytes);
  }

  mismatch(source: BlockSource): string | undefined {
    const { height, chain } = this;
    if (height === 0) return undefined;
    if (chain !== source.chain) return `it is of ${chain ?? "a chain that it does not name"}, not of ${source.chain}`;
    if (height > source.height) return `it is at height ${height}, the chain at ${source.height}`;
    const hash = source.hash(height);
    const last = this.#meta.get(LAST);
    const isSame = hash !== undefined && last !== undefined && equals(hash, last);
    return isSame ? undefined : `its block ${height} is not the chain's`;
  }

  clear(): void {
    this.#lmdb.write(() => {
      for (const table of [this.#postings, this.#txs, this.#blocks]) table.clear();
      for (const key of [HEIGHT, CHAIN, LAST]) this.#meta.remove(key);
    });
    this.#log.drop(this.#log.end);
  }

  takeBack(block: IndexableBlock, before: Uint8Array): void {
    const { height, txs } = block;
    assert(height > 1 && height === this.height, `the index is at height ${this.height}, not at ${height}`);
    const [own, ofTxs] = [new PostingLists(), new PostingLists()];
    own.add(0, block.blockEvents);
    let count = 0;
    for (const { events } of block.results) ofTxs.add(count++, events);
    this.#lmdb.write(() => {
      const remove = (kind: Kind, lists: PostingLists): void =>
        lists.each((tag, value) => this.#postings.remove(this.#keyOf(kind, height, tag, value).key));
      remove(Kind.tx, ofTxs);
      remove(Kind.block, own);
      for (const tx of txs) {
        const hash = txHash(tx);
        if (this.tx(hash)?.height === height) this.#txs.remove(hash);
      }
      this.#blocks.remove(heightKey(height));
      this.#meta.put(HEIGHT, heightKey(height - 1));
      this.#meta.put(LAST, before);
    });
  }

  /** Inside a transaction. */
  #put({ height, txs, results, blockEvents }: IndexableBlock): void {
    const lists = new PostingLists();
    let count = 0;
    for (const { code, events } of results) {
      const tx = txs[count];
      assert(tx !== undefined, "every result has a transaction");
      lists.add(count, events);
      this.#putTx(txHash(tx), height, count, code === 0);
      count++;
    }
    assert(count === txs.length, "every transaction has a result");
    this.#putLists(Kind.tx, height, lists);
    const own = new PostingLists();
    own.add(0, blockEvents);
    this.#putLists(Kind.block, height, own);
    this.#texts.flush();
    this.#blocks.put(heightKey(height), heightKey(txs.length));
    this.#meta.put(HEIGHT, heightKey(height));
  }

  /** Compat: a failure does not replace an earlier success (state/txindex/kv Index). */
  #putTx(hash: Uint8Array, height: number, index: number, ok: boolean): void {
    if (!ok && this.#txs.get(hash)?.[2 * HEIGHT_SIZE] === 1) return;
    const value = new Uint8Array(2 * HEIGHT_SIZE + 1);
    putHeight(value, 0, height);
    putHeight(value, HEIGHT_SIZE, index);
    value[2 * HEIGHT_SIZE] = ok ? 1 : 0;
    this.#txs.put(hash, value);
  }

  #putLists(kind: Kind, height: number, lists: PostingLists): void {
    lists.each((tag, value, list) => {
      const { key, text } = this.#keyOf(kind, height, tag, value);
      const postings = encodePostings(list);
      const row = text === undefined ? postings : this.#texts.put(text, postings);
      this.#postings.put(key, row);
    });
  }

  /** A key, which the next call overwrites, and the value if it is too long for the key. */
  #keyOf(kind: Kind, height: number, tag: string, value: string) {
    const key = this.#key;
    key[0] = kind;
    let at = 1 + putText(tag, key, 1);
    key[at++] = 0;
    const length = putText(value, key, at + 1);
    const text = isLong(length) ? key.slice(at + 1, at + 1 + length) : undefined;
    at = sealValue(key, at, length);
    putHeight(key, at, height);
    return { key: key.subarray(0, at + HEIGHT_SIZE), text };
  }

  tx(hash: Uint8Array): TxPosition | undefined {
    if (hash.length !== 32) return undefined;
    if (this.#readOnly) this.#lmdb.refresh();
    const bytes = this.#txs.get(hash);
    return bytes === undefined ? undefined : { height: readHeight(bytes), index: readHeight(bytes, HEIGHT_SIZE) };
  }

  searchTxs(query: string, paging: Paging = {}): SearchResult<TxPosition> {
    return finish(this.txSearch(query, paging));
  }

  searchBlocks(query: string, paging: Paging = {}): SearchResult<number> {
    return finish(this.blockSearch(query, paging));
  }

  *txSearch(query: string, paging: Paging = {}, rows: number = MOST_ROWS): Steps<SearchResult<TxPosition>> {
    const plan = planSearch(parseQuery(query), "tx.height");
    if (plan.hash === undefined) return pageOf(yield* this.#search(plan, Kind.tx, rows), paging);
    const found = this.tx(hashOf(plan.hash));
    return pageOf(found === undefined ? [] : [[found.height, [found.index]]], paging);
  }

  *blockSearch(query: string, paging: Paging = {}, rows: number = MOST_ROWS): Steps<SearchResult<number>> {
    const plan = planSearch(parseQuery(query), "block.height");
    const { total, items } = pageOf(yield* this.#search(plan, Kind.block, rows), paging);
    return { total, items: items.map(({ height }) => height) };
  }

  #search(plan: Parameters<typeof search>[1], kind: Kind, rows: number): Steps<Match[]> {
    const read = <T>(run: (txn: ReadTxn) => T): T => {
      const txn = this.#lmdb.read();
      try {
        return run(txn);
      } finally {
        txn.done();
      }
    };
    const tables = { postings: this.#postings, texts: this.#log, blocks: this.#blocks, height: this.height, read };
    return search(tables, plan, kind, new Budget(rows));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#lmdb.close();
  }
}

const encoder = new TextEncoder();

/** Writes UTF-8 of a text into a key; returns its length. Most texts of a chain are short ASCII. */
function putText(text: string, target: Uint8Array, at: number): number {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 127) return encoder.encodeInto(text, target.subarray(at)).written;
    target[at + i] = code;
  }
  return text.length;
}

function hashOf(text: string): Uint8Array {
  const hash = fromHex(text);
  if (hash !== undefined) return hash;
  throw CometError.invalidQuery(`error during searching for a hash in the query: ${text.slice(0, 80)} is not hex`);
}

/** The matches of one page. */
function pageOf(matches: readonly Match[], { page = 1, perPage = DEFAULT_PER_PAGE, order = "asc" }: Paging) {
  const size = perPage < 1 ? DEFAULT_PER_PAGE : Math.min(perPage, MAX_PER_PAGE);
  let total = 0;
  for (const [, found] of matches) total += countOf(found);
  const pages = Math.max(1, Math.ceil(total / size));
  if (!(page >= 1 && page <= pages)) {
    throw IndexError.pageOutOfRange(`page should be within [1, ${pages}] range, given ${page}`);
  }
  const start = (page - 1) * size;
  if (order === "asc") return { total, items: slice(matches, start, start + size) };
  return { total, items: slice(matches, Math.max(0, total - start - size), total - start).reverse() };
}

const countOf = (found: Match[1]): number => (typeof found === "number" ? found : found.length);

/** Positions from `from` to `to` of all matches. */
function slice(matches: readonly Match[], from: number, to: number): TxPosition[] {
  const items: TxPosition[] = [];
  let before = 0;
  for (const [height, found] of matches) {
    const count = countOf(found);
    const end = Math.min(count, to - before);
    for (let i = Math.max(0, from - before); i < end; i++) {
      items.push({ height, index: typeof found === "number" ? i : (found[i] as number) });
    }
    before += count;
    if (before >= to) break;
  }
  return items;
}
