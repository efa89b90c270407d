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
import type { Timed } from "./blockLoop.ts";
import { ClockWatch } from "./clock.ts";
import { type Config, type Listener, listenersOf, paths } from "./config.ts";
import { FileMark, placeOf, SharedMark } from "./executing.ts";
import { openGenesis } from "./genesisFile.ts";
import { resetHome, temporaryHome } from "./home.ts";
import { type Identity, loadIdentity } from "./identity.ts";
import { takeHome } from "./lock.ts";
import type { Logger } from "./log.ts";
import { Queries } from "./queries.ts";
import { Doors } from "./sockets/doors.ts";
import { createGrpcProtocol } from "./sockets/grpc.ts";
import { createWebProtocol, type WebDoor } from "./sockets/http.ts";
import { assertPortsFree } from "./sockets/ports.ts";
import { serveWebSocket } from "./sockets/websocket.ts";
import type { CheckData, CheckHandlers } from "./threads/check.ts";
import type { ExecData, ExecHandlers } from "./threads/exec.ts";
import type { IndexHandlers } from "./threads/index.ts";
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

/** Where the enclave's entry modules are; the launcher knows, the host never imports them by name. */
export interface EnclaveEntries {
  readonly inline: string;
  readonly worker: string;
}

export interface RunningNode {
  readonly height: number;
  readonly config: Config;
  /** Whether a thread is on its way, which a stop must wait for. */
  readonly isStartingThread: boolean;
  /** Ends after the block that is being made; everything committed stays. */
  stop(): Promise<void>;
}

/** 0.0125 uscrt a gas (spec/services.md 2.2). */
const MINIMUM_GAS_PRICE = { denom: "uscrt", perMillion: 12_500n } as const;

const entry = (name: string): URL => new URL(`./threads/${name}.js`, import.meta.url);

/** Those with a stack run contracts; the last three read what others wrote, however large it is. Exec's heap is in the configuration. */
const THREADS = {
  exec: { module: "exec", name: "exec", youngMb: 12, stackMb: CONTRACT_STACK_MB },
  check: { module: "check", name: "check", oldMb: 1_000, youngMb: 12 },
  index: { module: "index", name: "index", oldMb: 1_900, youngMb: 12 },
  search: { module: "search", name: "search", oldMb: 1_900, youngMb: 48 },
  query: { module: "query", name: "query", oldMb: 1_900, youngMb: 12, stackMb: CONTRACT_STACK_MB },
} as const;

interface Threads {
  readonly exec: Thread<ExecHandlers>;
  readonly check: Thread<CheckHandlers>;
  readonly index: Thread<IndexHandlers>;
  /** Reads what the index has written, so it starts when there is an index. */
  readonly search: LazyThread<SearchHandlers>;
  readonly queries: Queries;
  readonly status: Awaited<ReturnType<ExecHandlers["status"]>>;
}

/** A transaction that takes longer is noted in the file, for the case that it ends the process. */
const LONG_MS = 100;

/** Writes down what exec has been executing for a while: it cannot do so itself, and a write for each transaction would cost speed. */
function noteLong(mark: SharedMark, path: string): () => void {
  const file = new FileMark(path);
  const timer = setInterval(() => file.note(mark.now), LONG_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
    file.close();
  };
}

/** What ends a start when a stop was asked for meanwhile. */
class StartStopped extends Error {}

function assertWanted({ asked }: StopFlags): void {
  if (Atomics.load(asked, 0) === 1) throw new StartStopped("the node was stopped while it started");
}

/** Starts the threads in the order in which they need each other: exec opens the files, the first block makes them readable. */
async function startThreads(
  config: Config,
  home: string,
  identity: Identity,
  enclave: EnclaveEntries,
  stopFlags: StopFlags,
  closers: (() => unknown)[],
  { log, onFault }: { readonly log: Logger; readonly onFault: (fault: unknown) => void },
): Promise<Threads> {
  const { cutOff } = stopFlags;
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
    cutOff,
  };
  const executing = SharedMark.memory();
  const execData: ExecData = {
    ...data,
    genesis: identity.genesis,
    document: identity.document,
    validatorSeed: identity.validatorSeed,
    sealedPath: config.home === undefined ? undefined : where.sealed,
    executingPath: config.home === undefined ? undefined : where.executing,
    executing,
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
  // No block is being made any more; results of queries that still run are not needed.
  closers.push(() => Atomics.store(cutOff, 0, 1));
  const search = new LazyThread<SearchHandlers>(() =>
    startThread(entry(THREADS.search.module), THREADS.search, storedData, onFault),
  );
  closers.push(() => search.stop("close"));
  return { exec, check, index, search, queries, status };
}

/** What the process does for its node. */
export interface Surroundings {
  /** For callers that end the process without a stop, or while the node still starts: the start rejects then. */
  readonly stopFlags?: StopFlags;
  /** Whether the process holds the folder already, for as long as it lives. */
  readonly isHomeTaken?: boolean;
}

/** Runs a node until `stop`. `onFault` is told when it cannot go on. */
export async function startNode(
  config: Config,
  enclave: EnclaveEntries,
  log: Logger,
  onFault: (fault: unknown) => void,
  { stopFlags = createStopFlags(), isHomeTaken = false }: Surroundings = {},
): Promise<RunningNode> {
  assertWanted(stopFlags);
  // V8 optimises hot functions of one module on one thread then, and not on four with four times the memory (ADR 50). It changes
  // when a function is optimised, which changes no result.
  setFlagsFromString("--wasm-num-compilation-tasks=1");
  // Read by @sotto/engine in all threads (tiers.ts there), which the host may not import.
  setEnvironmentData("sotto.compilesWithoutTiers", new SharedArrayBuffer(4));
  await assertPortsFree(config.host, Object.values(listenersOf(config)));
  const closers: (() => unknown)[] = [];
  // A thread that fails before the node runs fails the start, and is told once.
  const early: unknown[] = [];
  let tell: (fault: unknown) => void = (fault) => void early.push(fault);
  try {
    const home = await openHome(config, isHomeTaken, closers);
    const identity = loadIdentity(config);
    const told = { log, onFault: (fault: unknown) => tell(fault) };
    const threads = await startThreads(config, home, identity, enclave, stopFlags, closers, told);
    // Requests that the stop cuts off fail, and that is no fault.
    let stopping = false;
    const onRequestFault = (thrown: unknown): void =>
      log[stopping ? "debug" : "error"]({ err: thrown }, "a request failed inside the node");
    const { backend, isStarting } = await joinThreads(config, identity, threads, { log, onRequestFault });
    assertWanted(stopFlags);
    await openDoors(config, backend, log, closers);
    if (early[0] !== undefined) throw early[0];
    tell = onFault;
    closers.push(await startBlocks(config, threads, log));
    return {
      get height() {
        return backend.latestHeight();
      },
      config,
      get isStartingThread() {
        return isStarting();
      },
      stop: () => {
        stopping = true;
        return closeAll(closers, log);
      },
    };
  } catch (thrown) {
    await closeAll(closers, log);
    throw thrown;
  }
}

/** The folder of this node, taken and, if that is asked for, emptied. */
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

/** Where a running node says what goes wrong. */
interface Told {
  readonly log: Logger;
  /** One request failed inside the node. */
  readonly onRequestFault: (thrown: unknown) => void;
}

/** Catches the index up, and joins the threads to the pace of blocks and to what the doors ask. */
async function joinThreads(
  config: Config,
  identity: Identity,
  { exec, check, index, search, queries }: Threads,
  { log, onRequestFault }: Told,
) {
  // Before the first wait: what the thread tells while it loads is not kept for later.
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
    genesis: openGenesis(identity.document),
    onAdded: config.instant ? () => void exec.call("wake").catch(onRequestFault) : () => {},
    onFault: onRequestFault,
  });
  await index.call("sync");
  return { backend, isStarting: () => queries.isStarting || search.isStarting };
}

/** Starts the pace of blocks; answers what ends it. Exec asks check and index itself: no block waits for this thread. */
async function startBlocks(
  { blockTimeMs, instant }: Config,
  { exec, check, index, status }: Threads,
  log: Logger,
): Promise<() => Promise<void>> {
  const clock = new ClockWatch((text) => log.warn(text));
  clock.start(status.nextTime, Date.now());
  exec.onEvent((event, value) => {
    if (event !== "block") return;
    // The exec thread tells blocks under this name.
    const { height, codes, gas, nextTime, phases, spentMs } = value as Timed;
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

/** What was opened last is closed first. One that fails (its thread may be gone) does not keep the others open. */
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

/** The account that the faucet pays from, as the chain knows it. */
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

/** Opens every listener; what is open is closed by `closers`, also when a later one fails. */
async function openDoors(config: Config, backend: ApiBackend, log: Logger, closers: (() => unknown)[]): Promise<void> {
  const { host } = config;
  const routes = createRoutes(backend);
  const rpc = createRpc(backend, routes);
  const methods = grpcMethods(backend, routes);
  const faucet = createNodeFaucet(config, backend);
  const listeners = listenersOf(config);
  const doors = new Doors();
  closers.push(() => doors.close());
  const serve = async (listener: Listener, door: Omit<WebDoor, "name">) => {
    const web = createWebProtocol(doors, { ...door, name: listener.name }, log);
    closers.push(web.close);
    await doors.open(host, listener, web.protocol, true);
    return web;
  };
  await serve(listeners.rest, { handle: createRest(backend, routes), refuse: refuseRest });
  const web = await serve(listeners.rpc, { handle: rpc.handle, refuse: refuseRpc });
  await serve(listeners.grpcWeb, { handle: createGrpcWeb(methods), refuse: refuseGrpcWeb });
  await serve(listeners.faucet, { handle: ({ method, url }) => faucet(method, url), refuse: refuseFaucet });
  await doors.open(host, listeners.grpc, createGrpcProtocol(doors, methods, grpcStreams(backend, routes)), false);
  serveWebSocket(doors, web, {
    path: "/websocket",
    notFound: refuseRpc,
    refuse: refusalJson,
    open(send) {
      const session = createRpcSession(rpc.context, send);
      return { onMessage: (text) => session.receive(text), onClose: () => session.close() };
    },
  });
}
