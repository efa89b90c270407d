import { create } from "@bufbuild/protobuf";
import {
  type ApiBackend,
  createGrpcWeb,
  createRest,
  createRoutes,
  createRpc,
  createRpcSession,
  grpcMethods,
  grpcStreams,
} from "@sotto/api";
import { STORES, VERSION } from "@sotto/app";
import { toHex } from "@sotto/bytes";
import { decode, encode } from "@sotto/codec";
import { consensusAddress } from "@sotto/comet";
import { ChainError, EnvironmentFault } from "@sotto/errors";
import { accounts, createFaucet, deriveAccount } from "@sotto/local";
import { QueryAccountInfoRequestSchema, QueryAccountInfoResponseSchema } from "@sotto/proto/cosmos.auth.v1beta1";
import { createBackend } from "./backend.ts";
import { BlockLoop } from "./blockLoop.ts";
import { nowNs } from "./clock.ts";
import { type Config, type Listener, listenersOf, paths } from "./config.ts";
import { resetHome, temporaryHome } from "./home.ts";
import { type Identity, loadIdentity } from "./identity.ts";
import { LANE_LIMITS, QueryLanes } from "./lanes.ts";
import { takeHome } from "./lock.ts";
import type { Logger } from "./log.ts";
import { serveGrpc } from "./sockets/grpc.ts";
import { assertPortsFree, serveHttp, type WebHandler } from "./sockets/http.ts";
import { serveWebSocket } from "./sockets/websocket.ts";
import type { CheckData, CheckHandlers } from "./threads/check.ts";
import type { ExecData, ExecHandlers } from "./threads/exec.ts";
import type { IndexData, IndexHandlers } from "./threads/index.ts";
import { pack } from "./threads/packed.ts";
import {
  createStopFlags,
  type Handlers,
  type StopFlags,
  startThread,
  type Thread,
  type ThreadKind,
} from "./threads/port.ts";
import type { QueryHandlers } from "./threads/query.ts";
import type { NodeData } from "./threads/shared.ts";

/** Where the enclave's entry modules are; the launcher knows, the host never imports them by name. */
export interface EnclaveEntries {
  readonly inline: string;
  readonly worker: string;
}

export interface RunningNode {
  readonly height: number;
  readonly config: Config;
  /** Whether a query lane is on its way, which a stop must wait for. */
  readonly isStartingLane: boolean;
  /** Ends after the block that is being made; everything committed stays. */
  stop(): Promise<void>;
}

/** 0.0125 uscrt a gas (chain-surface 1.5). */
const MINIMUM_GAS_PRICE = { denom: "uscrt", perMillion: 12_500n } as const;

const entry = (name: string): URL => new URL(`./threads/${name}.js`, import.meta.url);

/** The last two read what others wrote, however large it is. */
const THREADS = {
  exec: { module: "exec", name: "exec", oldMb: 1_000, youngMb: 12 },
  check: { module: "check", name: "check", oldMb: 1_000, youngMb: 12 },
  index: { module: "index", name: "index", oldMb: 1_900, youngMb: 12 },
  query: { module: "query", name: "query", oldMb: 1_900, youngMb: 12 },
} as const;

interface Threads {
  readonly exec: Thread<ExecHandlers>;
  readonly check: Thread<CheckHandlers>;
  readonly index: Thread<IndexHandlers>;
  readonly queries: QueryLanes<QueryHandlers>;
  readonly status: Awaited<ReturnType<ExecHandlers["status"]>>;
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
  onFault: (fault: unknown) => void,
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
    noSync: config.home === undefined,
    minimumGasPrice: MINIMUM_GAS_PRICE,
    cutOff,
  };
  const execData: ExecData = {
    ...data,
    genesis: identity.genesis,
    validatorSeed: identity.validatorSeed,
    enclaveSeed: identity.enclaveSeed,
    sealedPath: config.home === undefined ? undefined : where.sealed,
  };
  const exec = start<ExecHandlers>(THREADS.exec, execData, "close");
  let status = await exec.call("status");
  if (status.height === 0) {
    await exec.call("produce", nowNs(), pack([]), []);
    status = await exec.call("status");
  }
  assertWanted(stopFlags);
  const checkData: CheckData = { ...data, maxBlockBytes: status.maxDataBytes, maxBlockGas: status.maxGas };
  const indexData: IndexData = { ...data, indexPath: where.index, stores: STORES };
  const check = start<CheckHandlers>(THREADS.check, checkData);
  const index = start<IndexHandlers>(THREADS.index, indexData, "close");
  const queries = new QueryLanes<QueryHandlers>({
    start: (name) => startThread(entry(THREADS.query.module), { ...THREADS.query, name }, data, onFault),
    limits: LANE_LIMITS,
    onFault,
  });
  closers.push(() => queries.stop());
  // No block is being made any more; who still computes, does so for nobody.
  closers.push(() => Atomics.store(cutOff, 0, 1));
  return { exec, check, index, queries, status };
}

/**
 * Runs a node until `stop`. `onFault` is told when it cannot go on. `stopFlags`: for who ends the process without a stop, or while
 * this still starts: it rejects then.
 */
export async function startNode(
  config: Config,
  enclave: EnclaveEntries,
  log: Logger,
  onFault: (fault: unknown) => void,
  stopFlags: StopFlags = createStopFlags(),
): Promise<RunningNode> {
  assertWanted(stopFlags);
  await assertPortsFree(config.host, Object.values(listenersOf(config)));
  const closers: (() => unknown)[] = [];
  // A thread that fails before the node runs fails the start, and is told once.
  const early: unknown[] = [];
  let tell: (fault: unknown) => void = (fault) => void early.push(fault);
  try {
    const home = openHome(config, closers);
    const identity = loadIdentity(config);
    const threads = await startThreads(config, home, identity, enclave, stopFlags, closers, (fault) => tell(fault));
    // Requests that the stop cuts off fail, and that is no fault.
    let stopping = false;
    const onRequestFault = (thrown: unknown): void =>
      log[stopping ? "debug" : "error"]({ err: thrown }, "a request failed inside the node");
    const { loop, backend } = await joinThreads(config, identity, threads, { log, onFault, onRequestFault });
    assertWanted(stopFlags);
    await openDoors(config, backend, log, closers);
    if (early[0] !== undefined) throw early[0];
    tell = onFault;
    closers.push(() => loop.stop());
    loop.start();
    return {
      get height() {
        return backend.latestHeight();
      },
      config,
      get isStartingLane() {
        return threads.queries.isStarting;
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
function openHome(config: Config, closers: (() => unknown)[]): string {
  if (config.home === undefined) {
    const { home, remove } = temporaryHome();
    closers.push(remove);
    return home;
  }
  closers.push(takeHome(config.home));
  if (config.reset) resetHome(config.home);
  return config.home;
}

/** Where a running node says what goes wrong. */
interface Told {
  readonly log: Logger;
  /** The node can not go on. */
  readonly onFault: (fault: unknown) => void;
  /** One request failed inside the node. */
  readonly onRequestFault: (thrown: unknown) => void;
}

/** Catches the index up, and joins the threads to the pace of blocks and to what the doors ask. */
async function joinThreads(
  config: Config,
  identity: Identity,
  { exec, check, index, queries, status }: Threads,
  { log, onFault, onRequestFault }: Told,
) {
  // Before the first wait: what the thread tells while it loads is not kept for later.
  index.onEvent((event, value) => {
    if (event === "warning") log.warn(String(value));
  });
  let height = await index.call("sync");
  const loop = new BlockLoop({
    exec,
    check,
    publish: async () => {
      height = await index.call("sync");
    },
    now: nowNs,
    blockTimeMs: config.blockTimeMs,
    instant: config.instant,
    maxDataBytes: status.maxDataBytes,
    maxGas: status.maxGas,
    nextTime: status.nextTime,
    log,
    onFault,
  });
  const backend = createBackend({
    info: nodeInfo(config, identity),
    check,
    index,
    queries,
    firstHeight: await index.call("first"),
    pauseMs: config.instant ? 0 : config.blockTimeMs,
    height: () => height,
    genesisText: identity.genesis.json,
    consensusParams: identity.genesis.consensusParams,
    onAdded: () => loop.wake(),
    onFault: onRequestFault,
  });
  return { loop, backend };
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
  const rest = createRest(backend, routes);
  const rpc = createRpc(backend, routes);
  const methods = grpcMethods(backend, routes);
  const grpcWeb = createGrpcWeb(methods);
  const faucet = createNodeFaucet(config, backend);
  const listeners = listenersOf(config);
  const serve = async (listener: Listener, handle: WebHandler) => {
    const server = await serveHttp(host, listener, handle, log);
    closers.push(server.close);
    return server;
  };
  await serve(listeners.rest, rest);
  const { server } = await serve(listeners.rpc, rpc.handle);
  await serve(listeners.grpcWeb, grpcWeb);
  await serve(listeners.faucet, ({ method, url }) => faucet(method, url));
  const grpc = await serveGrpc(host, listeners.grpc, methods, grpcStreams(backend, routes));
  closers.push(grpc.close);
  const sockets = serveWebSocket(server, "/websocket", (send) => {
    const session = createRpcSession(rpc.context, send);
    return { onMessage: (text) => void session.receive(text), onClose: () => session.close() };
  });
  closers.push(() => sockets.close());
}
