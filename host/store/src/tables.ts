import { fromUtf8, toUtf8 } from "@sotto/bytes";
import { assert, EnvironmentFault } from "@sotto/errors";
import { Lmdb, type ReadTxn, type Table } from "./lmdb.ts";
import { fillNode, type Node } from "./node.ts";
import { nodeKey } from "./records.ts";

/** Everything that a state database holds, by table. */
export interface Tables {
  readonly lmdb: Lmdb;
  /** Latest value of every row, by store and key. */
  readonly rows: Table;
  /** The same for keys that are too long for LMDB. */
  readonly long: Table;
  /** Tree nodes by version, store and nonce. */
  readonly nodes: Table;
  /** Roots of all stores by version. */
  readonly versions: Table;
  /** Nodes that went away, by the version in which they did. */
  readonly orphans: Table;
  /** Names, numbers, and the caller's own rows. */
  readonly meta: Table;
  /** Bytes by their SHA-256. */
  readonly blobs: Table;
}

export function openTables(path: string | undefined, readOnly: boolean, noSync: boolean): Tables {
  const lmdb = new Lmdb({ path, readOnly, noSync });
  const table = (name: string) => lmdb.table(name);
  return {
    lmdb,
    rows: table("rows"),
    long: table("long"),
    nodes: table("nodes"),
    versions: table("versions"),
    orphans: table("orphans"),
    meta: table("meta"),
    blobs: table("blobs"),
  };
}

export const metaKey = (kind: "store" | "number" | "extra", name: string): Uint8Array => fromUtf8(`${kind}/${name}`);

/** A number of the database: `version`, `first` or `long`. */
export function readNumber(meta: Table, name: string, txn?: ReadTxn): number {
  const bytes = meta.get(metaKey("number", name), txn);
  return bytes === undefined ? 0 : Number(toUtf8(bytes));
}

export const writeNumber = (meta: Table, name: string, value: number): void =>
  meta.put(metaKey("number", name), fromUtf8(String(value)));

/** Most stores that a database can ever have: their number is one byte, and 255 must stay an end. */
const MAX_STORES = 255;

/** Numbers of the named stores; unknown names get the next free numbers where the database may be written. */
export function storeNumbers(tables: Tables, names: readonly string[], readOnly: boolean): ReadonlyMap<string, number> {
  const known = new Map<string, number>();
  const start = fromUtf8("store/");
  const all = tables.meta.range({ start, end: fromUtf8("store0"), limit: MAX_STORES + 1 });
  for (const [key, value] of all) known.set(toUtf8(key.subarray(start.length)) ?? "", value[0] as number);
  const missing = names.filter((name) => !known.has(name));
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

/** Completes a node from the database; without `txn` from what the thread sees now. */
export function nodeLoader({ nodes }: Tables, store: number, txn?: () => ReadTxn): (node: Node) => void {
  return (node) => {
    const bytes = nodes.peek(nodeKey(node.version, store, node.nonce), txn?.());
    if (bytes === undefined) {
      throw new EnvironmentFault(`the state database lacks tree node ${node.version}/${store}/${node.nonce}`);
    }
    fillNode(node, bytes, nodes.size);
  };
}
