// SPDX-License-Identifier: Apache-2.0
import { type ClientHttp2Session, connect as connectHttp2 } from "node:http2";
import type { GrpcMethod } from "@sotto/api";
import { frame } from "@sotto/backend/grpcWire";
import { concat, fromUtf8 } from "@sotto/bytes";
import { Query } from "@sotto/proto/cosmos.bank.v1beta1";
import { afterEach, describe, expect, it } from "vitest";
import { Endpoints } from "../../src/sockets/endpoints.ts";
import { createGrpcProtocol } from "../../src/sockets/grpc.ts";
import { ENDPOINT_LIMITS, type EndpointLimits } from "../../src/sockets/limits.ts";
import { closeAll, closers, HOST, LISTENER, open, pause, release, until } from "./sockets.ts";

afterEach(closeAll);

describe("gRPC", () => {
  const { params } = Query.method;
  const PATH = `/${Query.typeName}/${params.name}`;
  const answers = { value: new Uint8Array(8 * 1024 * 1024), height: 7 };

  async function serveGrpc(limits: Partial<EndpointLimits> = {}) {
    const endpoints = new Endpoints({ ...ENDPOINT_LIMITS, ...limits });
    closers.push(() => endpoints.close());
    const waiting: (() => void)[] = [];
    let streams = 0;
    const method: GrpcMethod = {
      path: PATH,
      method: params,
      async call(request) {
        if (request[0] === 1) await new Promise<void>((resolve) => waiting.push(resolve));
        return request[0] === 2 ? answers : { value: request, height: 7 };
      },
    };
    const stream = {
      path: "/test.Stream/Talk",
      open() {
        streams++;
        return async (request: Uint8Array) => (request[0] === 2 ? answers.value : request);
      },
    };
    const port = await endpoints.open(HOST, LISTENER, createGrpcProtocol(endpoints, [method], [stream]), false);
    const session = connectHttp2(`http://${HOST}:${port}`, { settings: { initialWindowSize: 65_535 } });
    session.on("error", () => {});
    closers.push(() => session.destroy());
    return {
      endpoints,
      port,
      session,
      go: () => release(waiting),
      streams: () => streams,
    };
  }

  const begin = (session: ClientHttp2Session, path = PATH, more = {}) => {
    const stream = session.request({ ":method": "POST", ":path": path, "content-type": "application/grpc", ...more });
    stream.on("error", () => {});
    const got = { status: "", text: "", bytes: 0, http: 0 };
    const note = (headers: Record<string, unknown>) => {
      got.http ||= Number(headers[":status"] ?? 0);
      got.status = String(headers["grpc-status"] ?? got.status);
      got.text = decodeURIComponent(String(headers["grpc-message"] ?? got.text));
    };
    stream.on("response", note);
    stream.on("trailers", note);
    stream.on("data", (chunk: Buffer) => {
      got.bytes += chunk.length;
    });
    return { stream, got };
  };
  const ended = async (begun: ReturnType<typeof begin>) => {
    await until(() => begun.stream.closed || begun.stream.destroyed);
    return begun.got;
  };
  const call = (session: ClientHttp2Session, message: Uint8Array, path?: string, more?: object) => {
    const begun = begin(session, path, more);
    begun.stream.end(message);
    return ended(begun);
  };
  const message = (...bytes: number[]) => frame(0, Uint8Array.of(...bytes));

  it("answers a message, small or large", async () => {
    const { session } = await serveGrpc();
    expect(await call(session, message(9))).toMatchObject({ http: 200, status: "0", bytes: 6 });
    expect(await call(session, message(2))).toMatchObject({ status: "0", bytes: answers.value.length + 5 });
  });

  it("refuses what is no call, with the status that clients of gRPC know", async () => {
    const { session } = await serveGrpc({ bodyBytes: 50_000 });
    expect(await call(session, message(9), "/no.such.Service/Method")).toMatchObject({ status: "12" });
    expect((await call(session, message(9), "/no.such.Service/Method")).text).toContain("no.such.Service");
    expect(await call(session, message(9), "/x")).toMatchObject({ status: "12" });
    expect(await call(session, message(9), PATH, { "content-type": "text/plain" })).toMatchObject({ http: 415 });
    expect(await call(session, message(9), PATH, { ":method": "PUT" })).toMatchObject({ http: 405 });
    expect(await call(session, message(9), PATH, { "grpc-timeout": "soon" })).toMatchObject({ status: "13" });
    expect(await call(session, new Uint8Array(0))).toMatchObject({ status: "13" });
    expect(await call(session, message(9).subarray(0, 5))).toMatchObject({ status: "13" });
    expect(await call(session, concat(message(9), message(9)))).toMatchObject({ status: "12" });
    expect(await call(session, Uint8Array.of(1, 0, 0, 0, 0))).toMatchObject({ status: "12" });
    expect(await call(session, frame(0, new Uint8Array(60_000)))).toMatchObject({ status: "8" });
    expect(await call(session, Uint8Array.of(0, 0x7f, 0, 0, 0, 1))).toMatchObject({ status: "8" });
    expect(await call(session, message(9))).toMatchObject({ status: "0" });
  });

  it("ends a call in its time", async () => {
    const { session, go } = await serveGrpc();
    expect(await call(session, message(1), PATH, { "grpc-timeout": "50m" })).toMatchObject({ status: "4" });
    go();
    expect(await call(session, message(9))).toMatchObject({ status: "0" });
  });

  it("ends a request that does not come", async () => {
    const { session, endpoints } = await serveGrpc({ requestMs: 200 });
    const begun = begin(session);
    begun.stream.write(message(1, 2, 3).subarray(0, 4));
    expect(await ended(begun)).toMatchObject({ status: "4" });
    expect(endpoints.requests.count).toBe(0);
  });

  it("holds nothing for calls that are cancelled while they are answered", async () => {
    const { session, endpoints, go } = await serveGrpc();
    const begun = Array.from({ length: 50 }, () => begin(session));
    for (const { stream } of begun) stream.end(message(1));
    await until(() => endpoints.requests.count === 50);
    for (const { stream } of begun) stream.close(8);
    go();
    await until(() => endpoints.requests.count === 0 && endpoints.untaken === 0);
    expect(await call(session, message(9))).toMatchObject({ status: "0" });
  });

  it("cuts off a connection whose window stays closed", async () => {
    const { port, endpoints } = await serveGrpc({ stallMs: 500 });
    const closed = connectHttp2(`http://${HOST}:${port}`, { settings: { initialWindowSize: 0 } });
    closed.on("error", () => {});
    closers.push(() => closed.destroy());
    const begun = begin(closed);
    begun.stream.end(message(2));
    await until(() => endpoints.untaken > 1_000_000);
    await until(() => closed.destroyed);
    expect(endpoints.untaken).toBe(0);
  });

  it("does not wait for the drain of a stream that is cancelled", async () => {
    const { port, endpoints } = await serveGrpc({ streams: 3 });
    for (let round = 0; round < 5; round++) {
      const client = connectHttp2(`http://${HOST}:${port}`, { settings: { initialWindowSize: 1_000 } });
      client.on("error", () => {});
      closers.push(() => client.destroy());
      const begun = [1, 2, 3].map(() => begin(client, "/test.Stream/Talk"));
      for (const { stream } of begun) {
        stream.pause();
        stream.write(message(2));
        stream.write(message(9));
      }
      await until(() => endpoints.untaken > 20_000_000);
      const refused = await call(client, message(9), "/test.Stream/Talk");
      expect(refused).toMatchObject({ status: "8" });
      for (const { stream } of begun) stream.close(8);
      await until(() => endpoints.untaken === 0);
      client.destroy();
    }
  });

  it("answers the messages of a stream one after the other, and takes no long one", async () => {
    const { session } = await serveGrpc();
    const begun = begin(session, "/test.Stream/Talk");
    begun.stream.write(concat(message(9), message(8).subarray(0, 3)));
    begun.stream.end(message(8).subarray(3));
    expect(await ended(begun)).toMatchObject({ status: "0", bytes: 12 });
    expect(await call(session, frame(0, new Uint8Array(70_000)), "/test.Stream/Talk")).toMatchObject({ status: "8" });
  });

  it("opens so many streams for a connection, and again when one has ended", async () => {
    const { session, port } = await serveGrpc({ streamsOfOne: 2 });
    const path = "/test.Stream/Talk";
    const [first] = [1, 2].map(() => begin(session, path));
    expect(await call(session, message(9), path)).toMatchObject({ status: "8", text: expect.stringContaining("2 of") });
    const other = connectHttp2(`http://${HOST}:${port}`);
    other.on("error", () => {});
    closers.push(() => other.destroy());
    expect(await call(other, message(9), path)).toMatchObject({ status: "0", bytes: 6 });
    first?.stream.close(8);
    await until(() => first?.stream.closed === true);
    await pause(50);
    expect(await call(session, message(9), path)).toMatchObject({ status: "0", bytes: 6 });
  });

  it("closes a connection that broke the rules of HTTP/2, of which Node reads no more", async () => {
    const { port, endpoints } = await serveGrpc({ callProbeMs: 200, callSilentMs: 1_500 });
    const rude = open(port);
    const settings = Uint8Array.of(0, 0, 0, 4, 0, 0, 0, 0, 0);
    const itself = Uint8Array.of(0, 0, 5, 2, 0, 0, 0, 0, 1, 0, 0, 0, 1, 1);
    rude.socket.write(concat(fromUtf8("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), settings, itself));
    await until(() => endpoints.size === 2);
    await until(() => endpoints.size === 1);
    await pause(2_000);
    expect(endpoints.size).toBe(1);
  });
});
