// SPDX-License-Identifier: Apache-2.0
import { sha256 } from "@sotto/crypto";
import { assert } from "@sotto/errors";
import { type CommitInfo, encodeStoreProof, multistoreRoot, type StoreHash } from "@sotto/merkle";
import { StoreError } from "./errors.ts";
import { ExtraRows } from "./extraRows.ts";
import { writeFirst } from "./firstCommit.ts";
import { putFlat, removeFlat } from "./flat.ts";
import type { KeptRows } from "./keptRows.ts";
import { fromText, toText } from "./latin1.ts";
import { lengthOf } from "./longValues.ts";
import { assertKnown, assertMounted } from "./mounts.ts";
import { loadNode, NodeWriter } from "./nodeStore.ts";
import { metaKey, readNumber, writeNumber } from "./numbers.ts";
import { type PreparedVersion, type SavedTree, sortChanges } from "./preparedVersion.ts";
import { Pruning } from "./pruning.ts";
import { decodeVersion, encodeVersion, type Roots, versionKey } from "./records.ts";
import type { RowProof, StateProver } from "./rowProof.ts";
import { VersionReader } from "./snapshot.ts";
import type { VersionSource } from "./snapshots/exporter.ts";
import { type Imported, type ImportOptions, VersionImporter } from "./snapshots/importer.ts";
import { createSource } from "./snapshots/source.ts";
import type { TextChange } from "./stagedRows.ts";
import type { StoreOptions } from "./storeOptions.ts";
import { openTables, storeNumbers, type Tables } from "./tables.ts";
import { type RootRef, rootNode, Tree } from "./tree.ts";
import type { TreeReader } from "./treeReader.ts";
import type { Changes, CommitResult, ProvenRow, Snapshot, StateStore, StoreMount, VersionImport } from "./types.ts";
import { createProver } from "./versionProver.ts";

export type { StoreOptions } from "./storeOptions.ts";

const DEFAULT_CACHE = 32_768;
/** Values of the number `begun`: what wrote rows without a version. */
const Begun = { staged: 1, import: 2 } as const;

export function openStore(options: StoreOptions): StateStore {
  return new DiskStore(options);
}

class DiskStore implements StateStore {
  readonly path: string;
  readonly #options: StoreOptions;
  readonly #tables: Tables;
  readonly #ids: ReadonlyMap<string, number>;
  /** First versions of stores that were added after the first version of the chain. */
  readonly #from = new Map<string, number>();
  readonly #trees = new Map<number, Tree>();
  readonly #writer: NodeWriter;
  readonly #extras: ExtraRows;
  readonly #pruning: Pruning | undefined;
  #version = 0;
  #first = 0;
  #hasLong = false;
  #importing = false;
  #appHash: Uint8Array | undefined;
  #closed = false;
  #prepared: PreparedVersion | undefined;
  /** The snapshot whose cache the next version gets, and the cache before a snapshot has it. */
  #reader: VersionReader | undefined;
  #kept: ReadonlyMap<number, KeptRows> | undefined;

  constructor(options: StoreOptions) {
    this.#options = options;
    const names = options.stores.map(nameOf);
    assert(new Set(names).size === names.length, "a store is named twice");
    const { keepVersions, rows } = options.pruning;
    assert((keepVersions ?? 1) >= 1, "at least one version must be kept");
    assert(
      (rows?.keep ?? 1) >= 1 && (keepVersions ?? 0) <= (rows?.keep ?? keepVersions ?? 0),
      "a kept version lacks rows",
    );
    const readOnly = options.readOnly === true;
    assert(!readOnly || options.path !== undefined, "a reader needs the path of the writer's database");
    const { path, noSync = false, segmentBytes, memory } = options;
    this.#tables = openTables({ path, readOnly, noSync, segmentBytes, memory });
    this.path = this.#tables.lmdb.path;
    for (const mount of options.stores) if (typeof mount !== "string") this.#from.set(mount.name, mount.from);
    this.#ids = storeNumbers(this.#tables, names, readOnly);
    this.#writer = new NodeWriter(this.#tables.nodeLog);
    this.#extras = new ExtraRows(this.#tables, rows);
    this.#pruning = readOnly ? undefined : new Pruning(this.#tables);
    if (!readOnly && this.#isBegun) this.#tables.lmdb.write(() => this.#forgetBegun());
    this.#reload();
  }

  get version(): number {
    return this.#version;
  }

  get appHash(): Uint8Array {
    this.#appHash ??= multistoreRoot(this.commitInfo(this.#version).stores);
    return this.#appHash;
  }

  /** Sets all state in memory to the state of the database. */
  #reload(): void {
    const { meta, versions } = this.#tables;
    this.#version = readNumber(meta, "version");
    this.#first = readNumber(meta, "first");
    this.#hasLong = readNumber(meta, "long") > 0;
    this.#appHash = undefined;
    this.#trees.clear();
    const bytes = versions.get(versionKey(this.#version));
    const roots: Roots = bytes === undefined ? new Map() : decodeVersion(bytes).roots;
    assertKnown(this.#tables, this.#ids, this.#version, roots);
    if (this.#options.readOnly === true) return;
    assertMounted(this.#tables, this.#ids, this.#from, this.#version, roots);
    for (const id of this.#ids.values()) {
      const root = roots.get(id);
      this.#trees.set(id, this.#treeOf(root));
    }
  }

  #treeOf(root: RootRef | undefined): Tree {
    return new Tree(root && rootNode(root), (node) => loadNode(this.#tables, node));
  }

  /** Whether a first commit of staged rows, or an import, began and made no version. */
  get #isBegun(): boolean {
    return readNumber(this.#tables.meta, "begun") > 0;
  }

  /** Drops the rows of an interrupted first commit or import, inside a transaction. */
  #forgetBegun(): void {
    const { meta, rows, long, blobs } = this.#tables;
    if (readNumber(meta, "begun") === Begun.import) blobs.clear();
    for (const table of [rows, long]) table.clear();
    for (const name of ["begun", "long"]) writeNumber(meta, name, 0);
  }

  #begin(what: number): void {
    this.#tables.lmdb.write(() => {
      this.#forgetBegun();
      writeNumber(this.#tables.meta, "begun", what);
    });
  }

  /** Names and numbers of the stores that a version has. */
  *#mounted(version: number): Generator<readonly [name: string, id: number]> {
    for (const [name, id] of this.#ids) if ((this.#from.get(name) ?? 0) <= version) yield [name, id];
  }

  #rewind(): void {
    this.#prepared = undefined;
    this.#reader = undefined;
    this.#kept = undefined;
    this.#writer.forget();
    this.#tables.nodeLog.rewind();
    this.#tables.extraLog.rewind();
    this.#pruning?.rewind();
    this.#extras.rewind();
    this.#reload();
  }

  refresh(): void {
    if (this.#options.readOnly !== true) return;
    this.#tables.lmdb.refresh();
    const version = readNumber(this.#tables.meta, "version");
    if (version === this.#version) return;
    this.#version = version;
    this.#appHash = undefined;
  }

  #read(version?: number): VersionReader {
    const reader = new VersionReader(this.#tables, this.#ids, version);
    if (this.#options.readOnly === true && version === undefined && reader.version !== this.#version) {
      this.#version = reader.version;
      this.#appHash = undefined;
    }
    return reader;
  }

  snapshot(version?: number): Snapshot {
    if (version !== undefined || this.#options.readOnly === true) return this.#read(version);
    // Two readers must not share a cache: only one of them is asked for it at the commit.
    const reader = new VersionReader(this.#tables, this.#ids, undefined, this.#kept);
    if (this.#kept !== undefined || this.#reader === undefined) this.#reader = reader;
    this.#kept = undefined;
    return reader;
  }

  /** Rows that the first snapshot of the last version has read, as the commit has left them. */
  #keepRows(rows: ReadonlyMap<number, readonly TextChange[]>): void {
    const all = this.#reader?.release();
    this.#reader = undefined;
    this.#kept = all;
    if (all === undefined) return;
    for (const [id, list] of rows) {
      const kept = all.get(id);
      if (kept !== undefined) for (const [text, value] of list) kept.change(text, value);
    }
  }

  prepare(changes: Changes): CommitResult {
    assert(!this.#importing, "a commit came before the end of an import");
    this.dropPrepared();
    const version = this.#version === 0 ? (this.#options.initialVersion ?? 1) : this.#version + 1;
    const isFirst = !this.#tables.staged.isEmpty;
    const rows = this.#sorted(changes, version);
    const saved = this.#orRewind(() => (isFirst ? this.#buildStaged(rows, version) : this.#updateTrees(rows, version)));
    const appHash = multistoreRoot(this.#storeHashes(version));
    this.#prepared = { version, appHash, rows, saved, isFirst };
    return { version, appHash };
  }

  dropPrepared(): void {
    if (this.#prepared !== undefined) this.#rewind();
  }

  commitPrepared(extra: ReadonlyMap<string, Uint8Array | undefined> = new Map()): CommitResult {
    const prepared = this.#prepared;
    assert(prepared !== undefined, "no version is prepared");
    this.#prepared = undefined;
    this.#orRewind(() => this.#makeDurable(prepared, extra));
    const { version, appHash } = prepared;
    this.#appHash = appHash;
    return { version, appHash };
  }

  commit(changes: Changes, extra?: ReadonlyMap<string, Uint8Array | undefined>): CommitResult {
    this.prepare(changes);
    return this.commitPrepared(extra);
  }

  /**
   * Memory and logs are ahead of the database after a failure; the committed state is the valid
   * one.
   */
  #orRewind<T>(run: () => T): T {
    try {
      return run();
    } catch (thrown) {
      if (!this.#closed) this.#rewind();
      throw thrown;
    }
  }

  #makeDurable(
    { version, rows, saved, isFirst }: PreparedVersion,
    extra: ReadonlyMap<string, Uint8Array | undefined>,
  ): void {
    const { lmdb, meta, staged } = this.#tables;
    lmdb.write(() => {
      if (isFirst) writeNumber(meta, "begun", 0);
      this.#write(version, isFirst ? new Map() : rows, saved, extra);
    });
    if (isFirst) staged.clear();
    this.#version = version;
    if (this.#first === 0) this.#first = version;
    for (const { id, created } of saved) {
      this.#trees.get(id)?.settle(created, this.#options.cacheNodes ?? DEFAULT_CACHE);
    }
    this.#settle(version);
    // A reader of the genesis has no cache of this form.
    if (!isFirst) this.#keepRows(rows);
  }

  #sorted(changes: Changes, version: number): Map<number, readonly TextChange[]> {
    const rows = new Map<number, readonly TextChange[]>();
    const mounted = new Map(this.#mounted(version));
    for (const [name, list] of changes) {
      const id = mounted.get(name);
      if (id === undefined) throw StoreError.unknownStore(this.#ids.has(name) ? `${name} in version ${version}` : name);
      rows.set(id, sortChanges(list));
    }
    return rows;
  }

  stage(changes: Changes): void {
    assert(this.#version === 0 && !this.#importing, "rows are staged before the first commit");
    const rows = this.#sorted(changes, this.#options.initialVersion ?? 1);
    this.#tables.staged.add(rows);
  }

  /**
   * The trees of the first version, with the staged rows. All come in the order of their keys, as
   * the rows of a commit in memory, so the trees are the same. Only the transaction of the commit
   * makes the version; after a kill before it the next start has no rows.
   */
  #buildStaged(rows: ReadonlyMap<number, readonly TextChange[]>, version: number): SavedTree[] {
    const { staged } = this.#tables;
    staged.add(rows);
    this.#begin(Begun.staged);
    // The rows of all stores are in one table, in the order of the stores' numbers.
    const stores = Array.from(this.#mounted(version), ([, id]) => id).sort((a, b) => a - b);
    for (const id of stores) {
      const { root, long } = writeFirst(this.#tables, this.#writer, id, version, staged.merged(id));
      this.#hasLong ||= long;
      this.#trees.set(id, this.#treeOf(root));
    }
    return [];
  }

  beginImport(options: ImportOptions): VersionImport {
    if (this.#version !== 0 || this.#importing || !this.#tables.staged.isEmpty)
      throw StoreError.snapshotRefused("the state is not empty");
    this.#begin(Begun.import);
    this.#importing = true;
    const stores = new Map(this.#mounted(options.version));
    const importer = new VersionImporter({ tables: this.#tables, writer: this.#writer, stores }, options);
    const abort = (): void => {
      this.#importing = false;
      if (!this.#isBegun) return;
      this.#tables.lmdb.write(() => this.#forgetBegun());
      this.#rewind();
    };
    const commit: VersionImport["commit"] = (check) => {
      const imported = importer.finish();
      const own = importer.view((view) => check(view, imported.rows));
      return this.#commitImported(options.version, { ...imported, rows: new Map([...imported.rows, ...own]) });
    };
    return { add: (item) => importer.add(item), commit, abort };
  }

  #commitImported(version: number, { roots, long, rows }: Imported): CommitResult {
    this.#hasLong ||= long;
    for (const [id, root] of roots) this.#trees.set(id, this.#treeOf(root));
    const appHash = multistoreRoot(this.#storeHashes(version));
    this.#prepared = { version, appHash, rows: new Map(), saved: [], isFirst: true };
    const result = this.commitPrepared(rows);
    this.#importing = false;
    return result;
  }

  source(version: number): VersionSource {
    return createSource(this.#tables, this.#ids, this.#extras, version);
  }

  hold(version: number): () => void {
    assert(this.#pruning !== undefined, "only the writer prunes");
    this.#read(version).close();
    return this.#pruning.hold(version);
  }

  #storeHashes(version: number): StoreHash[] {
    return Array.from(this.#mounted(version), ([name, id]) => ({
      name,
      hash: fromText((this.#trees.get(id) as Tree).hash),
    }));
  }

  #updateTrees(rows: ReadonlyMap<number, readonly TextChange[]>, version: number): SavedTree[] {
    const saved: SavedTree[] = [];
    for (const [id, list] of rows) {
      const tree = this.#trees.get(id);
      assert(tree !== undefined, "a reader cannot commit");
      for (const [text, value] of list) {
        if (value === undefined) tree.remove(text);
        else tree.set(text, value);
      }
      const { created, orphans } = tree.save(version);
      this.#writer.put(created);
      saved.push({ id, created, orphans });
    }
    this.#writer.flush();
    return saved;
  }

  #write(
    version: number,
    rows: ReadonlyMap<number, readonly TextChange[]>,
    saved: readonly SavedTree[],
    extra: ReadonlyMap<string, Uint8Array | undefined>,
  ): void {
    const { meta, versions, nodeLog, extraLog } = this.#tables;
    const long = this.#writeRows(rows, saved);
    const roots = new Map<number, RootRef | undefined>();
    for (const [, id] of this.#mounted(version)) roots.set(id, this.#trees.get(id)?.root);
    versions.put(versionKey(version), encodeVersion({ end: nodeLog.end, roots }));
    this.#extras.write(version, this.#first === 0, extra);
    writeNumber(meta, "version", version);
    if (this.#first === 0) writeNumber(meta, "first", version);
    if (long && !this.#hasLong) {
      writeNumber(meta, "long", 1);
      this.#hasLong = true;
    }
    this.#prune(version, saved);
    nodeLog.seal();
    extraLog.seal();
  }

  /** Returns whether some keys are too long for LMDB. */
  #writeRows(rows: ReadonlyMap<number, readonly TextChange[]>, saved: readonly SavedTree[]): boolean {
    let long = false;
    for (const [id, list] of rows) {
      for (const [text, value] of list) if (value === undefined) removeFlat(this.#tables, id, text);
    }
    for (const { id, created } of saved) {
      for (const { height, key, value, position } of created) {
        if (height === 0) long = putFlat(this.#tables, id, key, value as Uint8Array, position) || long;
      }
    }
    return long;
  }

  #prune(version: number, saved: readonly SavedTree[]): void {
    const { keepVersions } = this.#options.pruning;
    const pruning = this.#pruning;
    if (keepVersions === undefined || pruning === undefined) return;
    const gone: number[] = [];
    for (const { orphans } of saved) for (const { position } of orphans) gone.push(position);
    pruning.note(version, gone);
    const first = pruning.run(this.#first, version - keepVersions);
    if (first === this.#first) return;
    writeNumber(this.#tables.meta, "first", first);
    this.#first = first;
  }

  /** After a commit: removes files that nothing needs. */
  #settle(version: number): void {
    this.#pruning?.settle(version);
    this.#extras.settle();
  }

  extra(key: string): Uint8Array | undefined {
    this.refresh();
    return this.#extras.get(key);
  }

  extraSize(key: string): number {
    this.refresh();
    const row = this.#tables.meta.get(metaKey("extra", key));
    return row === undefined ? 0 : lengthOf(row);
  }

  prove(store: string, key: Uint8Array, version: number): ProvenRow {
    return this.#use(version, (reader) => reader.prove(store, key));
  }

  proveRow(store: string, key: Uint8Array, known = 0): RowProof {
    const id = this.#ids.get(store);
    if (id === undefined) throw StoreError.unknownStore(store);
    const tree = this.#trees.get(id);
    assert(tree !== undefined, "a reader has no working tree");
    return tree.prove(toText(key), known);
  }

  proveStore(store: string): Uint8Array {
    const proof = encodeStoreProof(this.#storeHashes(this.#version), store);
    if (proof === undefined) throw StoreError.unknownStore(`${store} at version ${this.#version}`);
    return proof;
  }

  prover(store: string, version: number): StateProver {
    return this.#use(version, (reader) => createProver(this.#tables, reader, store));
  }

  commitInfo(version: number): CommitInfo {
    // Before the first commit there are no roots: all stores are empty.
    if (version === 0 && this.#version === 0) {
      const first = this.#options.initialVersion ?? 1;
      return { version, stores: Array.from(this.#mounted(first), ([name]) => ({ name, hash: EMPTY })) };
    }
    return this.#use(version, (reader) => reader.commitInfo());
  }

  withTree<T>(store: string, version: number, run: (tree: TreeReader) => T): T {
    return this.#use(version, (reader) => run(reader.tree(store)));
  }

  #use<T>(version: number, run: (reader: VersionReader) => T): T {
    const reader = this.#read(version);
    try {
      return run(reader);
    } finally {
      reader.close();
    }
  }

  get cacheReads() {
    return { rows: this.#tables.rowReads, leaves: this.#tables.leaves.reads };
  }

  blob(hash: Uint8Array): Uint8Array | undefined {
    this.#tables.lmdb.refresh();
    return this.#tables.blobs.get(hash);
  }

  putBlob(bytes: Uint8Array): Uint8Array {
    const hash = sha256(bytes);
    if (this.#tables.blobs.peek(hash) === undefined) {
      this.#tables.lmdb.write(() => this.#tables.blobs.put(hash, bytes));
    }
    return hash;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#tables.lmdb.close();
  }
}

const nameOf = (mount: StoreMount): string => (typeof mount === "string" ? mount : mount.name);

const EMPTY = sha256(new Uint8Array(0));
