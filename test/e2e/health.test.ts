// SPDX-License-Identifier: Apache-2.0
import { Client, credentials, type ServiceError, status } from "@grpc/grpc-js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { removeAll, TestNode } from "./node.ts";

let node: TestNode;

beforeAll(async () => {
  node = await TestNode.start({ flags: ["--block-time=100ms"] });
});
afterAll(removeAll);

describe("health and HEAD", () => {
  const SERVING = new Uint8Array([8, 1]);
  const UNKNOWN = new Uint8Array([8, 3]);
  const named = (service: string) => Buffer.concat([Buffer.from([10, service.length]), Buffer.from(service)]);

  test("grpc.health.v1 tells a stock client that the node serves, and goes on telling who watches", async () => {
    const client = new Client(`127.0.0.1:${node.ports.grpc}`, credentials.createInsecure());
    const bytes = (value: Buffer) => value;
    const check = (service: string) =>
      new Promise<Uint8Array>((resolve, reject) =>
        client.makeUnaryRequest("/grpc.health.v1.Health/Check", bytes, bytes, named(service), (error, value) =>
          error === null && value !== undefined ? resolve(new Uint8Array(value)) : reject(error),
        ),
      );
    expect(await check("")).toEqual(SERVING);
    expect(await check("cosmos.bank.v1beta1.Query")).toEqual(SERVING);
    await expect(check("no.such.Service")).rejects.toMatchObject({
      code: status.NOT_FOUND,
      details: "unknown service",
    });
    const watch = client.makeServerStreamRequest(
      "/grpc.health.v1.Health/Watch",
      bytes,
      bytes,
      named("no.such.Service"),
    );
    const told: Uint8Array[] = [];
    let ended: ServiceError | undefined;
    watch.on("data", (value: Buffer) => told.push(new Uint8Array(value)));
    watch.on("error", (error: ServiceError) => {
      ended = error;
    });
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(told).toEqual([UNKNOWN]);
    expect(ended).toBeUndefined();
    watch.cancel();
    client.close();
  });

  test.each([
    ["REST", () => `${node.rest}/cosmos/bank/v1beta1/params`],
    ["REST's documents", () => `${node.rest}/openapi.json`],
    ["REST's failures", () => `${node.rest}/cosmos/bank/v1beta1/balances/x`],
    ["RPC", () => `${node.rpc}/genesis`],
    ["RPC's page", () => `${node.rpc}/`],
    ["the faucet", () => `http://127.0.0.1:${node.ports.faucet}/status`],
  ])("%s answers HEAD as GET, without the body", async (_, url) => {
    const shown = ({ headers }: Response) =>
      [...headers].filter(([name]) => !/^(date|connection|keep-alive|.*height)$/.test(name));
    const head = await fetch(url(), { method: "HEAD" });
    const get = await fetch(url());
    expect([head.status, shown(head)]).toEqual([get.status, shown(get)]);
    expect((await head.arrayBuffer()).byteLength).toBe(0);
    expect((await get.arrayBuffer()).byteLength).toBe(Number(head.headers.get("content-length")));
  });
});
