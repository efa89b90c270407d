// SPDX-License-Identifier: Apache-2.0
import { STORES } from "@sotto/app/facts";
import { type Config, paths } from "./config.ts";
import { FileMark, placeOf, SharedMark } from "./executing.ts";
import type { Identity } from "./identity.ts";
import type { Logs } from "./log.ts";
import type { Observer } from "./observing/observer.ts";
import { Queries } from "./queries.ts";
import type { CheckData, CheckHandlers } from "./threads/check.ts";
import { threadEntry } from "./threads/entry.ts";
import type { ExecData } from "./threads/exec.ts";
import type { IndexHandlers } from "./threads/indexer.ts";
import { type Prepared, THREADS, writerKind } from "./threads/kinds.ts";
import {
  type Handlers,
  LazyThread,
  type StopFlags,
  startThread,
  type Thread,
  type ThreadKind,
} from "./threads/port.ts";
import type { QueryData, QueryHandlers } from "./threads/query.ts";
import type { SearchHandlers } from "./threads/search.ts";
import type { NodeData } from "./threads/shared.ts";
import type { SnapshotData, SnapshotHandlers } from "./threads/snapshot.ts";
import type { StoredData } from "./threads/stored.ts";

/** URLs of the enclave's entry modules, from the launcher; the host never imports them by name. */
export interface EnclaveEntries {
  readonly inline: string;
  readonly worker: string;
}

/** 0.0125 uscrt a gas (spec/services.md 2.2). */
export const MINIMUM_GAS_PRICE = { denom: "uscrt", perMillion: 12_500n } as const;

/** The threads that read what the writer commits. */
export interface Readers {
  readonly check: Thread<CheckHandlers>;
  readonly index: Thread<IndexHandlers>;
  /** Reads the index, so it starts when there is an index. */
  readonly search: LazyThread<SearchHandlers>;
  readonly queries: Queries;
}

/** A longer transaction is recorded in the file, in case it ends the process. */
const LONG_MS = 100;

/**
 * Records a transaction that exec has been executing for a while: exec cannot do so itself, and a
 * write for each transaction would cost speed.
 */
function noteLong(mark: SharedMark, path: string): () => void {
  const file = new FileMark(path);
  const timer = setInterval(() => file.note(mark.now), LONG_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
    file.close();
  };
}

/** What every thread of a node's start needs. */
export interface StartContext {
  readonly config: Config;
  readonly home: string;
  readonly identity: Identity;
  readonly enclave: EnclaveEntries;
  readonly stopFlags: StopFlags;
  readonly closers: (() => unknown)[];
  readonly logs: Logs;
  /** Undefined: nobody watches the node. */
  readonly observer: Observer | undefined;
  /** Threads that load already. */
  readonly prepared: Prepared | undefined;
  readonly onFault: (fault: unknown) => void;
  /** Whether the first start of a chain checks the state of its genesis file. */
  readonly checksGenesis: boolean;
}

function dataOf({ config, home, identity, enclave, stopFlags, observer }: StartContext): NodeData {
  const where = paths(home);
  return {
    chainId: config.chainId,
    statePath: where.state,
    logPath: where.log,
    enclave,
    transport: config.enclaveTransport,
    driver: identity.driver,
    noSync: config.home === undefined,
    minimumGasPrice: MINIMUM_GAS_PRICE,
    execMemoryMb: config.execMemoryMb,
    retention: config.retention,
    cutOff: stopFlags.cutOff,
    mayLackKeys: config.engine !== undefined,
    isMeasured: observer !== undefined,
    believesRows: config.believesRows,
    answersPast: config.answersPast,
  };
}

/** A thread that is not stopped with the others. */
function started<H extends Handlers>(
  { onFault, observer, prepared }: StartContext,
  kind: ThreadKind & { readonly module: string },
  data: NodeData,
): Thread<H> {
  const thread = startThread<H>(threadEntry(kind.module), kind, data, onFault, prepared?.get(kind.name));
  return observer === undefined ? thread : observer.watch(thread);
}

function starter<H extends Handlers>(
  context: StartContext,
  kind: ThreadKind & { readonly module: string },
  data: NodeData,
  last?: keyof H & string,
): Thread<H> {
  const thread = started<H>(context, kind, data);
  context.closers.push(() => thread.stop(last));
  return thread;
}

/**
 * Starts the thread that executes blocks: `exec` decides them, `follow` gets them from CometBFT. It
 * opens the files of the chain, which a first block makes readable for other threads.
 */
export function startWriter<H extends Handlers & { close(): unknown }>(
  context: StartContext,
  module: "exec" | "follow",
): Thread<H> {
  const { config, home, identity, logs, closers, checksGenesis } = context;
  const where = paths(home);
  const executing = SharedMark.memory();
  const data: ExecData = {
    ...dataOf(context),
    ...identity,
    sealedPath: config.home === undefined ? undefined : where.sealed,
    executingPath: config.home === undefined ? undefined : where.executing,
    snapshotsPath: where.snapshots,
    upgradeInfoPath: where.upgradeInfo,
    executing,
    checksGenesis,
  };
  const mark = new SharedMark(executing);
  const whereabouts = (): string => (mark.now === undefined ? "" : ` while it executed ${placeOf(mark.now)}`);
  const kind = { ...writerKind(config, module), whereabouts };
  const writer = starter<H>(context, kind, data, "close");
  writer.onEvent((event, text) => {
    if (event === "unfinished") logs.of("node").warn(String(text));
    // At once: a supervisor may kill the node before its last line.
    if (event === "upgrade") logs.of("node").error(String(text));
  });
  if (data.executingPath !== undefined) closers.push(noteLong(mark, data.executingPath));
  return writer;
}

/**
 * A thread over the folder of snapshots, which the first call starts. Its end is for the caller.
 */
export function snapshotThread(
  context: StartContext,
  name: string,
  onFault: (fault: unknown) => void,
): LazyThread<SnapshotHandlers> {
  const { home, stopFlags, closers } = context;
  const data: SnapshotData = { ...dataOf(context), folder: paths(home).snapshots, asked: stopFlags.asked };
  const thread = new LazyThread<SnapshotHandlers>(() =>
    startThread(threadEntry(THREADS.snapshot.module), { ...THREADS.snapshot, name }, data, onFault),
  );
  closers.push(() => thread.stop("close"));
  return thread;
}

/** Starts the threads that read. `limits`: of the mempool's blocks. */
export function startReaders(context: StartContext, limits: Pick<CheckData, "maxBlockBytes" | "maxBlockGas">): Readers {
  const { home, closers, onFault, stopFlags, observer } = context;
  const data = dataOf(context);
  const checkData: CheckData = { ...data, ...limits };
  const storedData: StoredData = { ...data, indexPath: paths(home).index, stores: STORES };
  const check = starter<CheckHandlers>(context, THREADS.check, checkData);
  const index = starter<IndexHandlers>(context, THREADS.index, storedData, "close");
  const queries = new Queries({
    start: (name, niceness) => {
      const queryData: QueryData = { ...data, niceness };
      return started<QueryHandlers>(context, { ...THREADS.query, name }, queryData);
    },
    onFault,
    metrics: observer?.metrics,
  });
  closers.push(() => queries.stop());
  // There is no block in execution; results of running queries are not needed.
  closers.push(() => Atomics.store(stopFlags.cutOff, 0, 1));
  const search = new LazyThread<SearchHandlers>(() => started(context, THREADS.search, storedData));
  closers.push(() => search.stop("close"));
  return { check, index, search, queries };
}
