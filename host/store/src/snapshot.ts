// SPDX-License-Identifier: Apache-2.0
import { assert } from "@sotto/errors";
import { type CommitInfo, iavlProofOp, type StoreHash, storeProofOp } from "@sotto/merkle";
import { StoreError } from "./errors.ts";
import { FlatReader } from "./flat.ts";
import type { KeptRows } from "./keptRows.ts";
import type { KvRead } from "./kv.ts";
import { fromText } from "./latin1.ts";
import type { Node } from "./node.ts";
import { loadNode } from "./nodeStore.ts";
import { readNumber } from "./numbers.ts";
import { decodeVersion, type Roots, versionKey } from "./records.ts";
import type { ReadTxn } from "./table.ts";
import type { Tables } from "./tables.ts";
import { EMPTY_HASH, rootNode } from "./tree.ts";
import { TreeReader } from "./treeReader.ts";
import type { ProvenRow, Snapshot } from "./types.ts";

/** Reads of one version over one LMDB snapshot. */
export class VersionReader implements Snapshot {
  readonly version: number;
  readonly #tables: Tables;
  readonly #ids: ReadonlyMap<string, number>;
  readonly #latest: boolean;
  readonly #stores = new Map<string, KvRead>();
  readonly #readers = new Map<number, FlatReader>();
  #kept: ReadonlyMap<number, KeptRows>;
  #txn: ReadTxn | undefined;
  #roots: Roots | undefined;

  /** `kept`: rows of the latest version that an earlier reader has read. */
  constructor(
    tables: Tables,
    ids: ReadonlyMap<string, number>,
    version: number | undefined,
    kept: ReadonlyMap<number, KeptRows> = new Map(),
  ) {
    this.#kept = kept;
    this.#tables = tables;
    this.#ids = ids;
    const txn = tables.lmdb.read();
    try {
      const latest = readNumber(tables.meta, "version", txn);
      const first = readNumber(tables.meta, "first", txn);
      this.version = version ?? latest;
      this.#latest = this.version === latest;
      if (this.version > latest) {
        throw StoreError.versionInFuture(`version ${this.version} was requested, the latest is ${latest}`);
      }
      if (this.version < first || (this.version === 0 && !this.#latest) || this.version < 0) {
        throw StoreError.versionPruned(`version ${this.version} was requested, the oldest kept is ${first}`);
      }
    } catch (thrown) {
      txn.done();
      throw thrown;
    }
    this.#txn = txn;
  }

  readonly #open = (): ReadTxn => {
    assert(this.#txn !== undefined, "a closed snapshot was read");
    return this.#txn;
  };

  #id(name: string): number {
    const id = this.#ids.get(name);
    if (id === undefined) throw StoreError.unknownStore(name);
    return id;
  }

  /** Reads the flat table if it has this version, else the tree. */
  store(name: string): KvRead {
    const known = this.#stores.get(name);
    if (known !== undefined) return known;
    const id = this.#id(name);
    const hasLong = (): boolean => readNumber(this.#tables.meta, "long", this.#open()) > 0;
    const flat = (): KvRead =>
      this.version === 0
        ? this.#tables.staged.reader(id, this.#open)
        : this.#flat(id, new FlatReader(this.#tables, id, this.#open, hasLong(), this.#kept.get(id)));
    const reader = this.#latest ? flat() : this.tree(name);
    this.#stores.set(name, reader);
    return reader;
  }

  #flat(id: number, reader: FlatReader): FlatReader {
    this.#readers.set(id, reader);
    return reader;
  }

  /** The caches of all stores, for a reader of the next version. */
  release(): ReadonlyMap<number, KeptRows> {
    const kept = new Map(this.#kept);
    for (const [id, reader] of this.#readers) kept.set(id, reader.release());
    // Stores that are read first after this begin caches of their own.
    this.#kept = new Map();
    return kept;
  }

  tree(name: string): TreeReader {
    const id = this.#id(name);
    const root = this.roots().get(id);
    const load = (node: Node): void => loadNode(this.#tables, node, this.#open());
    return new TreeReader(root === undefined ? undefined : rootNode(root), load);
  }

  roots(): Roots {
    if (this.#roots === undefined) {
      const bytes = this.#tables.versions.get(versionKey(this.version), this.#open());
      this.#roots = bytes === undefined ? new Map() : decodeVersion(bytes).roots;
    }
    return this.#roots;
  }

  commitInfo(): CommitInfo {
    const roots = this.roots();
    const stores: StoreHash[] = [];
    for (const [name, id] of this.#ids) {
      // A version does not contain stores that were added later.
      if (roots.has(id)) stores.push({ name, hash: fromText(roots.get(id)?.hash ?? EMPTY_HASH) });
    }
    return { version: this.version, stores };
  }

  prove(name: string, key: Uint8Array): ProvenRow {
    const found = this.tree(name).prove(key);
    if (found === undefined) throw StoreError.notProvable(`store ${name} is empty at version ${this.version}`);
    const simple = storeProofOp(this.commitInfo().stores, name);
    if (simple === undefined) throw StoreError.unknownStore(`${name} at version ${this.version}`);
    return { value: found.value, ops: [iavlProofOp(key, found.proof), simple] };
  }

  close(): void {
    this.#txn?.done();
    this.#txn = undefined;
  }
}
