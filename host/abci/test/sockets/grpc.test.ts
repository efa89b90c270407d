// SPDX-License-Identifier: Apache-2.0
import { type ClientHttp2Session, connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { frame } from "@sotto/backend/grpcWire";
import { concat, fromUtf8 } from "@sotto/bytes";
import {
  RequestCheckTxSchema,
  RequestFinalizeBlockSchema,
  RequestProcessProposalSchema,
  ResponseCheckTxSchema,
  ResponseProcessProposalSchema,
} from "@sotto/proto/tendermint.abci";
import { afterEach, describe, expect, it } from "vitest";
import type { AbciServerOptions } from "../../src/index.ts";
import { MOST_GRPC_ANSWER, MOST_TXS } from "../../src/index.ts";
import { createKv } from "../support/app.ts";
import { closeAll, closers, serve, until } from "../support/client.ts";

afterEach(closeAll);

const NOTHING = new Uint8Array(0);

async function serveGrpc(handlers: AbciServerOptions["handlers"], options: Partial<AbciServerOptions> = {}) {
  const served = await serve(handlers, { listen: "grpc://127.0.0.1:0", ...options });
  const port = Number(served.address.split(":").at(-1));
  const join = (settings = {}) => {
    const session = connectHttp2(`http://127.0.0.1:${port}`, { settings });
    session.on("error", () => {});
    closers.push(() => session.destroy());
    return session;
  };
  return { ...served, port, join };
}

function begin(session: ClientHttp2Session, method: string, more: Record<string, string> = {}) {
  const path = `/tendermint.abci.ABCI/${method}`;
  const stream = session.request({ ":method": "POST", ":path": path, "content-type": "application/grpc", ...more });
  stream.on("error", () => {});
  const got = { http: 0, status: "", text: "", body: [] as Buffer[] };
  const note = (headers: Record<string, unknown>) => {
    got.http ||= Number(headers[":status"] ?? 0);
    got.status = String(headers["grpc-status"] ?? got.status);
    got.text = decodeURIComponent(String(headers["grpc-message"] ?? got.text));
  };
  stream.on("response", note);
  stream.on("trailers", note);
  stream.on("data", (chunk: Buffer) => got.body.push(chunk));
  return { stream, got };
}

async function call(session: ClientHttp2Session, method: string, bytes: Uint8Array, more: Record<string, string> = {}) {
  const { stream, got } = begin(session, method, more);
  stream.end(bytes);
  await until(() => stream.closed || stream.destroyed);
  return got;
}

describe("gRPC", () => {
  it("answers calls of each connection, and refuses those of another kind", async () => {
    const { join, logs } = await serveGrpc(createKv().handlers);
    const mempool = join();
    const tx = frame(0, toBinary(RequestCheckTxSchema, create(RequestCheckTxSchema, { tx: fromUtf8("a=1") })));
    const answer = await call(mempool, "CheckTx", tx);
    expect(answer).toMatchObject({ http: 200, status: "0" });
    expect(fromBinary(ResponseCheckTxSchema, Buffer.concat(answer.body).subarray(5)).gasWanted).toBe(1n);
    expect(await call(mempool, "Flush", frame(0, NOTHING))).toMatchObject({ status: "0" });
    expect(logs).toEqual([]);
    expect(await call(mempool, "Info", frame(0, NOTHING))).toMatchObject({ status: "3" });
    const [first, second] = [join(), join()];
    expect(await call(first, "Commit", frame(0, NOTHING))).toMatchObject({ status: "0" });
    expect(await call(second, "Commit", frame(0, NOTHING))).toMatchObject({ status: "3" });
    expect(logs).toHaveLength(2);
  });

  it.each([
    ["an unknown method", "Nonsense", frame(0, NOTHING), {}, "12"],
    ["no message", "Info", NOTHING, {}, "3"],
    ["a cut message", "Info", frame(0, new Uint8Array(9)).subarray(0, 8), {}, "3"],
    ["two messages", "Info", concat(frame(0, NOTHING), frame(0, NOTHING)), {}, "3"],
    ["a compressed message", "Info", frame(1, NOTHING), {}, "12"],
    ["malformed protobuf", "Info", frame(0, Uint8Array.of(0xff)), {}, "3"],
    ["a huge length", "CheckTx", Uint8Array.of(0, 0x7f, 0, 0, 0, 1), {}, "8"],
  ] as const)("refuses %s with a status and a line", async (_what, method, bytes, more, status) => {
    const { join, logs, faults } = await serveGrpc(createKv().handlers);
    expect(await call(join(), method, bytes, more)).toMatchObject({ http: 200, status });
    expect(logs).toHaveLength(1);
    expect(faults).toEqual([]);
    expect(await call(join(), "Info", frame(0, NOTHING))).toMatchObject({ status: "0" });
  });

  it("refuses what is no gRPC, and what is no HTTP/2", async () => {
    const { join, port, logs } = await serveGrpc(createKv().handlers);
    expect(await call(join(), "Info", frame(0, NOTHING), { "content-type": "text/plain" })).toMatchObject({
      http: 415,
    });
    const socket = connect({ host: "127.0.0.1", port });
    closers.push(() => socket.destroy());
    let isClosed = false;
    socket.on("error", () => {});
    socket.on("data", () => {});
    socket.on("close", () => {
      isClosed = true;
    });
    socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    await until(() => isClosed && logs.length > 0);
    expect(logs[0]).toContain("an ABCI connection is closed");
    expect(await call(join(), "Info", frame(0, NOTHING))).toMatchObject({ status: "0" });
  });

  it("refuses a request over its limit while it comes, and takes one below", async () => {
    const { join, logs } = await serveGrpc(createKv().handlers, {
      limits: { requestBytes: 100_000, consensusBytes: 5_000_000 },
    });
    expect(await call(join(), "CheckTx", frame(0, new Uint8Array(200_000)))).toMatchObject({ status: "8" });
    expect(logs[0]).toContain("CheckTx");
    const txs = [new Uint8Array(4_900_000)];
    const block = toBinary(RequestFinalizeBlockSchema, create(RequestFinalizeBlockSchema, { txs, height: 1n }));
    expect(await call(join(), "FinalizeBlock", frame(0, block))).toMatchObject({ status: "0" });
  });

  it("ends a request that does not come", async () => {
    const { join, logs } = await serveGrpc(createKv().handlers, { limits: { frameMs: 200 } });
    const { stream, got } = begin(join(), "Info");
    stream.write(frame(0, new Uint8Array(10)).subarray(0, 7));
    await until(() => stream.closed);
    expect(got).toMatchObject({ status: "3" });
    expect(logs).toEqual(["an ABCI call is refused: Info: not whole after 200 ms: malformed ABCI frame"]);
  });

  it("says that an answer is over 4 MiB: a failed query, and a fault for a block", async () => {
    const handlers = {
      ...createKv().handlers,
      query: () => ({ value: new Uint8Array(MOST_GRPC_ANSWER) }),
      finalizeBlock: () => ({ appHash: new Uint8Array(MOST_GRPC_ANSWER) }),
    };
    const { join, logs, faults } = await serveGrpc(handlers);
    expect(await call(join(), "Query", frame(0, NOTHING))).toMatchObject({ status: "8" });
    expect(logs[0]).toContain("use the socket form");
    expect(faults).toEqual([]);
    expect(await call(join(), "FinalizeBlock", frame(0, NOTHING))).toMatchObject({ status: "8" });
    expect(String(faults[0])).toContain("use the socket form");
  });

  it("answers a handler that throws with the method and without the reason", async () => {
    const handlers = {
      ...createKv().handlers,
      query: () => {
        throw new Error("secret");
      },
    };
    const { join, faults } = await serveGrpc(handlers);
    const answer = await call(join(), "Query", frame(0, NOTHING));
    expect(answer).toMatchObject({ status: "13", text: "Query failed: see the log of the node" });
    expect(String(faults[0])).toContain("secret");
  });

  it("refuses a proposal of too many transactions without a call", async () => {
    const { join, logs } = await serveGrpc(createKv().handlers);
    const proposal = create(RequestProcessProposalSchema, { txs: new Array(MOST_TXS + 1).fill(NOTHING) });
    const bytes = frame(0, toBinary(RequestProcessProposalSchema, proposal));
    const { status, body } = await call(join(), "ProcessProposal", bytes);
    expect(status).toBe("0");
    expect(fromBinary(ResponseProcessProposalSchema, Buffer.concat(body).subarray(5)).status).toBe(2);
    expect(logs).toHaveLength(1);
  });

  it("does not answer a client without end that never reads", async () => {
    let called = 0;
    const handlers = {
      ...createKv().handlers,
      query: () => {
        called++;
        return { value: new Uint8Array(1024 * 1024) };
      },
    };
    const { join } = await serveGrpc(handlers);
    const deaf = join({ initialWindowSize: 0 });
    const begun = Array.from({ length: 200 }, () => begin(deaf, "Query"));
    for (const { stream } of begun) stream.end(frame(0, NOTHING));
    await until(() => called > 10);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(called).toBeLessThan(30);
    expect(await call(join(), "Info", frame(0, NOTHING))).toMatchObject({ status: "0" });
    for (const { stream } of begun) stream.close(8);
    deaf.destroy();
  });

  it("survives calls and connections that end in the middle", async () => {
    const waiting: (() => void)[] = [];
    const handlers = {
      ...createKv().handlers,
      checkTx: () => new Promise<object>((resolve) => waiting.push(() => resolve({}))),
    };
    const { join, faults } = await serveGrpc(handlers);
    const session = join();
    const begun = Array.from({ length: 50 }, () => begin(session, "CheckTx"));
    for (const { stream } of begun) stream.end(frame(0, NOTHING));
    await until(() => waiting.length === 50);
    for (const { stream } of begun.slice(0, 25)) stream.close(8);
    for (const go of waiting.splice(0, 40)) go();
    session.destroy();
    for (const go of waiting) go();
    expect(await call(join(), "Info", frame(0, NOTHING))).toMatchObject({ status: "0" });
    expect(faults).toEqual([]);
  });
});
