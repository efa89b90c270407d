// SPDX-License-Identifier: Apache-2.0
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
import type { ApiBackend } from "@sotto/backend";
import { decode, encode } from "@sotto/codec";
import { ChainError, EnvironmentFault } from "@sotto/errors";
import { accounts, createFaucet, deriveAccount, refuseFaucet } from "@sotto/local";
import { QueryAccountInfoRequestSchema, QueryAccountInfoResponseSchema } from "@sotto/proto/cosmos.auth.v1beta1";
import { createRpc, createRpcSession, refusalJson, refuseRpc } from "@sotto/rpc";
import { type Config, type Listener, listenersOf } from "./config.ts";
import type { Logger } from "./log.ts";
import { Endpoints } from "./sockets/endpoints.ts";
import { createGrpcProtocol } from "./sockets/grpc.ts";
import { createWebProtocol, type WebEndpoint } from "./sockets/http.ts";
import { serveWebSocket } from "./sockets/websocket.ts";

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
export async function openEndpoints(
  config: Config,
  backend: ApiBackend,
  log: Logger,
  closers: (() => unknown)[],
): Promise<void> {
  const { host } = config;
  const routes = createRoutes(backend);
  const methods = grpcMethods(backend, routes);
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
  await serve(listeners.grpcWeb, { handle: createGrpcWeb(methods), refuse: refuseGrpcWeb });
  await endpoints.open(
    host,
    listeners.grpc,
    createGrpcProtocol(endpoints, methods, grpcStreams(backend, routes)),
    false,
  );
  // A CometBFT beside the node has its own RPC, and its chain no accounts with public keys.
  if (config.engine !== undefined) return;
  const faucet = createNodeFaucet(config, backend);
  await serve(listeners.faucet, { handle: ({ method, url }) => faucet(method, url), refuse: refuseFaucet });
  const rpc = createRpc(backend, routes);
  const web = await serve(listeners.rpc, { handle: rpc.handle, refuse: refuseRpc });
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
