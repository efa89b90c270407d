// SPDX-License-Identifier: Apache-2.0
import { fromUtf8 } from "@sotto/bytes";
import {
  type Block,
  type Commit,
  decodeBlock,
  decodeValidatorSet,
  encodeValidatorSet,
  type ValidatorSet,
} from "@sotto/comet";
import { assert } from "@sotto/errors";
import {
  type Database,
  Lmdb,
  LongValues,
  lengthOf,
  type MemoryDisk,
  positionOf,
  type RecordLog,
  type Table,
} from "@sotto/store";
import { type ChainGenesis, decodeGenesis, encodeGenesis } from "./genesis.ts";
import { type BlockMeta, decodeMeta, encodeMeta, heightKey, readHeight } from "./records.ts";

/** One decided block for the log. */
export interface LogEntry extends BlockMeta {
  /** The encoded block. */
  readonly bytes: Uint8Array;
  /** The set of the next height, which the header announces. */
  readonly nextValidators: ValidatorSet;
}

/**
 * Every decided block with the proof that it was decided. One thread appends, others open it to
 * read.
 */
export interface BlockLog {
  /** The folder that other threads open. */
  readonly path: string;
  /** First stored height; 0 while the log is empty. */
  readonly first: number;
  /** Last stored height; 0 while the log is empty. */
  readonly height: number;
  /**
   * Hash of the first block that was ever appended, also after it was removed: it names the chain.
   * Undefined while the log is empty.
   */
  readonly origin: Uint8Array | undefined;
  /** The chain's genesis without the application's state; undefined before the first start. */
  readonly genesis: ChainGenesis | undefined;
  /** Written once, before the first block. */
  setGenesis(genesis: ChainGenesis): void;
  /**
   * Durable on return. Heights follow each other; the first one is any, as after a state sync.
   */
  append(entry: LogEntry): void;
  /**
   * Removes blocks below a height, the oldest first and at most 64 of them, so that a log with many
   * is shortened over many calls. The last block stays. Returns the first height that is left.
   * Hazard: blocks that the state does not have yet must stay.
   */
  prune(below: number): number;
  /** A block's encoding. Cost: it is copied. */
  bytes(height: number): Uint8Array | undefined;
  block(height: number): Block | undefined;
  /** Header, commit and the rest without the transactions. */
  meta(height: number): BlockMeta | undefined;
  /** The set of a height: up to one height after the last block. */
  validators(height: number): ValidatorSet | undefined;
  /** tendermint.types.ConsensusParams of a block's height. */
  consensusParams(height: number): Uint8Array | undefined;
  /** Canonical: the next block carries it. For the last block it is the received commit. */
  commit(height: number): { readonly commit: Commit; readonly canonical: boolean } | undefined;
  /** Height of the block of this hash. */
  heightOf(hash: Uint8Array): number | undefined;
  close(): void;
}

export interface BlockLogOptions {
  /** Folder; undefined: a temporary file that is removed with `close` or with the process. */
  readonly path: string | undefined;
  /** In place of files: it is in the memory of this thread. */
  readonly memory?: MemoryDisk | undefined;
  /** For a thread that only reads; the writer must have opened the folder before. */
  readonly readOnly?: boolean;
  /** Never in production: a power failure destroys the log. */
  readonly noSync?: boolean;
}

export function openBlockLog(options: BlockLogOptions): BlockLog {
  return new DiskBlockLog(options);
}

const GENESIS = fromUtf8("genesis");
const FIRST = fromUtf8("first");
const LAST = fromUtf8("last");
const NEXT = fromUtf8("nextValidators");
/** Written when the first block is removed. */
const ORIGIN = fromUtf8("origin");
/** Most blocks that one call removes, so that the first calls do not stop the chain. */
const PRUNED_AT_ONCE = 64;
/** Format of the tables. 2: long blocks lie in a log beside them. */
const FORM = 2;

class DiskBlockLog implements BlockLog {
  readonly path: string;
  readonly #lmdb: Database;
  readonly #readOnly: boolean;
  readonly #blocks: Table;
  readonly #metas: Table;
  /** Heights by block hash. */
  readonly #hashes: Table;
  /** Genesis, bounds, the set of the next height, and the database's own numbers. */
  readonly #chain: Table;
  readonly #bytes: LongValues;
  readonly #log: RecordLog;
  #closed = false;

  constructor({ path, readOnly = false, noSync = false, memory }: BlockLogOptions) {
    assert(!readOnly || path !== undefined, "a reader needs the path of the writer's log");
    this.#lmdb = memory?.open("the block log") ?? new Lmdb({ path, readOnly, noSync, name: "the block log" });
    this.path = this.#lmdb.path;
    this.#readOnly = readOnly;
    this.#blocks = this.#lmdb.table("blocks");
    this.#metas = this.#lmdb.table("metas");
    this.#hashes = this.#lmdb.table("hashes");
    this.#chain = this.#lmdb.table("chain");
    this.#lmdb.assertForm(this.#chain, FORM, this.#chain.get(GENESIS) !== undefined);
    this.#log = this.#lmdb.log("bytes", this.#chain);
    this.#bytes = new LongValues(this.#log);
  }

  /**
   * Moves a reader's view to the latest commit, also when its thread never ends a turn of the event
   * loop.
   */
  #now(): void {
    if (this.#readOnly) this.#lmdb.refresh();
  }

  get first(): number {
    this.#now();
    return readHeight(this.#chain.get(FIRST) ?? NOTHING);
  }

  get height(): number {
    this.#now();
    return this.#height();
  }

  get origin(): Uint8Array | undefined {
    return this.#chain.get(ORIGIN) ?? this.meta(this.first)?.blockId.hash;
  }

  #height(): number {
    return readHeight(this.#chain.get(LAST) ?? NOTHING);
  }

  get genesis(): ChainGenesis | undefined {
    this.#now();
    const bytes = this.#chain.get(GENESIS);
    return bytes === undefined ? undefined : decodeGenesis(bytes);
  }

  setGenesis(genesis: ChainGenesis): void {
    assert(this.genesis === undefined, "the block log has a genesis already");
    this.#lmdb.write(() => this.#chain.put(GENESIS, encodeGenesis(genesis)));
  }

  append(entry: LogEntry): void {
    const { height } = entry.header;
    const last = this.height;
    assert(last === 0 || height === last + 1, `block ${height} cannot follow block ${last} in the log`);
    const key = heightKey(height);
    this.#lmdb.write(() => {
      this.#blocks.put(key, this.#bytes.put(entry.bytes));
      this.#metas.put(key, encodeMeta(entry));
      this.#hashes.put(entry.blockId.hash, key);
      this.#chain.put(NEXT, encodeValidatorSet(entry.nextValidators));
      if (last === 0) this.#chain.put(FIRST, key);
      this.#chain.put(LAST, key);
      this.#log.seal();
    });
  }

  prune(below: number): number {
    const first = this.first;
    const end = Math.min(below, this.#height(), first + PRUNED_AT_ONCE);
    if (first === 0 || end <= first) return first;
    let dead = 0;
    const { origin } = this;
    this.#lmdb.write(() => {
      if (origin !== undefined) this.#chain.put(ORIGIN, origin);
      for (let height = first; height < end; height++) dead = Math.max(dead, this.#remove(height));
      this.#chain.put(FIRST, heightKey(end));
    });
    // After a kill before this the next call removes the files.
    this.#log.drop(dead);
    return end;
  }

  /** Returns the end of the block in the log, 0 for a block that is not there. */
  #remove(height: number): number {
    const key = heightKey(height);
    const row = this.#blocks.get(key);
    const meta = this.#meta(height);
    if (meta !== undefined) this.#hashes.remove(meta.blockId.hash);
    this.#blocks.remove(key);
    this.#metas.remove(key);
    const position = row && positionOf(row);
    return row === undefined || position === undefined ? 0 : position + lengthOf(row);
  }

  bytes(height: number): Uint8Array | undefined {
    this.#now();
    const key = heightKey(height);
    const row = this.#blocks.get(key);
    const found = row && this.#bytes.find(row);
    if (row === undefined || found !== undefined) return found;
    // The writer has removed the block and its file since.
    this.#lmdb.refresh();
    const again = this.#blocks.get(key);
    return again && this.#bytes.get(again);
  }

  block(height: number): Block | undefined {
    const bytes = this.bytes(height);
    return bytes === undefined ? undefined : decodeBlock(bytes);
  }

  meta(height: number): BlockMeta | undefined {
    this.#now();
    return this.#meta(height);
  }

  #meta(height: number): BlockMeta | undefined {
    const bytes = this.#metas.get(heightKey(height));
    return bytes === undefined ? undefined : decodeMeta(bytes);
  }

  validators(height: number): ValidatorSet | undefined {
    this.#now();
    const held = this.#meta(height)?.validators;
    if (held !== undefined || height !== this.#height() + 1) return held;
    const bytes = this.#chain.get(NEXT);
    return bytes === undefined ? undefined : decodeValidatorSet(bytes);
  }

  consensusParams(height: number): Uint8Array | undefined {
    const meta = this.meta(height);
    return meta === undefined ? undefined : (meta.consensusParams ?? this.genesis?.consensusParams);
  }

  commit(height: number): { commit: Commit; canonical: boolean } | undefined {
    this.#now();
    const meta = this.#meta(height);
    return meta === undefined ? undefined : { commit: meta.commit, canonical: height < this.#height() };
  }

  heightOf(hash: Uint8Array): number | undefined {
    // Other lengths are not hashes, and the database refuses an empty key.
    if (hash.length !== 32) return undefined;
    this.#now();
    const key = this.#hashes.get(hash);
    return key === undefined ? undefined : readHeight(key);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#lmdb.close();
  }
}

const NOTHING = new Uint8Array(0);
