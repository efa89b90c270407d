// SPDX-License-Identifier: Apache-2.0

export type { Database } from "./database.ts";
export { type DifferingRow, firstDifference, type TreeDifference } from "./difference.ts";
export { DamagedDatabase, removeDatabase } from "./driver/dataFile.ts";
export { type RecordLog, syncFolder } from "./driver/recordLog.ts";
export { StoreError } from "./errors.ts";
export { emptyKv, type KvRead, type KvWrite } from "./kv.ts";
export { Lmdb, type LmdbOptions } from "./lmdb.ts";
export { LongValues } from "./longValues.ts";
export { MemoryDisk, type MemoryMark } from "./memory/memoryDisk.ts";
export { type MemoryBudget, Overlay } from "./overlay.ts";
export { openStore, type StoreOptions } from "./stateStore.ts";
export { type ReadTxn, Table } from "./table.ts";
export type {
  Changes,
  CommitResult,
  ProofOperation,
  ProvenRow,
  RowChanges,
  RowProof,
  Snapshot,
  StateStore,
  StoreMount,
} from "./types.ts";
