// SPDX-License-Identifier: Apache-2.0
import { toHex } from "@sotto/bytes";
import { ProtoReader } from "@sotto/codec";
import { sha256 } from "@sotto/crypto";
import { multistoreRoot } from "@sotto/merkle";
import { StoreError } from "../errors.ts";
import { FlatReader } from "../flat.ts";
import type { KvRead } from "../kv.ts";
import { emptyKv } from "../kv.ts";
import { compareText, fromText, toText } from "../latin1.ts";
import type { Node } from "../node.ts";
import { LeafValues, type NodeWriter } from "../nodeStore.ts";
import type { ReadTxn } from "../table.ts";
import type { Tables } from "../tables.ts";
import { EMPTY_HASH } from "../tree.ts";
import { FlatRows } from "./flatRows.ts";
import { sameBytes } from "./info.ts";
import type { SnapshotItem, TreeItem } from "./items.ts";
import { EXTENSION_FORMAT, Extension, type SnapshotNeeds, type StoresView } from "./needs.ts";
import { TreeImporter } from "./treeImporter.ts";

/** The parts of an empty store that an import fills. */
export interface ImportTarget {
  readonly tables: Tables;
  readonly writer: NodeWriter;
  /** Names and numbers of the stores that the version must have. */
  readonly stores: ReadonlyMap<string, number>;
}

export interface ImportOptions {
  readonly version: number;
  /** The application hash of the version, as the header of the next height has it. */
  readonly appHash: Uint8Array;
  readonly needs: SnapshotNeeds;
}

/**
 * The content of a version whose rows and nodes are in the tables, for the commit that shows it.
 */
export interface Imported {
  readonly roots: ReadonlyMap<number, Node | undefined>;
  readonly long: boolean;
  readonly rows: ReadonlyMap<string, Uint8Array>;
}

/** Blobs of one transaction. */
const BLOB_BYTES = 16 * 1024 * 1024;
/** Bytes of all rows beside the state, which are in memory until the end. */
const MOST_ROW_BYTES = 256 * 1024 * 1024;

const refuse = (why: string) => StoreError.snapshotRefused(why);

/**
 * Fills an empty store from the items of a snapshot. Trees come first, by the names of their
 * stores; their hashes are compared with the application hash before any other item is read.
 * Nothing counts before the commit of what `finish` returns. Each method throws
 * StoreError.snapshotRefused.
 */
export class VersionImporter {
  readonly #target: ImportTarget;
  readonly #options: ImportOptions;
  readonly #flat: FlatRows;
  readonly #roots = new Map<string, Node | undefined>();
  #store: { readonly name: string; readonly tree: TreeImporter } | undefined;
  #extension = "";
  /** Hashes of blobs that did not come yet, as text; undefined before the trees are verified. */
  #blobs: Set<string> | undefined;
  #rowNames = new Set<string>();
  readonly #rows = new Map<string, Uint8Array>();
  #rowBytes = 0;
  #waiting: { readonly hash: Uint8Array; readonly bytes: Uint8Array }[] = [];
  #waitingBytes = 0;

  constructor(target: ImportTarget, options: ImportOptions) {
    this.#target = target;
    this.#options = options;
    this.#flat = new FlatRows(target.tables);
  }

  add(item: SnapshotItem): void {
    if (item.kind === "node") this.#addNode(item);
    else if (item.kind === "store") this.#beginStore(item.name);
    else if (item.kind === "extension") this.#beginExtension(item.name, item.format);
    else this.#addPayload(item.payload);
  }

  #beginStore(name: string): void {
    const id = this.#target.stores.get(name);
    if (id === undefined) throw refuse(`it has the store ${shortName(name)}, which this program does not have`);
    if (this.#extension !== "" || compareText(name, this.#store?.name ?? "") <= 0) {
      throw refuse(`the store ${name} does not come in its order`);
    }
    this.#endStore();
    this.#flat.begin(id);
    const { writer } = this.#target;
    this.#store = { name, tree: new TreeImporter(this.#options.version, (node) => writer.append(node)) };
  }

  #addNode(item: TreeItem): void {
    if (this.#store === undefined || this.#extension !== "") throw refuse("a node belongs to no store");
    const { tree } = this.#store;
    const position = tree.add(item);
    if (position !== undefined) this.#flat.add(tree.lastKey, item.value, position);
  }

  #endStore(): void {
    if (this.#store !== undefined) this.#roots.set(this.#store.name, this.#store.tree.finish());
  }

  /** Ends the trees: their hashes must be those of the application hash. */
  #endTrees(): void {
    if (this.#blobs !== undefined) return;
    this.#endStore();
    const missing = [...this.#target.stores.keys()].filter((name) => !this.#roots.has(name));
    if (missing.length > 0) throw refuse(`it lacks the store ${missing.join(", ")}`);
    const stores = Array.from(this.#roots, ([name, root]) => ({ name, hash: fromText(root?.hash ?? EMPTY_HASH) }));
    const found = multistoreRoot(stores);
    const { appHash, needs, version } = this.#options;
    if (!sameBytes(found, appHash)) {
      throw refuse(`its stores have the application hash ${toHex(found)}, and the header has ${toHex(appHash)}`);
    }
    this.#target.writer.flush();
    this.#flat.flush();
    this.#blobs = new Set();
    this.#rowNames = new Set(needs.rows(version));
    this.view((view) => {
      for (const hash of needs.blobs(view)) this.#blobs?.add(toText(hash));
    });
  }

  #beginExtension(name: string, format: number): void {
    this.#endTrees();
    if (name !== Extension.blobs && name !== Extension.rows) {
      throw refuse(`it has the extension ${shortName(name)}, which this program does not have`);
    }
    if (format !== EXTENSION_FORMAT) throw refuse(`its extension ${name} has format ${format}`);
    if (name <= this.#extension) throw refuse(`the extension ${name} does not come in its order`);
    this.#extension = name;
  }

  #addPayload(payload: Uint8Array): void {
    if (this.#extension === Extension.blobs) this.#addBlob(payload);
    else if (this.#extension === Extension.rows) this.#addRow(payload);
    else throw refuse("a payload belongs to no extension");
  }

  #addBlob(bytes: Uint8Array): void {
    const hash = sha256(bytes);
    if (this.#blobs?.delete(toText(hash)) !== true)
      throw refuse(`no row names the blob ${toHex(hash)}, or it is twice`);
    this.#waiting.push({ hash, bytes: bytes.slice() });
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes >= BLOB_BYTES) this.#writeBlobs();
  }

  #writeBlobs(): void {
    const { lmdb, blobs } = this.#target.tables;
    const list = this.#waiting;
    if (list.length > 0) {
      lmdb.write(() => {
        for (const { hash, bytes } of list) blobs.put(hash, bytes);
      });
    }
    this.#waiting = [];
    this.#waitingBytes = 0;
  }

  #addRow(payload: Uint8Array): void {
    const r = new ProtoReader(payload);
    let name = "";
    let value: Uint8Array = NOTHING;
    for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
      if (tag === 0x0a) name = r.string();
      else if (tag === 0x12) value = r.bytesCopy();
      else throw refuse("a row beside the state has an unknown form");
    }
    if (!this.#rowNames.delete(name)) throw refuse(`the row ${shortName(name)} is not asked for, or it is twice`);
    this.#rowBytes += value.length;
    if (this.#rowBytes > MOST_ROW_BYTES) throw refuse("the rows beside the state are too long");
    this.#rows.set(name, value);
  }

  /** Reads the rows that were imported. */
  view<T>(run: (view: StoresView) => T): T {
    const { tables, stores } = this.#target;
    const { version } = this.#options;
    const txn = tables.lmdb.read();
    // Its own cache of leaves: positions are used again after an import that fails.
    const own = { ...tables, leaves: new LeafValues() };
    const store = (name: string): KvRead => {
      const id = stores.get(name);
      if (id === undefined) return emptyKv;
      return new FlatReader(own, id, (): ReadTxn => txn, this.#flat.long);
    };
    try {
      return run({ version, store });
    } finally {
      txn.done();
    }
  }

  finish(): Imported {
    this.#endTrees();
    const [blob] = this.#blobs ?? [];
    if (blob !== undefined) throw refuse(`it lacks the blob ${toHex(fromText(blob))}`);
    const [row] = this.#rowNames;
    if (row !== undefined) throw refuse(`it lacks the row ${row}`);
    this.#writeBlobs();
    const roots = new Map(Array.from(this.#roots, ([name, root]) => [this.#target.stores.get(name) as number, root]));
    return { roots, long: this.#flat.long, rows: this.#rows };
  }
}

const NOTHING = new Uint8Array(0);
/** A name of others, for a message. */
const shortName = (name: string): string => (name.length > 64 ? `${name.slice(0, 64)}...` : name);
