// SPDX-License-Identifier: Apache-2.0
import { setFlagsFromString } from "node:v8";
import { MessageChannel, setEnvironmentData } from "node:worker_threads";
import { create } from "@bufbuild/protobuf";
import {
  createGrpcWeb,
  createRest,
  createRoutes,
  grpcMethods,
  grpcStreams,
  refuseGrpcWeb,
  refuseRest,
} from "@sotto/api";
import { STORES } from "@sotto/app/facts";
import { VERSION } from "@sotto/app/version";
import type { ApiBackend } from "@sotto/backend";
import { toHex } from "@sotto/bytes";
import { decode, encode } from "@sotto/codec";
import { consensusAddress } from "@sotto/comet";
import { ChainError, EnvironmentFault } from "@sotto/errors";
import { accounts, createFaucet, deriveAccount, refuseFaucet } from "@sotto/local";
import { QueryAccountInfoRequestSchema, QueryAccountInfoResponseSchema } from "@sotto/proto/cosmos.auth.v1beta1";
import { createRpc, createRpcSession, refusalJson, refuseRpc } from "@sotto/rpc";
import { CONTRACT_STACK_MB } from "@sotto/transport";
import { createBackend } from "./backend.ts";
import type { TimedOutcome } from "./blockLoop.ts";
import { ClockWatch } from "./clock.ts";
import { type Config, type Listener, listenersOf, paths } from "./config.ts";
import { FileMark, placeOf, SharedMark } from "./executing.ts";
import { openGenesis } from "./genesisFile.ts";
import { resetHome, temporaryHome } from "./home.ts";
import { type Identity, loadIdentity } from "./identity.ts";
import { importGenesis, type PendingImport } from "./importGenesis.ts";
import { takeHome } from "./lock.ts";
import type { Logger } from "./log.ts";
import { Queries } from "./queries.ts";
import { Endpoints } from "./sockets/endpoints.ts";
import { createGrpcProtocol } from "./sockets/grpc.ts";
import { createWebProtocol, type WebEndpoint } from "./sockets/http.ts";
import { assertPortsFree } from "./sockets/ports.ts";
import { serveWebSocket } from "./sockets/websocket.ts";
import type { CheckData, CheckHandlers } from "./threads/check.ts";
import type { ExecData, ExecHandlers } from "./threads/exec.ts";
import type { IndexHandlers } from "./threads/indexer.ts";
import {
  createStopFlags,
  type Handlers,
  LazyThread,
  type StopFlags,
  startThread,
  type Thread,
  type ThreadKind,
} from "./threads/port.ts";
import type { SearchHandlers } from "./threads/search.ts";
import type { NodeData } from "./threads/shared.ts";
import type { StoredData } from "./threads/stored.ts";
import { assertMisses, equalPowers } from "./validators.ts";

/** URLs of the enclave's entry modules, from the launcher; the host never imports them by name. */
export interface EnclaveEntries {
  readonly inline: string;
  readonly worker: string;
}

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

/** 0.0125 uscrt a gas (spec/services.md 2.2). */
const MINIMUM_GAS_PRICE = { denom: "uscrt", perMillion: 12_500n } as const;

const entry = (name: string): URL => new URL(`./threads/${name}.js`, import.meta.url);

/**
 * Threads with a stack run contracts; the last three read stored data of any size. Exec's heap is
 * in the configuration.
 */
const THREADS = {
  exec: { module: "exec", name: "exec", youngMb: 12, stackMb: CONTRACT_STACK_MB },
  check: { module: "check", name: "check", oldMb: 1_000, youngMb: 12 },
  index: { module: "indexer", name: "index", oldMb: 1_900, youngMb: 12 },
  search: { module: "search", name: "search", oldMb: 1_900, youngMb: 48 },
  query: { module: "query", name: "query", oldMb: 1_900, youngMb: 12, stackMb: CONTRACT_STACK_MB },
} as const;

interface Threads {
  readonly exec: Thread<ExecHandlers>;
  readonly check: Thread<CheckHandlers>;
  readonly index: Thread<IndexHandlers>;
  /** Reads the index, so it starts when there is an index. */
  readonly search: LazyThread<SearchHandlers>;
  readonly queries: Queries;
  readonly status: Awaited<ReturnType<ExecHandlers["status"]>>;
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

/** Ends a start when a stop was requested meanwhile. */
class StartStopped extends Error {}

function assertWanted({ asked }: StopFlags): void {
  if (Atomics.load(asked, 0) === 1) throw new StartStopped("the node was stopped while it started");
}

interface StartSinks {
  readonly log: Logger;
  readonly onFault: (fault: unknown) => void;
  /** Whether the first start of a chain checks the state of its genesis file. */
  readonly checksGenesis: boolean;
}

/**
 * Starts the threads in the order of their dependencies: exec opens the files, the first block
 * makes them readable.
 */
async function startThreads(
  config: Config,
  home: string,
  identity: Identity,
  enclave: EnclaveEntries,
  stopFlags: StopFlags,
  closers: (() => unknown)[],
  { log, onFault, checksGenesis }: StartSinks,
): Promise<Threads> {
  const start = <H extends Handlers>(
    kind: ThreadKind & { readonly module: string },
    data: NodeData,
    last?: keyof H & string,
  ): Thread<H> => {
    const thread = startThread<H>(entry(kind.module), kind, data, onFault);
    closers.push(() => thread.stop(last));
    return thread;
  };
  const where = paths(home);
  const data: NodeData = {
    chainId: config.chainId,
    statePath: where.state,
    logPath: where.log,
    enclave,
    transport: config.enclaveTransport,
    driver: identity.driver,
    noSync: config.home === undefined,
    minimumGasPrice: MINIMUM_GAS_PRICE,
    execMemoryMb: config.execMemoryMb,
    cutOff: stopFlags.cutOff,
  };
  const executing = SharedMark.memory();
  const execData: ExecData = {
    ...data,
    ...identity,
    sealedPath: config.home === undefined ? undefined : where.sealed,
    executingPath: config.home === undefined ? undefined : where.executing,
    upgradeInfoPath: where.upgradeInfo,
    executing,
    checksGenesis,
  };
  const mark = new SharedMark(executing);
  const whereabouts = (): string => (mark.now === undefined ? "" : ` while it executed ${placeOf(mark.now)}`);
  const exec = start<ExecHandlers>({ ...THREADS.exec, oldMb: config.execMemoryMb, whereabouts }, execData, "close");
  exec.onEvent((event, text) => {
    if (event === "unfinished") log.warn(String(text));
  });
  if (execData.executingPath !== undefined) closers.push(noteLong(mark, execData.executingPath));
  let status = await exec.call("status");
  if (status.height === 0) {
    await exec.call("produceFirst");
    status = await exec.call("status");
  }
  assertWanted(stopFlags);
  const checkData: CheckData = { ...data, maxBlockBytes: status.maxDataBytes, maxBlockGas: status.maxGas };
  const storedData: StoredData = { ...data, indexPath: where.index, stores: STORES };
  const check = start<CheckHandlers>(THREADS.check, checkData);
  const index = start<IndexHandlers>(THREADS.index, storedData, "close");
  const queries = new Queries({
    start: (name, niceness) =>
      startThread(entry(THREADS.query.module), { ...THREADS.query, name }, { ...data, niceness }, onFault),
    onFault,
  });
  closers.push(() => queries.stop());
  // There is no block in execution; results of running queries are not needed.
  closers.push(() => Atomics.store(stopFlags.cutOff, 0, 1));
  const search = new LazyThread<SearchHandlers>(() =>
    startThread(entry(THREADS.search.module), THREADS.search, storedData, onFault),
  );
  closers.push(() => search.stop("close"));
  return { exec, check, index, search, queries, status };
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
}

/** Runs a node until `stop`. Calls `onFault` when it cannot continue. */
export async function startNode(
  config: Config,
  enclave: EnclaveEntries,
  log: Logger,
  onFault: (fault: unknown) => void,
  { stopFlags = createStopFlags(), isHomeTaken = false }: ProcessServices = {},
): Promise<RunningNode> {
  assertWanted(stopFlags);
  // Before a chain is removed: a start that is refused removes nothing.
  if (config.reset) assertMisses(config.misses, equalPowers(config.validators ?? 1));
  // V8 then optimises hot functions of one module on one thread, and not on four with four times
  // the memory (ADR 50). It changes the time when a function is optimised, but no result.
  setFlagsFromString("--wasm-num-compilation-tasks=1");
  // Read by @sotto/engine in all threads (tiers.ts there), which the host may not import.
  setEnvironmentData("sotto.compilesWithoutTiers", new SharedArrayBuffer(4));
  await assertPortsFree(config.host, Object.values(listenersOf(config)));
  const closers: (() => unknown)[] = [];
  // A thread that fails before the node runs fails the start, and is reported once.
  const early: unknown[] = [];
  let tell: (fault: unknown) => void = (fault) => void early.push(fault);
  let pending: PendingImport | undefined;
  try {
    const home = await openHome(config, isHomeTaken, closers);
    pending = importGenesis(home, config.genesisFile);
    const identity = loadIdentity(config, pending === undefined ? config.home : home);
    const told = { log, onFault: (fault: unknown) => tell(fault), checksGenesis: pending !== undefined };
    const threads = await startThreads(config, home, identity, enclave, stopFlags, closers, told);
    pending?.done();
    pending = undefined;
    // Requests that the stop interrupts fail, which is not a fault.
    let stopping = false;
    const onRequestFault = (thrown: unknown): void =>
      log[stopping ? "debug" : "error"]({ err: thrown }, "a request failed inside the node");
    const { backend, isStarting } = await joinThreads(config, identity, threads, { log, onRequestFault }, closers);
    assertWanted(stopFlags);
    await openEndpoints(config, backend, log, closers);
    if (early[0] !== undefined) throw early[0];
    tell = onFault;
    closers.push(await startBlocks(config, threads, log));
    return {
      get height() {
        return backend.latestHeight();
      },
      config,
      validators: identity.validatorSeeds.length,
      get isStartingThread() {
        return isStarting();
      },
      stop: () => {
        stopping = true;
        return closeAll(closers, log);
      },
    };
  } catch (thrown) {
    // A temporary folder is removed with all that is in it.
    if (config.home === undefined) pending = undefined;
    await closeAll(closers, log);
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

/** The outputs for faults of a running node. */
interface FaultSinks {
  readonly log: Logger;
  /** One request failed inside the node. */
  readonly onRequestFault: (thrown: unknown) => void;
}

/** Catches the index up, and connects the threads to the pace of blocks and to the endpoints. */
async function joinThreads(
  config: Config,
  identity: Identity,
  { exec, check, index, search, queries }: Threads,
  { log, onRequestFault }: FaultSinks,
  closers: (() => unknown)[],
) {
  const genesis = openGenesis(identity.document);
  closers.push(() => genesis.close());
  // Before the first wait: events of the thread while it loads are not stored.
  index.onEvent((event, value) => {
    if (event === "warning") log.warn(String(value));
  });
  const pauseMs = config.instant ? 0 : config.blockTimeMs;
  const backend = createBackend({
    first: await index.call("first"),
    info: nodeInfo(config, identity),
    check,
    index,
    search,
    queries,
    pauseMs,
    genesis,
    onAdded: config.instant ? () => void exec.call("wake").catch(onRequestFault) : () => {},
    onFault: onRequestFault,
  });
  await index.call("sync");
  return { backend, isStarting: () => queries.isStarting || search.isStarting };
}

/**
 * Starts the pace of blocks; returns the function that ends it. Exec calls check and index itself:
 * no block waits for this thread.
 */
async function startBlocks(
  { blockTimeMs, instant }: Config,
  { exec, check, index, status }: Threads,
  log: Logger,
): Promise<() => Promise<void>> {
  const clock = new ClockWatch((text) => log.warn(text));
  clock.start(status.nextTime, Date.now());
  exec.onEvent((event, value) => {
    if (event !== "block") return;
    // The exec thread reports blocks under this name.
    const { height, codes, gas, nextTime, phases, spentMs } = value as TimedOutcome;
    clock.block(nextTime, Date.now());
    const failed = codes.filter((code) => code !== 0).length;
    const parts = log.isLevelEnabled("debug") ? { phases } : {};
    log.info({ height, txs: codes.length, failed, gas, ms: Math.round(spentMs), ...parts }, "block");
  });
  const [toCheck, toIndex] = [new MessageChannel(), new MessageChannel()];
  check.lend(toCheck.port1);
  index.lend(toIndex.port1);
  const ways = { check: toCheck.port2, index: toIndex.port2 };
  await exec.callWith([ways.check, ways.index], "startBlocks", { ...ways, blockTimeMs, instant });
  return () => exec.call("stopBlocks");
}

/**
 * Closes in reverse order. A failing close (its thread may have ended) does not prevent the others.
 */
async function closeAll(closers: (() => unknown)[], log: Logger): Promise<void> {
  for (const close of closers.splice(0).reverse()) {
    try {
      await close();
    } catch (thrown) {
      log.debug({ err: thrown }, "not closed in order");
    }
  }
}

function nodeInfo({ chainId, ports }: Config, { validatorKey }: Identity) {
  const publicKey = { type: "ed25519", bytes: validatorKey } as const;
  return {
    id: toHex(consensusAddress(publicKey)),
    network: chainId,
    moniker: "sotto",
    listenAddr: "tcp://0.0.0.0:26656",
    rpcAddress: `tcp://127.0.0.1:${ports.rpc}`,
    validator: publicKey,
    application: { name: "secret", appName: "sotto", version: VERSION, gitCommit: "" },
    minimumGasPrice: "0.012500000000000000uscrt",
    pruningKeepRecent: "0",
    pruningInterval: "0",
  };
}

/** The faucet's account on the chain. */
async function accountState(backend: ApiBackend, address: string) {
  try {
    const request = encode(QueryAccountInfoRequestSchema, create(QueryAccountInfoRequestSchema, { address }));
    const { value } = await backend.query("/cosmos.auth.v1beta1.Query/AccountInfo", request, 0);
    const { info } = decode(QueryAccountInfoResponseSchema, value);
    return info === undefined ? undefined : { accountNumber: info.accountNumber, sequence: info.sequence };
  } catch (thrown) {
    if (thrown instanceof ChainError) return undefined;
    throw thrown;
  }
}

function createNodeFaucet({ chainId }: Config, backend: ApiBackend) {
  const payer = accounts.find(({ name }) => name === "a");
  if (payer === undefined) throw new EnvironmentFault("the faucet's account is not declared");
  return createFaucet({
    chainId,
    address: payer.address,
    key: () => deriveAccount(payer.mnemonic),
    backend: { account: (address) => accountState(backend, address), broadcast: (tx) => backend.broadcast(tx) },
  });
}

/** Opens every endpoint; `closers` closes open ones, also when a later one fails. */
async function openEndpoints(
  config: Config,
  backend: ApiBackend,
  log: Logger,
  closers: (() => unknown)[],
): Promise<void> {
  const { host } = config;
  const routes = createRoutes(backend);
  const rpc = createRpc(backend, routes);
  const methods = grpcMethods(backend, routes);
  const faucet = createNodeFaucet(config, backend);
  const listeners = listenersOf(config);
  const endpoints = new Endpoints();
  closers.push(() => endpoints.close());
  const serve = async (listener: Listener, endpoint: Omit<WebEndpoint, "name">) => {
    const web = createWebProtocol(endpoints, { ...endpoint, name: listener.name }, log);
    closers.push(web.close);
    await endpoints.open(host, listener, web.protocol, true);
    return web;
  };
  await serve(listeners.rest, { handle: createRest(backend, routes), refuse: refuseRest });
  const web = await serve(listeners.rpc, { handle: rpc.handle, refuse: refuseRpc });
  await serve(listeners.grpcWeb, { handle: createGrpcWeb(methods), refuse: refuseGrpcWeb });
  await serve(listeners.faucet, { handle: ({ method, url }) => faucet(method, url), refuse: refuseFaucet });
  await endpoints.open(
    host,
    listeners.grpc,
    createGrpcProtocol(endpoints, methods, grpcStreams(backend, routes)),
    false,
  );
  serveWebSocket(endpoints, web, {
    path: "/websocket",
    notFound: refuseRpc,
    refuse: refusalJson,
    open(send) {
      const session = createRpcSession(rpc.context, send);
      return { onMessage: (text) => session.receive(text), onClose: () => session.close() };
    },
  });
}
