// SPDX-License-Identifier: Apache-2.0
import { createBackend } from "./backend.ts";
import { setCompilers } from "./compilers.ts";
import { type Config, openListeners } from "./config.ts";
import type { Deciding } from "./deciding.ts";
import { engineBlocks } from "./engine/engineBlocks.ts";
import { openGenesis } from "./genesisFile.ts";
import { resetHome, temporaryHome } from "./home.ts";
import { hasSeed, loadIdentity, loadNetworkIdentity } from "./identity.ts";
import { importGenesis, type PendingImport } from "./importGenesis.ts";
import { takeHome } from "./lock.ts";
import type { Logs } from "./log.ts";
import { openObserver } from "./observing/observer.ts";
import { openEndpoints } from "./openEndpoints.ts";
import { ownBlocks } from "./ownBlocks.ts";
import { assertPortsFree } from "./sockets/ports.ts";
import { type EnclaveEntries, type Readers, type StartContext, startReaders } from "./startThreads.ts";
import type { Prepared } from "./threads/kinds.ts";
import type { CacheCounts } from "./threads/meter.ts";
import { createStopFlags, type StopFlags } from "./threads/port.ts";
import { assertMisses, equalPowers } from "./validators.ts";

export type { EnclaveEntries } from "./startThreads.ts";

export interface RunningNode {
  readonly height: number;
  readonly config: Config;
  /** Number of validators in the genesis. */
  readonly validators: number;
  /** Whether a thread is starting, which a stop must wait for. */
  readonly isStartingThread: boolean;
  /** Ends after the block in execution; all commits stay. */
  stop(): Promise<void>;
}

/** Ends a start when a stop was requested meanwhile. */
class StartStopped extends Error {}

function assertWanted({ asked }: StopFlags): void {
  if (Atomics.load(asked, 0) === 1) throw new StartStopped("the node was stopped while it started");
}

/** Services of the process for its node. */
export interface ProcessServices {
  /**
   * For callers that end the process without a stop, or while the node still starts: the start
   * rejects then.
   */
  readonly stopFlags?: StopFlags;
  /** Whether the process already holds the folder, until its end. */
  readonly isHomeTaken?: boolean;
  /** Threads that load already, after `setCompilers`. The caller drops those that are left. */
  readonly prepared?: Prepared;
}

/** Runs a node until `stop`. Calls `onFault` when it cannot continue. */
export async function startNode(
  config: Config,
  enclave: EnclaveEntries,
  logs: Logs,
  onFault: (fault: unknown) => void,
  { stopFlags = createStopFlags(), isHomeTaken = false, prepared }: ProcessServices = {},
): Promise<RunningNode> {
  assertWanted(stopFlags);
  // Before a chain is removed: a start that is refused removes nothing.
  if (config.reset) assertMisses(config.misses, equalPowers(config.validators ?? 1));
  setCompilers();
  await assertPortsFree(config.host, openListeners(config));
  const closers: (() => unknown)[] = [];
  // A thread that fails before the node runs fails the start, and is reported once.
  const early: unknown[] = [];
  let tell: (fault: unknown) => void = (fault) => void early.push(fault);
  let pending: PendingImport | undefined;
  try {
    const home = await openHome(config, isHomeTaken, closers);
    const observer = await openObserver(config, home, logs, closers);
    const { engine } = config;
    pending = importGenesis(home, config.genesisFile, engine !== undefined && !hasSeed(config));
    const ownHome = pending === undefined ? config.home : home;
    const identity = engine === undefined ? loadIdentity(config, ownHome) : loadNetworkIdentity(config, home);
    const context: StartContext = {
      ...{ config, home, identity, enclave, stopFlags, closers, logs, observer, prepared },
      onFault: (fault) => tell(fault),
      checksGenesis: pending !== undefined,
    };
    const assertGoing = (): void => {
      if (early[0] !== undefined) throw early[0];
      assertWanted(stopFlags);
    };
    const deciding = await (engine === undefined ? ownBlocks(context) : engineBlocks(context, engine, assertGoing));
    assertWanted(stopFlags);
    const readers = startReaders(context, deciding.limits);
    pending?.done();
    pending = undefined;
    // Requests that the stop interrupts fail, which is not a fault.
    let stopping = false;
    const onRequestFault = (thrown: unknown): void =>
      logs.of("queries")[stopping ? "debug" : "error"]({ err: thrown }, "a request failed inside the node");
    const caches = new Map<string, CacheCounts>();
    const backend = await joinThreads(context, deciding, readers, onRequestFault, caches);
    assertWanted(stopFlags);
    await openEndpoints(config, backend, logs.of("sockets"), closers);
    if (early[0] !== undefined) throw early[0];
    tell = onFault;
    closers.push(await deciding.run(readers, backend.abciQuery));
    observer?.started({ ...backend, queries: readers.queries.report, caches, delay: deciding.delay });
    return {
      get height() {
        return backend.latestHeight();
      },
      config,
      validators: identity.validatorSeeds.length,
      get isStartingThread() {
        return readers.queries.isStarting || readers.search.isStarting;
      },
      stop: () => {
        stopping = true;
        observer?.failed("the node stops");
        return closeAll(closers, logs);
      },
    };
  } catch (thrown) {
    // A temporary folder is removed with all that is in it.
    if (config.home === undefined) pending = undefined;
    await closeAll(closers, logs);
    throw pending === undefined ? thrown : pending.failed(thrown, Atomics.load(stopFlags.asked, 0) === 1);
  }
}

/** The folder of this node, taken and, if requested, emptied. */
async function openHome(config: Config, isTaken: boolean, closers: (() => unknown)[]): Promise<string> {
  if (config.home === undefined) {
    const { home, remove } = await temporaryHome();
    closers.push(remove);
    return home;
  }
  if (!isTaken) closers.push(await takeHome(config.home));
  if (config.reset) resetHome(config.home);
  return config.home;
}

/** Catches the index up, and connects the threads to the endpoints. */
async function joinThreads(
  { identity, closers, logs }: StartContext,
  deciding: Deciding,
  readers: Readers,
  onRequestFault: (thrown: unknown) => void,
  caches: Map<string, CacheCounts>,
) {
  const { check, index, search, queries } = readers;
  const genesis = openGenesis(identity.document);
  closers.push(() => genesis.close());
  // Before the first wait: events of the thread while it loads are not stored.
  index.onEvent((event, value) => {
    if (event === "warning") logs.of("index").warn(String(value));
  });
  const backend = createBackend({
    ...{ check, index, search, queries, genesis },
    first: await index.call("first"),
    info: deciding.info,
    pauseMs: deciding.pauseMs,
    mempool: deciding.mempool(readers, onRequestFault),
    onFault: onRequestFault,
    caches,
  });
  await index.call("sync");
  return backend;
}

/**
 * Closes in reverse order. A failing close (its thread may have ended) does not prevent the others.
 */
async function closeAll(closers: (() => unknown)[], logs: Logs): Promise<void> {
  for (const close of closers.splice(0).reverse()) {
    try {
      await close();
    } catch (thrown) {
      logs.of("node").debug({ err: thrown }, "not closed in order");
    }
  }
}
