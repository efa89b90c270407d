// SPDX-License-Identifier: Apache-2.0
import { sha256 } from "@sotto/crypto";
import { assert, EnvironmentFault } from "@sotto/errors";
import { type CommitInfo, encodeStoreProof, multistoreRoot, type StoreHash } from "@sotto/merkle";
import { StoreError } from "./errors.ts";
import { writeFirst } from "./firstCommit.ts";
import { putFlat, removeFlat } from "./flat.ts";
import type { KeptRows } from "./keptRows.ts";
import { compareText, fromText, toText } from "./latin1.ts";
import { LongValues, lengthOf } from "./longValues.ts";
import type { MemoryDisk } from "./memory/memoryDisk.ts";
import type { Node } from "./node.ts";
import { loadNode, NodeWriter } from "./nodeStore.ts";
import { metaKey, readNumber, writeNumber } from "./numbers.ts";
import { Overlay } from "./overlay.ts";
import { Pruning } from "./pruning.ts";
import { decodeVersion, encodeVersion, type Roots, versionKey } from "./records.ts";
import { VersionReader } from "./snapshot.ts";
import type { TextChange } from "./stagedRows.ts";
import { knownStores, openTables, storeNumbers, type Tables } from "./tables.ts";
import { type RootRef, rootNode, Tree } from "./tree.ts";
import type { TreeReader } from "./treeReader.ts";
import type {
  Changes,
  CommitResult,
  ProvenRow,
  RowChanges,
  RowProof,
  Snapshot,
  StateStore,
  StoreMount,
} from "./types.ts";

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
  /** Number of versions that stay readable; undefined: all. */
  readonly pruning: { readonly keepVersions: number | undefined };
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

const DEFAULT_CACHE = 32_768;

export function openStore(options: StoreOptions): StateStore {
  return new DiskStore(options);
}

/** A version that exists in memory alone. */
interface PreparedVersion extends CommitResult {
  readonly rows: ReadonlyMap<number, readonly TextChange[]>;
  readonly saved: readonly SavedTree[];
  /** Whether the rows of the genesis are part of it. */
  readonly isFirst: boolean;
}

interface SavedTree {
  readonly id: number;
  readonly created: readonly Node[];
  readonly orphans: readonly Node[];
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
  readonly #extras: LongValues;
  readonly #pruning: Pruning | undefined;
  #version = 0;
  #first = 0;
  #hasLong = false;
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
    assert((options.pruning.keepVersions ?? 1) >= 1, "at least one version must be kept");
    const readOnly = options.readOnly === true;
    assert(!readOnly || options.path !== undefined, "a reader needs the path of the writer's database");
    const { path, noSync = false, segmentBytes, memory } = options;
    this.#tables = openTables({ path, readOnly, noSync, segmentBytes, memory });
    this.path = this.#tables.lmdb.path;
    for (const mount of options.stores) if (typeof mount !== "string") this.#from.set(mount.name, mount.from);
    this.#ids = storeNumbers(this.#tables, names, readOnly);
    this.#writer = new NodeWriter(this.#tables.nodeLog);
    this.#extras = new LongValues(this.#tables.extraLog);
    this.#pruning = readOnly ? undefined : new Pruning(this.#tables);
    if (!readOnly && this.#isBegun) this.#tables.lmdb.write(() => this.#forgetBegun());
    this.#reload();
  }

  get version(): number {
    return this.#version;
  }

  get appHash(): Uint8Array {
    this.#appHash ??= this.appHashAt(this.#version);
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
    this.#assertKnown(roots);
    if (this.#options.readOnly === true) return;
    this.#assertMounted(roots);
    for (const id of this.#ids.values()) {
      const root = roots.get(id);
      this.#trees.set(id, this.#treeOf(root));
    }
  }

  #treeOf(root: RootRef | undefined): Tree {
    return new Tree(root && rootNode(root), (node) => loadNode(this.#tables, node));
  }

  /** Whether a first commit of staged rows began and made no version. */
  get #isBegun(): boolean {
    return readNumber(this.#tables.meta, "begun") > 0;
  }

  /** Drops the rows of an interrupted first commit, inside a transaction. */
  #forgetBegun(): void {
    const { meta, rows, long } = this.#tables;
    for (const table of [rows, long]) table.clear();
    writeNumber(meta, "begun", 0);
  }

  /** Names and numbers of the stores that a version has. */
  *#mounted(version: number): Generator<readonly [name: string, id: number]> {
    for (const [name, id] of this.#ids) if ((this.#from.get(name) ?? 0) <= version) yield [name, id];
  }

  /**
   * Refuses a chain that passed the first version of a new store without it: the store is missing
   * in its hashes (rootmulti loadVersion).
   */
  #assertMounted(roots: Roots): void {
    for (const [name, from] of this.#from) {
      if (from > this.#version || this.#version === 0 || roots.has(this.#ids.get(name) as number)) continue;
      this.#tables.lmdb.close();
      throw new EnvironmentFault(
        `version ${this.#version} of the state has no store ${name}, which is there from version ${from}: it was made by a program without it`,
      );
    }
  }

  /**
   * Refuses a state with a store that this program does not mount: its hashes would lack the store,
   * and the next commit would lose the store's root.
   */
  #assertKnown(roots: Roots): void {
    const mounted = new Set(this.#ids.values());
    const unknown = [...roots.keys()].filter((id) => !mounted.has(id));
    if (unknown.length === 0) return;
    const names = Array.from(knownStores(this.#tables)).flatMap(([name, id]) => (unknown.includes(id) ? [name] : []));
    this.#tables.lmdb.close();
    throw new EnvironmentFault(
      `version ${this.#version} of the state has the store ${names.join(", ")}, which this program does not know: the state was written by a program with more modules; start that program`,
    );
  }

  #rewind(): void {
    this.#prepared = undefined;
    this.#reader = undefined;
    this.#kept = undefined;
    this.#writer.forget();
    this.#tables.nodeLog.rewind();
    this.#tables.extraLog.rewind();
    this.#pruning?.rewind();
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
   * Memory and logs are ahead of the database after a failure; the committed state is the valid one.
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
    this.#pruning?.settle(version);
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
    assert(this.#version === 0, "rows are staged before the first commit");
    const rows = this.#sorted(changes, this.#options.initialVersion ?? 1);
    this.#tables.staged.add(rows);
  }

  /**
   * The trees of the first version, with the staged rows. All come in the order of their keys, as
   * the rows of a commit in memory, so the trees are the same. Only the transaction of the commit
   * makes the version; after a kill before it the next start has no rows.
   */
  #buildStaged(rows: ReadonlyMap<number, readonly TextChange[]>, version: number): SavedTree[] {
    const { lmdb, meta, staged } = this.#tables;
    staged.add(rows);
    lmdb.write(() => {
      this.#forgetBegun();
      writeNumber(meta, "begun", 1);
    });
    // The rows of all stores are in one table, in the order of the stores' numbers.
    const stores = Array.from(this.#mounted(version), ([, id]) => id).sort((a, b) => a - b);
    for (const id of stores) {
      const { root, long } = writeFirst(this.#tables, this.#writer, id, version, staged.merged(id));
      this.#hasLong ||= long;
      this.#trees.set(id, this.#treeOf(root));
    }
    return [];
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
    for (const [key, value] of extra) {
      if (value === undefined) meta.remove(metaKey("extra", key));
      else meta.put(metaKey("extra", key), this.#extras.put(value));
    }
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

  extra(key: string): Uint8Array | undefined {
    this.refresh();
    const row = this.#tables.meta.get(metaKey("extra", key));
    return row === undefined ? undefined : this.#extras.get(row);
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

  commitInfo(version: number): CommitInfo {
    // Before the first commit there are no roots: all stores are empty.
    if (version === 0 && this.#version === 0) {
      const first = this.#options.initialVersion ?? 1;
      return { version, stores: Array.from(this.#mounted(first), ([name]) => ({ name, hash: EMPTY })) };
    }
    return this.#use(version, (reader) => reader.commitInfo());
  }

  appHashAt(version: number): Uint8Array {
    return multistoreRoot(this.commitInfo(version).stores);
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
    const { rowReads, leaves } = this.#tables;
    return { rows: rowReads, leaves: leaves.reads };
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

/** Changes in byte order; for a repeated key the last change counts. */
function sortChanges(changes: RowChanges): readonly TextChange[] {
  if (changes instanceof Overlay) return changes.textChanges();
  const rows = new Map<string, Uint8Array | undefined>();
  for (const [key, value] of changes) {
    assert(key.length > 0, "a key must not be empty");
    rows.set(toText(key), value);
  }
  return Array.from(rows).sort((a, b) => compareText(a[0], b[0]));
}
