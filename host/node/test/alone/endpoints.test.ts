// SPDX-License-Identifier: Apache-2.0
import { refuseGrpcWeb, refuseRest } from "@sotto/api";
import type { Body } from "@sotto/backend";
import { refusalJson, refuseRpc } from "@sotto/rpc";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { createLogs } from "../../src/log.ts";
import { parseLogLevels } from "../../src/logLevels.ts";
import { Endpoints } from "../../src/sockets/endpoints.ts";
import { createWebProtocol } from "../../src/sockets/http.ts";
import { ENDPOINT_LIMITS, type EndpointLimits } from "../../src/sockets/limits.ts";
import { serveWebSocket } from "../../src/sockets/websocket.ts";
import { closeAll, closers, HOST, LISTENER, open, pause, release, until } from "./sockets.ts";

/** More than the system buffers for two sockets. */
const LARGE = new Uint8Array(32 * 1024 * 1024).fill(0x20);
const log = createLogs(parseLogLevels("fatal")).of("sockets");

afterEach(closeAll);

interface Served {
  readonly endpoints: Endpoints;
  readonly port: number;
  /** Answers the requests for /wait. */
  readonly go: () => void;
  readonly asked: () => number;
}

/**
 * An endpoint over HTTP with a WebSocket: `/large` answers 8 MB, `/wait` on command, any other path
 * its own body.
 */
async function serve(limits: Partial<EndpointLimits> = {}): Promise<Served> {
  const endpoints = new Endpoints({ ...ENDPOINT_LIMITS, ...limits });
  closers.push(() => endpoints.close());
  const waiting: (() => void)[] = [];
  let asked = 0;
  const web = createWebProtocol(
    endpoints,
    {
      name: "test",
      refuse: refuseRest,
      async handle({ url, body }) {
        asked++;
        if (url === "/fail") throw new TypeError("what nobody must see");
        if (url === "/wait") await new Promise<void>((resolve) => waiting.push(resolve));
        return { status: 200, headers: { "content-type": "text/plain" }, body: url === "/large" ? LARGE : body };
      },
    },
    log,
  );
  closers.push(web.close);
  serveWebSocket(endpoints, web, {
    path: "/websocket",
    notFound: refuseRpc,
    refuse: refusalJson,
    open: (send) => ({
      async onMessage(text) {
        asked++;
        if (text === "wait") await new Promise<void>((resolve) => waiting.push(resolve));
        if (text === "large") for (let i = 0; i < 20; i++) send("x".repeat(1024 * 1024));
        else send(text);
      },
      onClose() {},
    }),
  });
  const port = await endpoints.open(HOST, LISTENER, web.protocol, true);
  return { endpoints, port, asked: () => asked, go: () => release(waiting) };
}

const GET = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
const POST = (length: number) => `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n`;

describe("a endpoint over HTTP", () => {
  it("answers HEAD as GET, without the body", async () => {
    const { port } = await serve();
    const head = await fetch(`http://${HOST}:${port}/large`, { method: "HEAD" });
    const get = await fetch(`http://${HOST}:${port}/large`);
    expect(head.status).toBe(200);
    expect((await head.arrayBuffer()).byteLength).toBe(0);
    expect((await get.arrayBuffer()).byteLength).toBe(LARGE.length);
    const shown = ({ headers }: Response) =>
      [...headers].filter(([name]) => !/^(date|connection|keep-alive)$/.test(name));
    expect(shown(head)).toEqual(shown(get));
  });

  it("shows nothing of a handler that fails", async () => {
    const { port } = await serve();
    const answer = await fetch(`http://${HOST}:${port}/fail`);
    expect(answer.status).toBe(500);
    expect(await answer.json()).toEqual({ code: 13, message: "internal error", details: [] });
  });

  it("says what is wrong with a body that is too long, and reads the rest of it", async () => {
    const { port, asked } = await serve({ bodyBytes: 100_000 });
    for (const init of [
      { body: new Uint8Array(100_001) },
      { body: new Blob([new Uint8Array(300_000)]).stream(), duplex: "half" as const },
    ]) {
      const answer = await fetch(`http://${HOST}:${port}/`, { method: "POST", ...init });
      expect(answer.status).toBe(413);
      expect(((await answer.json()) as { message: string }).message).toContain("100000 bytes");
    }
    expect(asked()).toBe(0);
  });

  it("says what is wrong with headers that are too long, too slow or none", async () => {
    const { port } = await serve({ headBytes: 16_384, headMs: 300 });
    const cases = [
      ["431", `GET /${"a".repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, "16384 bytes"],
      ["400", "\u0001\u0002\r\n\r\n", "no HTTP request"],
      ["408", "GET / HTTP/1.1\r\nHost: x\r\nA:", "in time"],
      ["408", "", "in time"],
    ] as const;
    for (const [status, text, message] of cases) {
      const client = open(port);
      client.socket.write(text);
      await until(client.isClosed);
      expect(client.told()).toContain(`HTTP/1.1 ${status}`);
      expect(client.told()).toContain(message);
    }
  });

  it("answers who is slow with a body, in its time", async () => {
    const { port, endpoints } = await serve({ requestMs: 300 });
    const client = open(port);
    client.socket.write(`${POST(1_000)}abc`);
    await until(() => endpoints.requests.count === 1);
    await until(client.isClosed);
    expect(client.told()).toMatch(/HTTP\/1.1 408/);
    await until(() => endpoints.requests.count === 0 && endpoints.size === 0);
  });

  it("cuts off who sends one request after the other without reading an answer", async () => {
    const { port, asked, endpoints } = await serve();
    const client = open(port);
    client.socket.write(GET("/wait").repeat(100));
    await until(client.isClosed);
    expect(asked()).toBe(16);
    await until(() => endpoints.size === 0);
  });

  it("still answers a client that has said all", async () => {
    const { port } = await serve();
    const client = open(port);
    client.socket.end(`${GET("/large").replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")}`);
    await until(client.isClosed);
    expect(client.told().length).toBeGreaterThan(LARGE.length);
  });

  it("refuses an upgrade of another path with the right one, and a reset is nothing", async () => {
    const { port, endpoints } = await serve();
    const ask = "GET /other HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
    const client = open(port);
    client.socket.write(ask);
    await until(client.isClosed);
    expect(client.told()).toMatch(/^HTTP\/1.1 404 /);
    expect(client.told()).toContain("use /websocket");
    for (let i = 0; i < 30; i++) {
      const other = open(port);
      await new Promise((resolve) => other.socket.once("connect", resolve));
      other.socket.write(ask + "x".repeat(1 + (i % 3) * 70_000));
      await pause(i % 5);
      other.socket.resetAndDestroy();
    }
    await until(() => endpoints.size === 0);
  });
});

describe("what clients may hold", () => {
  it("bodies in flight: large ones are refused when there are too many, small ones never", async () => {
    const { port, endpoints, go } = await serve({ bodiesBytes: 250_000, smallBytes: 10_000 });
    const url = `http://${HOST}:${port}`;
    const send = (bytes: number, path = "/wait") => fetch(url + path, { method: "POST", body: new Uint8Array(bytes) });
    const held = [send(110_000), send(110_000)];
    await until(() => endpoints.requests.bytes === 200_000);
    const refused = await send(110_000, "/");
    expect(refused.status).toBe(429);
    expect(((await refused.json()) as { message: string }).message).toMatch(/try again later/);
    expect((await send(9_000, "/")).status).toBe(200);
    go();
    expect((await Promise.all(held)).map(({ status }) => status)).toEqual([200, 200]);
    await until(() => endpoints.requests.bytes === 0 && endpoints.requests.count === 0);
    expect((await send(110_000, "/")).status).toBe(200);
  });

  it("bodies in flight: one that stands still makes room", async () => {
    const { port, endpoints } = await serve({ bodiesBytes: 150_000, smallBytes: 10_000 });
    const slow = open(port);
    slow.socket.write(POST(200_000) + "a".repeat(120_000));
    await until(() => endpoints.requests.bytes > 100_000);
    await pause(2_100);
    const answer = await fetch(`http://${HOST}:${port}/`, { method: "POST", body: new Uint8Array(110_000) });
    expect(answer.status).toBe(200);
    await until(() => slow.told().includes("429"));
  });

  it("requests: the oldest that is not complete makes room, and those that are answered do not", async () => {
    const { port, endpoints, go } = await serve({ requests: 3 });
    const slow = open(port);
    slow.socket.write(`${POST(9)}abc`);
    await until(() => endpoints.requests.count === 1);
    const held = [1, 2].map(() => fetch(`http://${HOST}:${port}/wait`));
    await until(() => endpoints.requests.count === 3);
    held.push(fetch(`http://${HOST}:${port}/wait`));
    await until(() => slow.told().includes("429"));
    const refused = await fetch(`http://${HOST}:${port}/`);
    expect(refused.status).toBe(429);
    go();
    expect((await Promise.all(held)).map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  it("connections: what has been idle longest makes room", async () => {
    const { port, endpoints } = await serve({ connections: 5 });
    const first = open(port);
    await until(() => endpoints.size === 1);
    const others = [1, 2, 3, 4].map(() => open(port));
    await until(() => endpoints.size === 5);
    expect(first.isClosed()).toBe(false);
    expect((await fetch(`http://${HOST}:${port}/`)).status).toBe(200);
    await until(first.isClosed);
    expect(others.filter(({ isClosed }) => isClosed())).toHaveLength(0);
    expect(endpoints.size).toBe(5);
  });

  it("answers: who takes nothing is cut off, who takes slowly is not", async () => {
    const { port, endpoints } = await serve({ stallMs: 700 });
    const stalled = open(port);
    stalled.socket.pause();
    stalled.socket.write(GET("/large"));
    const slow = open(port);
    slow.socket.write(GET("/large"));
    let taken = 0;
    slow.socket.on("data", (chunk) => {
      taken += chunk.length;
      slow.socket.pause();
      setTimeout(() => slow.socket.resume(), 15);
    });
    await until(() => endpoints.untaken > LARGE.length);
    await until(() => endpoints.size === 1);
    expect(stalled.isClosed()).toBe(false);
    stalled.socket.resume();
    await until(stalled.isClosed);
    await until(() => taken > LARGE.length, 20_000);
    await until(() => endpoints.untaken === 0);
  });

  it("answers: over the bound, who leaves most untaken is cut off", async () => {
    const { port, endpoints } = await serve({ untakenBytes: 2.5 * LARGE.length });
    const greedy = open(port);
    greedy.socket.pause();
    greedy.socket.write(GET("/large").repeat(2));
    await until(() => endpoints.untaken > LARGE.length * 1.5);
    const small = open(port);
    small.socket.pause();
    await until(() => endpoints.size === 2);
    small.socket.write(GET("/large"));
    await until(() => endpoints.size === 1);
    expect(endpoints.untaken).toBeLessThan(LARGE.length * 1.5);
    small.socket.resume();
    await until(() => small.told().length > LARGE.length);
  });
});

describe("a WebSocket", () => {
  const socketOf = async (port: number, options = {}) => {
    const client = new WebSocket(`ws://${HOST}:${port}/websocket`, options);
    closers.push(() => client.terminate());
    client.on("error", () => {});
    await new Promise((resolve) => client.once("open", resolve));
    return client;
  };

  it("answers so many messages at once, and reads no more before", async () => {
    const { port, asked, go } = await serve();
    const client = await socketOf(port);
    const told: string[] = [];
    client.on("message", (data) => told.push(String(data)));
    for (let i = 0; i < 100; i++) client.send("wait");
    await until(() => asked() === 16);
    await pause(100);
    expect(asked()).toBe(16);
    const going = setInterval(go, 5);
    await until(() => told.length === 100);
    clearInterval(going);
  });

  it("cuts off a client that takes nothing and one that only pings", async () => {
    const { port, endpoints } = await serve({ untakenOfOne: 4 * 1024 * 1024 });
    const deaf = await socketOf(port);
    deaf.pause();
    deaf.send("large");
    const pinging = await socketOf(port);
    pinging.pause();
    const flood = setInterval(() => {
      for (let i = 0; i < 2_000; i++) pinging.ping("x".repeat(100));
    }, 1);
    await until(() => endpoints.size === 0, 20_000);
    clearInterval(flood);
    await until(() => endpoints.untaken === 0);
  });

  it("asks a silent client whether it lives, and closes when it does not", async () => {
    const { port, endpoints } = await serve({ probeMs: 200, silentMs: 2_500 });
    await socketOf(port);
    const dead = await socketOf(port, { autoPong: false });
    await until(() => endpoints.size === 1);
    expect(dead.readyState).not.toBe(WebSocket.OPEN);
    await pause(2_000);
    expect(endpoints.size).toBe(1);
  });

  it("counts a message that is not complete among the bodies in flight", async () => {
    const { port, endpoints } = await serve({ bodiesBytes: 300_000, smallBytes: 10_000 });
    const client = await socketOf(port);
    const told: string[] = [];
    client.on("message", (data) => told.push(String(data)));
    client.send("a".repeat(200_000), { fin: false });
    await until(() => endpoints.requests.bytes > 150_000);
    client.ping("x");
    client.send("b".repeat(50_000), { fin: true });
    await until(() => told.length === 1);
    expect(told[0]?.length).toBe(250_000);
    await until(() => endpoints.requests.bytes === 0 && endpoints.requests.count === 0);
    client.send("a".repeat(400_000), { fin: false });
    await until(() => told.length === 2);
    expect(told[1]).toMatch(/"code":-32000.*try again later/);
    await until(() => endpoints.size === 0 && endpoints.requests.bytes === 0);
  });
});

describe("a refusal", () => {
  it("is in the form of its endpoint", async () => {
    const why = { status: 429, code: 8, message: "later" };
    const text = (body: Body) => Buffer.concat(body instanceof Uint8Array ? [body] : body).toString();
    expect(text(refuseRest(why).body)).toBe('{"code":8,"message":"later","details":[]}');
    expect(text(refuseRpc(why).body)).toContain('"error":{"code":-32000,"message":"Server error","data":"later"}');
    expect(refusalJson(why)).toContain('"data":"later"');
    const web = refuseGrpcWeb(why);
    expect([web.status, text(web.body.subarray(5))]).toEqual([429, "grpc-status: 8\r\ngrpc-message: later\r\n"]);
  });
});
