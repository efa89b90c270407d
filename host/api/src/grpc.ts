// SPDX-License-Identifier: Apache-2.0
import { type Answer, type ApiBackend, type ApiRoute, faultStatus, HEIGHT_HEADER, parseHeight } from "@sotto/backend";
import { Health } from "@sotto/proto/grpc.health.v1";
import type { GrpcMethod } from "./grpcMethod.ts";
import { health } from "./health.ts";
import { type GrpcStream, reflectionStreams } from "./reflection/reflection.ts";

/** The metadata of an answer. */
export const grpcHeaders = ({ height }: Answer): Readonly<Record<string, string>> => ({
  [HEIGHT_HEADER]: String(height),
});

const servicesOf = (routes: ReadonlyMap<string, ApiRoute>): Set<string> =>
  new Set([...routes.values()].map(({ method }) => method.parent.typeName));

/** Every route as a gRPC method, and the check of health. */
export const grpcMethods = (backend: ApiBackend, routes: ReadonlyMap<string, ApiRoute>): GrpcMethod[] => [
  ...[...routes.values()].map(
    ({ path, method, call }): GrpcMethod => ({
      path,
      method,
      async call(request, height) {
        try {
          return await call(request, parseHeight(height));
        } catch (thrown) {
          throw faultStatus(backend, thrown);
        }
      },
    }),
  ),
  health(backend, servicesOf(routes)).check,
];

/** What a gRPC server streams: reflection over the services of the routes, and their health. */
export function grpcStreams(backend: ApiBackend, routes: ReadonlyMap<string, ApiRoute>): GrpcStream[] {
  const services = servicesOf(routes);
  const reflection = reflectionStreams([...services, Health.typeName]).map(({ path, open }) => ({
    path,
    open() {
      const answer = open();
      return async (request: Uint8Array) => {
        try {
          return await answer(request);
        } catch (thrown) {
          throw faultStatus(backend, thrown);
        }
      };
    },
  }));
  return [...reflection, health(backend, services).watch];
}
