import { create } from "@bufbuild/protobuf";
import {
  type ApiBackend,
  createGrpcWeb,
  createRest,
  createRoutes,
  createRpc,
  createRpcSession,
  grpcMethods,
} from "@sotto/api";
import { toHex } from "@sotto/bytes";
import { decode, encode } from "@sotto/codec";
import { consensusAddress } from "@sotto/comet";
import { ChainError, EnvironmentFault } from "@sotto/errors";
import { accounts, createFaucet, deriveAccount } from "@sotto/local";
import { QueryAccountInfoRequestSchema, QueryAccountInfoResponseSchema } from "@sotto/proto/cosmos.auth.v1beta1";
import { createBackend } from "./backend.ts";
import { BlockLoop } from "./blockLoop.ts";
import { nowNs } from "./clock.ts";
import { type Config, paths } from "./config.ts";
import { resetHome, takeHome } from "./home.ts";
import { type Identity, loadIdentity } from "./identity.ts";
import type { Logger } from "./log.ts";
import { serveGrpc } from "./sockets/grpc.ts";
import { serveHttp, type WebHandler } from "./sockets/http.ts";
import { serveWebSocket } from "./sockets/websocket.ts";
import type { CheckData, CheckHandlers } from "./threads/check.ts";
import type { ExecData, ExecHandlers } from "./threads/exec.ts";
import type { IndexData, IndexHandlers } from "./threads/index.ts";
import { startThread, type Thread } from "./threads/port.ts";
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
  /** Ends after the block that is being made; everything committed stays. */
  stop(): Promise<void>;
}

/** 0.0125 uscrt a gas (chain-surface 1.5). */
const MINIMUM_GAS_PRICE = { denom: "uscrt", perMillion: 12_500n } as const;

const entry = (name: string): URL => new URL(`./threads/${name}.js`, import.meta.url);

interface Threads {
  readonly exec: Thread<ExecHandlers>;
  readonly check: Thread<CheckHandlers>;
  readonly index: Thread<IndexHandlers>;
  readonly queries: readonly Thread<QueryHandlers>[];
  readonly status: Awaited<ReturnType<ExecHandlers["status"]>>;
}

/** Starts the threads in the order in which they need each other: exec opens the files, the first block makes them readable. */
async function startThreads(
  config: Config,
  identity: Identity,
  enclave: EnclaveEntries,
  onFault: (fault: Error) => void,
): Promise<Threads> {
  const where = config.home === undefined ? undefined : paths(config.home);
  const base = {
    chainId: config.chainId,
    enclave,
    transport: config.enclaveTransport,
    noSync: config.home === undefined,
    minimumGasPrice: MINIMUM_GAS_PRICE,
  } as const;
  const execData: ExecData = {
    ...base,
    statePath: where?.state,
    logPath: where?.log,
    genesis: identity.genesis,
    validatorSeed: identity.validatorSeed,
    enclaveSeed: identity.enclaveSeed,
  };
  const exec = startThread<ExecHandlers>(entry("exec"), "exec", execData, onFault);
  let status = await exec.call("status");
  if (status.height === 0) {
    await exec.call("produce", nowNs(), [], []);
    status = await exec.call("status");
  }
  const data: NodeData = { ...base, statePath: status.statePath, logPath: status.logPath };
  const checkData: CheckData = { ...data, maxBlockBytes: status.maxDataBytes, maxBlockGas: status.maxGas };
  const indexData: IndexData = { ...data, indexPath: where?.index };
  const check = startThread<CheckHandlers>(entry("check"), "check", checkData, onFault);
  const index = startThread<IndexHandlers>(entry("index"), "index", indexData, onFault);
  const queries = Array.from({ length: config.queryThreads }, (_, i) =>
    startThread<QueryHandlers>(entry("query"), `query-${i + 1}`, data, onFault),
  );
  return { exec, check, index, queries, status };
}

/** Runs a node until `stop`. `onFault` is told when it cannot go on. */
export async function startNode(
  config: Config,
  enclave: EnclaveEntries,
  log: Logger,
  onFault: (fault: unknown) => void,
): Promise<RunningNode> {
  const giveBack = config.home === undefined ? () => {} : takeHome(config.home);
  const closers: (() => unknown)[] = [];
  try {
    if (config.reset && config.home !== undefined) resetHome(config.home);
    const identity = loadIdentity(config);
    const threads = await startThreads(config, identity, enclave, onFault);
    const { exec, check, index, queries, status } = threads;
    closers.push(() => Promise.all([exec, check, index, ...queries].map((thread) => thread.stop())));
    closers.push(
      () => exec.call("close"),
      () => index.call("close"),
    );
    let height = await index.call("sync", status.height + 1);
    const loop = new BlockLoop({
      exec,
      check,
      publish: async (made) => {
        height = await index.call("sync", made);
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
      height: () => height,
      genesisText: identity.genesis.json,
      consensusParams: identity.genesis.consensusParams,
      onAdded: () => loop.wake(),
      onFault: (thrown) => log.error({ err: thrown }, "a request failed inside the node"),
    });
    await openDoors(config, backend, log, closers);
    closers.push(() => loop.stop());
    loop.start();
    return {
      get height() {
        return height;
      },
      config,
      async stop() {
        for (const close of closers.splice(0).reverse()) await close();
        giveBack();
      },
    };
  } catch (thrown) {
    for (const close of closers.reverse()) await close();
    giveBack();
    throw thrown;
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
    application: { name: "secret", appName: "sotto", version: "0.1.0", gitCommit: "" },
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
  const { host, ports } = config;
  const routes = createRoutes(backend);
  const rest = createRest(backend, routes);
  const rpc = createRpc(backend, routes);
  const methods = grpcMethods(backend, routes);
  const grpcWeb = createGrpcWeb(methods);
  const faucet = createNodeFaucet(config, backend);
  const serve = async (name: string, flag: string, port: number, handle: WebHandler) => {
    const server = await serveHttp(host, { name, flag, port }, handle, log);
    closers.push(server.close);
    return server;
  };
  await serve("REST", "--rest-port", ports.rest, rest);
  const { server } = await serve("RPC", "--rpc-port", ports.rpc, rpc.handle);
  await serve("gRPC-web", "--grpc-web-port", ports.grpcWeb, grpcWeb);
  await serve("faucet", "--faucet-port", ports.faucet, ({ method, url }) => faucet(method, url));
  const grpc = await serveGrpc(host, { name: "gRPC", flag: "--grpc-port", port: ports.grpc }, methods);
  closers.push(grpc.close);
  const sockets = serveWebSocket(server, "/websocket", (send) => {
    const session = createRpcSession(rpc.context, send);
    return { onMessage: (text) => void session.receive(text), onClose: () => session.close() };
  });
  closers.push(() => sockets.close());
}
