/** Rows of one named store, in byte order of their keys. */
export interface KvRead {
  get(key: Uint8Array): Uint8Array | undefined;
  has(key: Uint8Array): boolean;
  /** Rows with start <= key < end, ascending or descending; undefined is an open end. */
  iterate(
    start: Uint8Array | undefined,
    end: Uint8Array | undefined,
    reverse?: boolean,
  ): Iterable<readonly [key: Uint8Array, value: Uint8Array]>;
}

export interface KvWrite extends KvRead {
  set(key: Uint8Array, value: Uint8Array): void;
  delete(key: Uint8Array): void;
}

/** All stores as of one committed version. */
export interface Snapshot {
  readonly version: number;
  store(name: string): KvRead;
  close(): void;
}

export interface CommitResult {
  readonly version: number;
  readonly appHash: Uint8Array;
}

export interface ProofOperation {
  readonly type: string;
  readonly key: Uint8Array;
  readonly data: Uint8Array;
}

/** Writes of one block: per store, the last write of each key; an undefined value removes it. */
export type Changes = ReadonlyMap<string, Iterable<readonly [key: Uint8Array, value: Uint8Array | undefined]>>;

/** Durable state of the chain. One process writes; other threads open it read-only. */
export interface StateStore {
  readonly version: number;
  readonly appHash: Uint8Array;
  /** Without a version: the latest, read from the flat table. With one: that version, read from the trees. */
  snapshot(version?: number): Snapshot;
  /** One transaction for state, trees and `extra` rows; durable on return. */
  commit(changes: Changes, extra?: ReadonlyMap<string, Uint8Array | undefined>): CommitResult;
  /** A row outside the commitment (results, sealed bytes), written by `commit`. */
  extra(key: string): Uint8Array | undefined;
  /** The value at a version with proof operators `ics23:iavl` then `ics23:simple`. */
  prove(
    store: string,
    key: Uint8Array,
    version: number,
  ): { readonly value: Uint8Array | undefined; readonly ops: readonly ProofOperation[] };
  /** Wasm by sha256, outside the commitment. */
  blob(hash: Uint8Array): Uint8Array | undefined;
  putBlob(bytes: Uint8Array): Uint8Array;
  close(): void;
}
