// SPDX-License-Identifier: Apache-2.0
import type { RowPruning } from "./extraRows.ts";
import type { MemoryDisk } from "./memory/memoryDisk.ts";
import type { StoreMount } from "./types.ts";

export interface StoreOptions {
  /**
   * Folder of the database; undefined: a temporary file that is removed at `close` or at the end of
   * the process.
   */
  readonly path: string | undefined;
  /**
   * Stores by name. New ones may be added to an existing database: they begin with the next
   * version, or with their `from`. A state with a store that is missing here is refused with an
   * EnvironmentFault.
   */
  readonly stores: readonly StoreMount[];
  /**
   * `keepVersions`: versions that stay readable; undefined: all. `rows`: rows beside the state that
   * are removed after some versions; undefined: none.
   */
  readonly pruning: { readonly keepVersions: number | undefined; readonly rows?: RowPruning | undefined };
  /** In place of files: the state is in the memory of this thread. */
  readonly memory?: MemoryDisk | undefined;
  /** For a thread that only reads; the writer must have opened the folder before. */
  readonly readOnly?: boolean;
  /** Never in production: a power failure destroys the database. */
  readonly noSync?: boolean;
  /** Version of the first commit. Default 1. */
  readonly initialVersion?: number;
  /** Inner tree nodes that each store may keep in memory, about 500 bytes each. Default 32,768. */
  readonly cacheNodes?: number;
  /**
   * Bytes after which a log continues in a new file; pruning frees whole files. Default 16 MiB.
   */
  readonly segmentBytes?: number;
}
