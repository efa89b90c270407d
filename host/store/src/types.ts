// SPDX-License-Identifier: Apache-2.0
import type { CommitInfo, ProofOp } from "@sotto/merkle";
import type { CacheReads } from "./cacheReads.ts";
import type { KvRead } from "./kv.ts";
import type { RowProof, StateProver } from "./rowProof.ts";
import type { VersionSource } from "./snapshots/exporter.ts";
import type { ImportOptions } from "./snapshots/importer.ts";
import type { SnapshotItem } from "./snapshots/items.ts";
import type { StoresView } from "./snapshots/needs.ts";
import type { TreeReader } from "./treeReader.ts";

/**
 * A store of a chain: its name, and the first version that has it when that is not the chain's
 * first (cosmossdk.io/store StoreUpgrades, Added). Before that version the application hash does
 * not contain the store, writes to it fail, and it reads as empty.
 */
export type StoreMount = string | { readonly name: string; readonly from: number };

/** All stores as of one committed version. It keeps disk pages alive until it is closed. */
export interface Snapshot {
  readonly version: number;
  store(name: string): KvRead;
  close(): void;
}

export interface CommitResult {
  readonly version: number;
  readonly appHash: Uint8Array;
}

/** One step of a proof: tendermint.crypto.ProofOp. */
export type ProofOperation = ProofOp;

/**
 * A row, or its absence, with the steps `ics23:iavl` and `ics23:simple` to the application hash of
 * the version.
 */
export interface ProvenRow {
  readonly value: Uint8Array | undefined;
  readonly ops: readonly ProofOperation[];
}

/** Changed rows of one store; undefined deletes; for a repeated key the last change counts. */
export type RowChanges = Iterable<readonly [key: Uint8Array, value: Uint8Array | undefined]>;

/** Writes of one block, per store. An Overlay is the fastest form. */
export type Changes = ReadonlyMap<string, RowChanges>;

/** Rows beside the state, by name. */
type Rows = ReadonlyMap<string, Uint8Array>;

/** A version of another node that fills an empty store. Nothing of it counts before `commit`. */
export interface VersionImport {
  /** Throws StoreError.snapshotRefused; the caller then calls `abort`. */
  add(item: SnapshotItem): void;
  /**
   * Reads the rows, after the trees were verified: in `commit`, before they count. Returns further
   * rows beside the state, which become durable with the version.
   */
  commit(check: (view: StoresView, rows: ReadonlyMap<string, Uint8Array>) => Rows): CommitResult;
  /** Removes all that was added. */
  abort(): void;
}

/**
 * The state of a chain in its latest and older versions, with proofs. One thread writes, others
 * open it to read.
 */
export interface StateStore {
  /** Path of the database, with which other threads open it. */
  readonly path: string;
  /**
   * Latest version; 0 before the first commit. For a reader it is the version of its last `refresh`
   * or `snapshot`.
   */
  readonly version: number;
  /** Application hash of that version; for version 0 the hash of a multistore of empty stores. */
  readonly appHash: Uint8Array;
  /**
   * The latest version, read from the flat table, or an older kept version, read from the trees.
   * Throws StoreError.versionPruned or versionInFuture.
   */
  snapshot(version?: number): Snapshot;
  /**
   * One transaction, durable on return: rows, tree nodes and `extra` together, or nothing. An
   * undefined `extra` value deletes. Cost: see README.
   */
  commit(changes: Changes, extra?: ReadonlyMap<string, Uint8Array | undefined>): CommitResult;
  /**
   * The first half of `commit`: the next version and its application hash, of which nothing is
   * durable and no reader sees anything. A second call drops the first; before the first commit its
   * rows are then added to those of the first.
   */
  prepare(changes: Changes): CommitResult;
  /** Forgets a prepared version. Proofs of rows are of the committed one again. */
  dropPrepared(): void;
  /** The second half of `commit`. */
  commitPrepared(extra?: ReadonlyMap<string, Uint8Array | undefined>): CommitResult;
  /**
   * Before the first commit: moves rows from memory to the disk. Later snapshots of version 0
   * contain them, and so does the first commit, which does not load all of them into memory. Staged
   * rows without a commit are dropped when the database is opened again.
   */
  stage(changes: Changes): void;
  /** A row outside the commitment (results, sealed bytes), written by `commit`. */
  extra(key: string): Uint8Array | undefined;
  /** Length of such a row, without reading it; 0 for a missing row. */
  extraSize(key: string): number;
  /**
   * Proof against the application hash of `version`, which the header of height `version + 1`
   * carries.
   */
  prove(store: string, key: Uint8Array, version: number): ProvenRow;
  /**
   * A row of the latest version, or its absence, with its proof against the hash of its store: for
   * a `ProvenTree` of pure/merkle that knows the nodes of the last `known` proofs of this store;
   * default 0. Only for the thread that writes. Cost: few reads, because it uses the nodes in
   * memory.
   */
  proveRow(store: string, key: Uint8Array, known?: number): RowProof;
  /** Proof of a store's hash against the latest application hash, for `verifyStore`. */
  proveStore(store: string): Uint8Array;
  /**
   * Proofs of rows of a store at a version, also for threads that read: the version must stay.
   * Throws StoreError.versionPruned or versionInFuture.
   */
  prover(store: string, version: number): StateProver;
  /** Names and hashes of the stores at a version. */
  commitInfo(version: number): CommitInfo;
  /** Runs over the tree of a store at a version, which is open meanwhile. */
  withTree<T>(store: string, version: number, run: (tree: TreeReader) => T): T;
  /** Reads of the caches of this store since it was opened, for measurements. */
  readonly cacheReads: Readonly<Record<"rows" | "leaves", Readonly<CacheReads>>>;
  /** Bytes (wasm) by their SHA-256, outside of consensus state. */
  blob(hash: Uint8Array): Uint8Array | undefined;
  /** Stores bytes, durable on return; returns their SHA-256. */
  putBlob(bytes: Uint8Array): Uint8Array;
  /**
   * The trees of a kept version, for a snapshot. A thread that only reads may use it while the
   * writer's `hold` keeps the version.
   */
  source(version: number): VersionSource;
  /**
   * Keeps a version and all later ones from pruning until the returned function is called. Throws
   * StoreError.versionPruned or versionInFuture.
   */
  hold(version: number): () => void;
  /**
   * Begins to fill the empty store with a version of another node. Throws
   * StoreError.snapshotRefused when the store has a version, staged rows or another import. Until
   * `commit` or `abort` nothing else may write.
   */
  beginImport(options: ImportOptions): VersionImport;
  /** Moves a reader to the latest commit. */
  refresh(): void;
  close(): void;
}
