import {
  create,
  type DescMethod,
  type DescService,
  type Message,
  type MessageInitShape,
  type MessageShape,
} from "@bufbuild/protobuf";
import { decode, encode } from "@sotto/codec";
import { ChainError, InvariantBroken } from "@sotto/errors";
import { assertQueryHeight, restBindings } from "@sotto/kernel";
import type { ApiBackend, RouteInfo } from "./backend.ts";
import { type StatusError, statusOf } from "./status.ts";

/** A route that every door can call: protobuf bytes in and out. `height` 0 asks for the latest state. */
export interface ApiRoute extends RouteInfo {
  /** Throws StatusError. */
  readonly call: (request: Uint8Array, height: number) => Promise<Answer>;
}

export interface Answer {
  readonly value: Uint8Array;
  /** Height of the state that was read. */
  readonly height: number;
}

/** One asynchronous handler per rpc of a service; leave one out and it does not compile. */
export type AsyncHandlers<S extends DescService> = {
  readonly [M in keyof S["method"]]: (
    request: MessageShape<S["method"][M]["input"]>,
    height: number,
  ) => Promise<MessageInitShape<S["method"][M]["output"]>>;
};

type Handler = (request: Message, height: number) => Promise<MessageInitShape<DescMethod["output"]>>;

/** What was thrown as a status, reported when it was the node's own fault. */
export function faultStatus(backend: Pick<ApiBackend, "onFault">, thrown: unknown): StatusError {
  const status = statusOf(thrown);
  if (status !== thrown && !(thrown instanceof ChainError)) backend.onFault(thrown);
  return status;
}

/** The routes of a service that lives in this package. */
export function serviceRoutes<S extends DescService>(
  backend: ApiBackend,
  service: S,
  handlers: AsyncHandlers<S>,
): ApiRoute[] {
  // AsyncHandlers<S> maps every method of S; they are looked up by the names that S itself lists.
  const table = handlers as unknown as Readonly<Record<string, Handler>>;
  return service.methods.map((method) => {
    const handle = table[method.localName];
    if (handle === undefined) throw new InvariantBroken(`${service.typeName}.${method.name} has no handler`);
    return {
      path: `/${service.typeName}/${method.name}`,
      method,
      rest: restBindings(method),
      async call(request, height) {
        try {
          const answer = await handle(decode(method.input, request), height);
          const seen = height === 0 ? backend.latestHeight() : height;
          return { value: encode(method.output, create(method.output, answer)), height: seen };
        } catch (thrown) {
          throw faultStatus(backend, thrown);
        }
      },
    };
  });
}

/** A route of the chain: its bytes go to the query threads. */
export const chainRoute = (backend: ApiBackend, route: RouteInfo): ApiRoute => ({
  path: route.path,
  method: route.method,
  rest: route.rest,
  async call(request, height) {
    try {
      assertQueryHeight(height, backend.latestHeight(), false);
      return await backend.query(route.path, request, height);
    } catch (thrown) {
      throw faultStatus(backend, thrown);
    }
  },
});

/** The routes of services, from their descriptors alone: how a thread that runs no queries knows the chain's routes. */
export const routesOf = (services: readonly DescService[]): RouteInfo[] =>
  services.flatMap((service) =>
    service.methods.map((method) => ({
      path: `/${service.typeName}/${method.name}`,
      method,
      rest: restBindings(method),
    })),
  );
