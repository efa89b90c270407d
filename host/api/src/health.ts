// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { type ApiBackend, Code, faultStatus, StatusError } from "@sotto/backend";
import { decode, encode } from "@sotto/codec";
import {
  Health,
  HealthCheckRequestSchema,
  HealthCheckResponse_ServingStatus,
  HealthCheckResponseSchema,
} from "@sotto/proto/grpc.health.v1";
import type { GrpcMethod } from "./grpcMethod.ts";
import type { GrpcStream } from "./reflection/reflection.ts";

// Source of behaviour and texts: grpc-go v1.72, health/server.go. The SDK's node has no health
// service.

const { SERVING, SERVICE_UNKNOWN } = HealthCheckResponse_ServingStatus;

const answerOf = (status: HealthCheckResponse_ServingStatus): Uint8Array =>
  encode(HealthCheckResponseSchema, create(HealthCheckResponseSchema, { status }));

/**
 * grpc.health.v1: a node that answers serves, as a whole (the empty name) and with each of its
 * services. A watcher gets this once; its connection ends when the node stops.
 */
export function health(
  backend: Pick<ApiBackend, "latestHeight" | "onFault">,
  served: Iterable<string>,
): { readonly check: GrpcMethod; readonly watch: GrpcStream } {
  const known = new Set(["", Health.typeName, ...served]);
  const path = (name: string): string => `/${Health.typeName}/${name}`;
  const isKnown = (request: Uint8Array): boolean => known.has(decode(HealthCheckRequestSchema, request).service);
  return {
    check: {
      path: path("Check"),
      method: Health.method.check,
      async call(request) {
        try {
          if (!isKnown(request)) throw new StatusError(Code.notFound, "unknown service");
          return { value: answerOf(SERVING), height: backend.latestHeight() };
        } catch (thrown) {
          throw faultStatus(backend, thrown);
        }
      },
    },
    watch: {
      path: path("Watch"),
      open: () => async (request) => {
        try {
          return answerOf(isKnown(request) ? SERVING : SERVICE_UNKNOWN);
        } catch (thrown) {
          throw faultStatus(backend, thrown);
        }
      },
      staysOpen: true,
    },
  };
}
