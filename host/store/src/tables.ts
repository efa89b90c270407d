// SPDX-License-Identifier: Apache-2.0
import { fromUtf8, toUtf8 } from "@sotto/bytes";
import { assert, EnvironmentFault } from "@sotto/errors";
import type { CacheReads } from "./cacheReads.ts";
import type { Database } from "./database.ts";
import type { RecordLog } from "./driver/recordLog.ts";
import { compareText } from "./latin1.ts";
import { Lmdb } from "./lmdb.ts";
import type { MemoryDisk } from "./memory/memoryDisk.ts";
import { InnerNodes, LeafValues } from "./nodeStore.ts";
import { metaKey, readNumber } from "./numbers.ts";
import { StagedRows } from "./stagedRows.ts";
import type { Table } from "./table.ts";

/** The tables and logs of a state database. */
export interface Tables {
  readonly lmdb: Database;
  /** Latest value of every row, by store and key. */
  readonly rows: Table;
  /** The same for keys that are too long for LMDB. */
  readonly long: Table;
  /** Rows that wait for the first commit; the log's end is never recorded. */
  readonly staged: StagedRows;
  /** Tree nodes, each at its position. */
  readonly nodeLog: RecordLog;
  /** Values of recently read leaves. */
  readonly leaves: LeafValues;
  /** Recently read inner nodes, for proofs. */
  readonly inner: InnerNodes;
  readonly rowReads: CacheReads;
  /** Tree nodes that are older than the log and still needed, by position. */
  readonly survivors: Table;
  /** End of the log of nodes and roots of all stores, by version. */
  readonly versions: Table;
  /** Removed nodes, by the version that removed them. */
  readonly orphans: Table;
  /** The same after the older version was pruned, by segment of the log and version. */
  readonly dead: Table;
  /** Names, numbers, and the rows of the caller. */
  readonly meta: Table;
  /** Long rows of the caller. */
  readonly extraLog: RecordLog;
  /** Bytes by their SHA-256. */
  readonly blobs: Table;
}

/**
 * Form of the content of tables and logs. 2: tree nodes and long rows are in logs; 3: the caller
 * stores a row with the time of each block.
 */
const FORM = 3;

export interface TablesOptions {
  readonly path: string | undefined;
  readonly readOnly: boolean;
  readonly noSync: boolean;
  readonly segmentBytes?: number | undefined;
  readonly memory?: MemoryDisk | undefined;
}

/**
 * Throws DamagedDatabase or EnvironmentFault as Lmdb and RecordLog do, and for a database of
 * another form.
 */
export function openTables({ path, readOnly, noSync, segmentBytes, memory }: TablesOptions): Tables {
  const lmdb = memory?.open("the state database") ?? new Lmdb({ path, readOnly, noSync });
  const table = (name: string) => lmdb.table(name);
  const meta = table("meta");
  lmdb.assertForm(meta, FORM, readNumber(meta, "version") > 0);
  return {
    lmdb,
    rows: table("rows"),
    long: table("long"),
    staged: new StagedRows(lmdb.log("staged", meta, segmentBytes)),
    nodeLog: lmdb.log("nodes", meta, segmentBytes),
    leaves: new LeafValues(),
    inner: new InnerNodes(),
    rowReads: { hits: 0, misses: 0 },
    survivors: table("survivors"),
    versions: table("versions"),
    orphans: table("orphans"),
    dead: table("dead"),
    meta,
    extraLog: lmdb.log("extra", meta, segmentBytes),
    blobs: table("blobs"),
  };
}

/**
 * Most stores of a database, removed ones included: a store's number is one byte, and 255 is
 * reserved as end of ranges.
 */
const MAX_STORES = 255;

/** Numbers of all stores that the database ever had, by name. */
export function knownStores(tables: Tables): Map<string, number> {
  const known = new Map<string, number>();
  const start = fromUtf8("store/");
  const all = tables.meta.range({ start, end: fromUtf8("store0"), limit: MAX_STORES + 1 });
  for (const [key, value] of all) known.set(toUtf8(key.subarray(start.length)) ?? "", value[0] as number);
  return known;
}

/**
 * Numbers of the named stores; unknown names get the next free numbers where the database may be
 * written.
 */
export function storeNumbers(tables: Tables, names: readonly string[], readOnly: boolean): ReadonlyMap<string, number> {
  const known = knownStores(tables);
  // In order, so that the rows of a snapshot, which come by name, can be appended to the flat
  // table.
  const missing = names.filter((name) => !known.has(name)).sort(compareText);
  if (missing.length > 0 && readOnly) {
    throw new EnvironmentFault(`the state database has no store ${missing.join(", ")}: open it for writing first`);
  }
  if (missing.length > 0) {
    assert(known.size + missing.length <= MAX_STORES, "too many stores");
    tables.lmdb.write(() => {
      for (const name of missing) {
        const id = known.size;
        known.set(name, id);
        tables.meta.put(metaKey("store", name), Uint8Array.of(id));
      }
    });
  }
  return new Map(names.map((name) => [name, known.get(name) as number]));
}
