import type { CommitInfo, ProofOp } from "@sotto/merkle";
import type { KvRead } from "./kv.ts";

/**
 * A store of a chain: its name, and the first version that has it when that is not the chain's
 * first (cosmossdk.io/store StoreUpgrades, Added). Before, the application hash does not cover it,
 * nothing can be written to it, and it reads as empty.
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

/** Changed rows of one store; undefined deletes, and of a key that comes twice the last counts. */
export type RowChanges = Iterable<readonly [key: Uint8Array, value: Uint8Array | undefined]>;

/** Writes of one block, per store. An Overlay is the fastest form. */
export type Changes = ReadonlyMap<string, RowChanges>;

/**
 * The state of a chain: what it is now, what it was, and proofs of both. One thread writes, others
 * open it to read.
 */
export interface StateStore {
  /** Where the database is: what other threads open. */
  readonly path: string;
  /**
   * Latest version; 0 before the first commit. A reader's is that of its last `refresh` or
   * `snapshot`.
   */
  readonly version: number;
  /** Application hash of that version; of version 0 that of a multistore of empty stores. */
  readonly appHash: Uint8Array;
  /**
   * The latest version, read from the flat table, or one that is kept, read from the trees.
   * Throws StoreError.versionPruned or versionInFuture.
   */
  snapshot(version?: number): Snapshot;
  /**
   * One transaction, durable on return: rows, tree nodes and `extra` together, or nothing. An
   * undefined `extra` value deletes. Cost: see README.
   */
  commit(changes: Changes, extra?: ReadonlyMap<string, Uint8Array | undefined>): CommitResult;
  /**
   * Before the first commit: takes rows out of memory. Snapshots of version 0 that are made
   * afterwards have them, and so has the first commit, whose memory they do not take either. What
   * was staged and not committed is gone when the database is opened again.
   */
  stage(changes: Changes): void;
  /** A row outside the commitment (results, sealed bytes), written by `commit`. */
  extra(key: string): Uint8Array | undefined;
  /** Its length, without reading it; 0 when there is none. */
  extraSize(key: string): number;
  /**
   * Proof against the application hash of `version`, which the header of height `version + 1`
   * carries.
   */
  prove(store: string, key: Uint8Array, version: number): ProvenRow;
  /** Names and hashes of the stores at a version. */
  commitInfo(version: number): CommitInfo;
  /** Bytes (wasm) by their SHA-256, outside of consensus state. */
  blob(hash: Uint8Array): Uint8Array | undefined;
  /** Stores bytes at once and durably; answers their SHA-256. */
  putBlob(bytes: Uint8Array): Uint8Array;
  /** Makes a reader see what is committed now. */
  refresh(): void;
  close(): void;
}
