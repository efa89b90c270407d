// SPDX-License-Identifier: Apache-2.0
import { textBytes } from "@sotto/backend";
import { frame } from "@sotto/backend/grpcWire";
import { concat, fromUtf8, toBase64 } from "@sotto/bytes";
import { Service } from "@sotto/proto/cosmos.tx.v1beta1";
import { createRpc, createRpcSession } from "@sotto/rpc";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openNode, payment, type TestNode, textOf } from "../../../test/support/node.ts";
import { createGrpcWeb, createRest, createRoutes, grpcMethods } from "../src/index.ts";

// Requests that are small in bytes and large in memory. Each is refused before it takes memory.

const VALUES = `[{}${",{}".repeat(3_000_000)}]`;
const POST = { method: "POST", headers: { "content-type": "application/json" } };
let node: TestNode;

beforeAll(() => {
  node = openNode();
  node.produce([]);
});
afterAll(() => node.close());

/** Largest growth of the heap in MB during `run`, as measured from outside. */
async function heapOf(run: () => Promise<unknown>): Promise<number> {
  const before = process.memoryUsage().heapUsed;
  await run();
  return (process.memoryUsage().heapUsed - before) / 1e6;
}

const routes = () => createRoutes(node.backend);

it("ids of millions of escapes are refused by RPC, one by one and in a batch, before an answer repeats them", async () => {
  const rpc = createRpc(node.backend, routes());
  const request = (id: string) => `{"jsonrpc":"2.0","id":"${id}","method":"status"}`;
  const ask = async (body: string) => textOf((await rpc.handle({ ...POST, url: "/", body: fromUtf8(body) })).body);
  for (const id of ["a\\n".repeat(1_600_000), "<".repeat(2_500_000), "a".repeat(4_097)]) {
    const used = await heapOf(async () => {
      const [one, batch] = [await ask(request(id)), await ask(`[${request(id)}]`)];
      expect(one).toContain("json-rpc ID is over 4096 characters");
      // Compat: a batch with one invalid request is read as a single request, which it is not.
      expect(batch).toContain("cannot unmarshal array into Go value");
      for (const told of [one, batch]) expect(told.length).toBeLessThan(600);
    });
    expect(used).toBeLessThan(100);
  }
  expect(await ask(request("<".repeat(4_096)))).toContain('"result":');
});

describe("millions of values in JSON", () => {
  it("are refused by RPC, in a body and in a URL", async () => {
    const rpc = createRpc(node.backend, routes());
    const params = `{"path":"/store/bank/key","data":"00","junk":${VALUES}}`;
    const body = fromUtf8(`{"jsonrpc":"2.0","id":1,"method":"abci_query","params":${params}}`);
    const used = await heapOf(async () => {
      const answer = await rpc.handle({ ...POST, url: "/", body });
      expect(answer.status).toBe(500);
      expect(textOf(answer.body)).toContain("over 65536 values");
    });
    expect(used).toBeLessThan(150);
    const url = `/tx?hash=[${"1,".repeat(100_000)}1]`;
    const answer = await rpc.handle({ method: "GET", headers: {}, url, body: new Uint8Array(0) });
    expect(textOf(answer.body)).toContain("over 65536 values");
  });

  it("are not repeated by errors", async () => {
    const rpc = createRpc(node.backend, routes());
    const long = ["0", "1", "a"].map((char) => char.repeat(2_000_000));
    const bodies = [
      `{"id":1,"method":"block","params":{"height":${long[1]}}}`,
      `{"id":1,"method":"block","params":{"height":"${long[1]}"}}`,
      `{"id":1,"method":"block","params":[${long[1]},1]}`,
      `{"id":1,"method":"header_by_hash","params":{"hash":${long[1]}}}`,
      `{"id":["${long[2]}"],"method":"block"}`,
      `{"id":${long[1]},"method":"block"}`,
    ];
    for (const body of bodies) {
      const answer = await rpc.handle({ ...POST, url: "/", body: fromUtf8(body) });
      expect(textOf(answer.body)).toContain('"error"');
      expect(answer.body.length).toBeLessThan(8_000);
    }
  });

  it("are refused by a WebSocket", async () => {
    const told: string[] = [];
    const session = createRpcSession(
      createRpc(node.backend, routes()).context,
      (text) => told.push(textOf(textBytes(text))) > 0,
    );
    await session.receive(VALUES);
    session.close();
    expect(told).toHaveLength(1);
    expect(told[0]).toContain("over 65536 values");
  });

  it("are refused by REST", async () => {
    const rest = createRest(node.backend, routes());
    const body = fromUtf8(`{"tx_bytes":"","junk":${VALUES}}`);
    const answer = await rest({ ...POST, url: "/cosmos/tx/v1beta1/simulate", body });
    expect(answer.status).toBe(400);
    expect(textOf(answer.body)).toContain("over 65536 values");
  });
});

describe("millions of fields in protobuf", () => {
  // TxEncodeRequest with a body of empty messages.
  const fields = new Uint8Array(6_000_000);
  for (let i = 0; i < fields.length; i += 2) fields[i] = 0x0a;
  const nested = (bytes: Uint8Array): Uint8Array => {
    const length: number[] = [];
    for (let left = bytes.length; ; left = Math.floor(left / 128)) {
      length.push((left & 127) | (left > 127 ? 128 : 0));
      if (left < 128) break;
    }
    return concat(Uint8Array.of(0x0a, ...length), bytes);
  };

  it("are refused by gRPC and gRPC-web", async () => {
    const methods = grpcMethods(node.backend, routes());
    for (const name of ["TxEncode", "Simulate"]) {
      const path = `/${Service.typeName}/${name}`;
      const request = nested(nested(fields));
      await expect(methods.find((method) => method.path === path)?.call(request, undefined)).rejects.toMatchObject({
        code: 3,
        message: expect.stringContaining("over 65536 fields"),
      });
      const headers = { "content-type": "application/grpc-web+proto" };
      const answer = await createGrpcWeb(methods)({ method: "POST", url: path, headers, body: frame(0, request) });
      expect(textOf(answer.body.subarray(5))).toContain("grpc-status: 3");
    }
  });
});

it("gRPC-web in text has so many parts", async () => {
  const methods = grpcMethods(node.backend, routes());
  const send = async (body: string) => {
    const headers = { "content-type": "application/grpc-web-text" };
    const url = `/${Service.typeName}/GetTx`;
    return createGrpcWeb(methods)({ method: "POST", url, headers, body: fromUtf8(body) });
  };
  const answer = textOf((await send("AA==".repeat(2_000_000))).body);
  expect(Buffer.from(answer, "base64").toString("latin1")).toContain("over 1024 parts");
  const good = toBase64(frame(0, new Uint8Array(0)));
  expect(Buffer.from(textOf((await send(good)).body), "base64").toString("latin1")).toContain("tx%20hash".slice(0, 2));
});

it("a hundred may wait for a commit, as the reference has it", async () => {
  const rpc = createRpc(node.backend, routes());
  const tx = encodeURIComponent(`0x${Buffer.from(payment(0n)).toString("hex")}`);
  const waiting = Array.from({ length: 101 }, () =>
    rpc.handle({ method: "GET", headers: {}, url: `/broadcast_tx_commit?tx=${tx}`, body: new Uint8Array(0) }),
  );
  const last = await waiting.at(-1);
  expect(textOf(last?.body ?? new Uint8Array(0))).toContain("max_subscription_clients 100 reached");
  expect(await Promise.race([...waiting.slice(0, 100), "they wait"])).toBe("they wait");
});
