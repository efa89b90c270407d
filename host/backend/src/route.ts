// SPDX-License-Identifier: Apache-2.0
import {
  create,
  type DescMethod,
  type DescService,
  type Message,
  type MessageInitShape,
  type MessageShape,
} from "@bufbuild/protobuf";
import { join } from "@sotto/bytes";
import { decode, encode, gatewayJson, OWN_BYTES } from "@sotto/codec";
import { ChainError, InvariantBroken } from "@sotto/errors";
import { assertQueryHeight, restBindings } from "@sotto/kernel";
import type { ApiBackend, RouteInfo } from "./backend.ts";
import { type Pieces, textPieces } from "./pieces.ts";
import { type StatusError, statusOf } from "./status.ts";

/**
 * A route that every endpoint can call: protobuf bytes in. `height` 0 is the latest state. Both
 * throw StatusError.
 */
export interface ApiRoute extends RouteInfo {
  /** Protobuf bytes out. */
  readonly call: (request: Uint8Array, height: number) => Promise<Answer>;
  /** JSON as the REST gateway prints it, made on the thread that has the answer. */
  readonly json: (request: Uint8Array, height: number) => Promise<JsonAnswer>;
}

export interface Answer {
  readonly value: Uint8Array;
  /** Height of the state that was read. */
  readonly height: number;
}

export interface JsonAnswer {
  readonly json: Pieces;
  readonly height: number;
}

/** Stands for a handler: the route is answered where the history is read (`historyRoutes`). */
export const HISTORY = Symbol("history");

/** One asynchronous handler per rpc of a service; without one of them the code does not compile. */
export type AsyncHandlers<S extends DescService> = {
  readonly [M in keyof S["method"]]:
    | typeof HISTORY
    | ((
        request: MessageShape<S["method"][M]["input"]>,
        height: number,
      ) => Promise<MessageInitShape<S["method"][M]["output"]>>);
};

type Handler = (request: Message, height: number) => Promise<MessageInitShape<DescMethod["output"]>>;

/** A thrown error as a status; a fault of the node is reported. */
export function faultStatus(backend: Pick<ApiBackend, "onFault">, thrown: unknown): StatusError {
  const status = statusOf(thrown);
  if (status !== thrown && !(thrown instanceof ChainError)) backend.onFault(thrown);
  return status;
}

/** Runs a function, and turns its error into a status. */
async function withStatus<T>(backend: ApiBackend, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (thrown) {
    throw faultStatus(backend, thrown);
  }
}

/** The routes of a service that lives in this package. */
export function serviceRoutes<S extends DescService>(
  backend: ApiBackend,
  service: S,
  handlers: AsyncHandlers<S>,
): ApiRoute[] {
  // AsyncHandlers<S> maps every method of S; they are looked up by the names that S itself lists.
  const table = handlers as unknown as Readonly<Record<string, Handler | typeof HISTORY>>;
  return routesOf([service]).map((info) => {
    const handle = table[info.method.localName];
    if (handle === undefined) throw new InvariantBroken(`${info.path} has no handler`);
    return handle === HISTORY ? historyRoute(backend, info) : ownRoute(backend, info, handle);
  });
}

/** A route whose answer is small: it is made, and printed, on the calling thread. */
function ownRoute(backend: ApiBackend, info: RouteInfo, handle: Handler): ApiRoute {
  const { input, output } = info.method;
  const call = (request: Uint8Array, height: number): Promise<Answer> =>
    withStatus(backend, async () => {
      const answer = await handle(decode(input, request), height);
      const seen = height === 0 ? backend.latestHeight() : height;
      return { value: encode(output, create(output, answer)), height: seen };
    });
  return {
    ...info,
    call,
    async json(request, height) {
      const { value, height: seen } = await call(request, height);
      const text = gatewayJson(output, decode(output, value, "drop", OWN_BYTES), backend.registry);
      return { json: textPieces(text), height: seen };
    },
  };
}

function historyRoute(backend: ApiBackend, info: RouteInfo): ApiRoute {
  const seen = (height: number): number => (height === 0 ? backend.latestHeight() : height);
  return {
    ...info,
    call: (request, height) =>
      withStatus(backend, async () => {
        const pieces = await backend.history(info.path, request, "proto");
        return { value: pieces.length === 1 ? (pieces[0] as Uint8Array) : join(pieces), height: seen(height) };
      }),
    json: (request, height) =>
      withStatus(backend, async () => ({
        json: await backend.history(info.path, request, "json"),
        height: seen(height),
      })),
  };
}

/** A route of the chain: its bytes go to the query threads. */
export function chainRoute(backend: ApiBackend, info: RouteInfo): ApiRoute {
  const assertHeight = (height: number): void => assertQueryHeight(height, backend.latestHeight(), false);
  return {
    ...info,
    call: (request, height) =>
      withStatus(backend, async () => {
        assertHeight(height);
        return backend.query(info.path, request, height);
      }),
    json: (request, height) =>
      withStatus(backend, async () => {
        assertHeight(height);
        return backend.queryJson(info.path, request, height);
      }),
  };
}

/**
 * The routes of services, from their descriptors alone, for threads that run no queries.
 */
export const routesOf = (services: readonly DescService[]): RouteInfo[] =>
  services.flatMap((service) =>
    service.methods.map((method) => ({
      path: `/${service.typeName}/${method.name}`,
      method,
      rest: restBindings(method),
    })),
  );
