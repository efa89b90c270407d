// SPDX-License-Identifier: Apache-2.0

export type { Database } from "./database.ts";
export { appHashOf, type DifferingRow, firstDifference, type TreeDifference } from "./difference.ts";
export { DamagedDatabase, removeDatabase } from "./driver/dataFile.ts";
export { type RecordLog, syncFolder } from "./driver/recordLog.ts";
export { StoreError } from "./errors.ts";
export type { RowPruning } from "./extraRows.ts";
export { emptyKv, type KvRead, type KvWrite } from "./kv.ts";
export { Lmdb, type LmdbOptions } from "./lmdb.ts";
export { LongValues, lengthOf, positionOf } from "./longValues.ts";
export { MemoryDisk, type MemoryMark } from "./memory/memoryDisk.ts";
export { type MemoryBudget, Overlay } from "./overlay.ts";
export { takeBackVersion } from "./rollback.ts";
export type { RowProof, StateProver } from "./rowProof.ts";
export type { SnapshotInfo } from "./snapshots/info.ts";
export type { SnapshotNeeds, StoresView } from "./snapshots/needs.ts";
export {
  type ApplyAnswer,
  ApplyResult,
  createRestore,
  type OfferAnswer,
  OfferResult,
  type Restore,
  type RestoreOptions,
} from "./snapshots/restore.ts";
export { listSnapshots, loadChunk, type TakeOptions, takeSnapshot } from "./snapshots/take.ts";
export { openStore, type StoreOptions } from "./stateStore.ts";
export { type ReadTxn, Table } from "./table.ts";
export type {
  Changes,
  CommitResult,
  ProofOperation,
  ProvenRow,
  RowChanges,
  Snapshot,
  StateStore,
  StoreMount,
} from "./types.ts";
