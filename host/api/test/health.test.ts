// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { decode, encode } from "@sotto/codec";
import {
  HealthCheckRequestSchema,
  HealthCheckResponseSchema,
  HealthCheckResponse_ServingStatus as Status,
} from "@sotto/proto/grpc.health.v1";
import { afterAll, describe, expect, it } from "vitest";
import { openNode } from "../../../test/support/node.ts";
import { createRoutes, grpcMethods, grpcStreams } from "../src/index.ts";

const node = openNode();
afterAll(() => node.close());
const routes = createRoutes(node.backend);
const request = (service: string) => encode(HealthCheckRequestSchema, create(HealthCheckRequestSchema, { service }));
const statusOf = (bytes: Uint8Array) => decode(HealthCheckResponseSchema, bytes).status;

const check = grpcMethods(node.backend, routes).find(({ path }) => path === "/grpc.health.v1.Health/Check");
const watch = grpcStreams(node.backend, routes).find(({ path }) => path === "/grpc.health.v1.Health/Watch");

const KNOWN = ["", "cosmos.bank.v1beta1.Query", "secret.compute.v1beta1.Query", "grpc.health.v1.Health"];

describe("the health of the node", () => {
  it.each(KNOWN)("is told for %j", async (service) => {
    expect(statusOf((await check?.call(request(service), undefined))?.value ?? new Uint8Array())).toBe(Status.SERVING);
    expect(statusOf((await watch?.open()(request(service))) ?? new Uint8Array())).toBe(Status.SERVING);
    expect(watch?.staysOpen).toBe(true);
  });

  it("is not found for a service that there is not, and watched until there is one", async () => {
    await expect(check?.call(request("no.such.Service"), undefined)).rejects.toMatchObject({
      code: 5,
      message: "unknown service",
    });
    expect(statusOf((await watch?.open()(request("no.such.Service"))) ?? new Uint8Array())).toBe(
      Status.SERVICE_UNKNOWN,
    );
  });

  it("is no answer to what is no message", async () => {
    await expect(check?.call(Uint8Array.of(0xff), undefined)).rejects.toMatchObject({ code: 3 });
    await expect(watch?.open()(Uint8Array.of(0xff))).rejects.toMatchObject({ code: 3 });
  });
});
