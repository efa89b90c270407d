import { type ClientHttp2Session, connect as connectHttp2 } from "node:http2";
import { connect, type Socket } from "node:net";
import { createGrpcWeb, frame, type GrpcMethod, refusalJson, refuseRest, refuseRpc } from "@sotto/api";
import { concat, fromUtf8 } from "@sotto/bytes";
import { Query } from "@sotto/proto/cosmos.bank.v1beta1";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { createLog } from "../src/log.ts";
import { Doors } from "../src/sockets/doors.ts";
import { createGrpcProtocol } from "../src/sockets/grpc.ts";
import { createWebProtocol } from "../src/sockets/http.ts";
import { DOOR_LIMITS, type DoorLimits } from "../src/sockets/limits.ts";
import { serveWebSocket } from "../src/sockets/websocket.ts";

const HOST = "127.0.0.1";
const LARGE = new Uint8Array(8 * 1024 * 1024).fill(0x20);
const log = createLog("fatal");
const closers: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const LISTENER = { name: "test", flag: "--test-port", port: 0 };
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function until(isSo: () => boolean, ms = 8_000): Promise<void> {
  for (const end = performance.now() + ms; !isSo(); ) {
    if (performance.now() > end) throw new Error(`not so: ${isSo}`);
    await pause(10);
  }
}

interface Served {
  readonly doors: Doors;
  readonly port: number;
  /** Lets those go that asked for /wait. */
  readonly go: () => void;
  readonly asked: () => number;
}

function release(waiting: (() => void)[]): void {
  for (const resolve of waiting.splice(0)) resolve();
}

/** A door over HTTP with a WebSocket: `/large` answers 8 MB, `/wait` when it is told to, everything else its own body. */
async function serve(limits: Partial<DoorLimits> = {}): Promise<Served> {
  const doors = new Doors({ ...DOOR_LIMITS, ...limits });
  closers.push(() => doors.close());
  const waiting: (() => void)[] = [];
  let asked = 0;
  const web = createWebProtocol(
    doors,
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
  serveWebSocket(doors, web, {
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
  const port = await doors.open(HOST, LISTENER, web.protocol, true);
  return { doors, port, asked: () => asked, go: () => release(waiting) };
}

/** A socket that collects what it is told, unless it is paused. */
function open(port: number): {
  readonly socket: Socket;
  readonly told: () => string;
  readonly isClosed: () => boolean;
} {
  const socket = connect({ host: HOST, port, allowHalfOpen: true });
  closers.push(() => socket.destroy());
  let told = "";
  let isClosed = false;
  socket.on("error", () => {});
  socket.on("close", () => {
    isClosed = true;
  });
  socket.on("end", () => {
    isClosed = true;
  });
  socket.on("data", (chunk) => {
    told += chunk.toString("latin1");
  });
  return { socket, told: () => told, isClosed: () => isClosed };
}

const GET = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
const POST = (length: number) => `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n`;

describe("a door over HTTP", () => {
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
    const { port, doors } = await serve({ requestMs: 300 });
    const client = open(port);
    client.socket.write(`${POST(1_000)}abc`);
    await until(() => doors.requests.count === 1);
    await until(client.isClosed);
    expect(client.told()).toMatch(/HTTP\/1.1 408/);
    await until(() => doors.requests.count === 0 && doors.size === 0);
  });

  it("cuts off who sends one request after the other without reading an answer", async () => {
    const { port, asked, doors } = await serve();
    const client = open(port);
    client.socket.write(GET("/wait").repeat(100));
    await until(client.isClosed);
    expect(asked()).toBe(16);
    await until(() => doors.size === 0);
  });

  it("still answers a client that has said all", async () => {
    const { port } = await serve();
    const client = open(port);
    client.socket.end(`${GET("/large").replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")}`);
    await until(client.isClosed);
    expect(client.told().length).toBeGreaterThan(LARGE.length);
  });

  it("refuses an upgrade of another path with the right one, and a reset is nothing", async () => {
    const { port, doors } = await serve();
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
    await until(() => doors.size === 0);
  });
});

describe("what clients may hold", () => {
  it("bodies in flight: large ones are refused when there are too many, small ones never", async () => {
    const { port, doors, go } = await serve({ bodiesBytes: 250_000, smallBytes: 10_000 });
    const url = `http://${HOST}:${port}`;
    const send = (bytes: number, path = "/wait") => fetch(url + path, { method: "POST", body: new Uint8Array(bytes) });
    const held = [send(110_000), send(110_000)];
    await until(() => doors.requests.bytes === 200_000);
    const refused = await send(110_000, "/");
    expect(refused.status).toBe(429);
    expect(((await refused.json()) as { message: string }).message).toMatch(/try again later/);
    expect((await send(9_000, "/")).status).toBe(200);
    go();
    expect((await Promise.all(held)).map(({ status }) => status)).toEqual([200, 200]);
    await until(() => doors.requests.bytes === 0 && doors.requests.count === 0);
    expect((await send(110_000, "/")).status).toBe(200);
  });

  it("bodies in flight: one that stands still makes room", async () => {
    const { port, doors } = await serve({ bodiesBytes: 150_000, smallBytes: 10_000 });
    const slow = open(port);
    slow.socket.write(POST(200_000) + "a".repeat(120_000));
    await until(() => doors.requests.bytes > 100_000);
    await pause(2_100);
    const answer = await fetch(`http://${HOST}:${port}/`, { method: "POST", body: new Uint8Array(110_000) });
    expect(answer.status).toBe(200);
    await until(() => slow.told().includes("429"));
  });

  it("requests: the oldest that is not complete makes room, and those that are answered do not", async () => {
    const { port, doors, go } = await serve({ requests: 3 });
    const slow = open(port);
    slow.socket.write(`${POST(9)}abc`);
    await until(() => doors.requests.count === 1);
    const held = [1, 2].map(() => fetch(`http://${HOST}:${port}/wait`));
    await until(() => doors.requests.count === 3);
    held.push(fetch(`http://${HOST}:${port}/wait`));
    await until(() => slow.told().includes("429"));
    const refused = await fetch(`http://${HOST}:${port}/`);
    expect(refused.status).toBe(429);
    go();
    expect((await Promise.all(held)).map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  it("connections: what has been idle longest makes room", async () => {
    const { port, doors } = await serve({ connections: 5 });
    const first = open(port);
    await until(() => doors.size === 1);
    const others = [1, 2, 3, 4].map(() => open(port));
    await until(() => doors.size === 5);
    expect(first.isClosed()).toBe(false);
    expect((await fetch(`http://${HOST}:${port}/`)).status).toBe(200);
    await until(first.isClosed);
    expect(others.filter(({ isClosed }) => isClosed())).toHaveLength(0);
    expect(doors.size).toBe(5);
  });

  it("answers: who takes nothing is cut off, who takes slowly is not", async () => {
    const { port, doors } = await serve({ stallMs: 700 });
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
    await until(() => doors.untaken > LARGE.length);
    await until(() => doors.size === 1);
    expect(stalled.isClosed()).toBe(false);
    stalled.socket.resume();
    await until(stalled.isClosed);
    await until(() => taken > LARGE.length, 20_000);
    await until(() => doors.untaken === 0);
  });

  it("answers: over the bound, who leaves most untaken is cut off", async () => {
    const { port, doors } = await serve({ untakenBytes: 20 * 1024 * 1024 });
    const greedy = open(port);
    greedy.socket.pause();
    greedy.socket.write(GET("/large").repeat(2));
    await until(() => doors.untaken > LARGE.length * 1.5);
    const small = open(port);
    small.socket.pause();
    await until(() => doors.size === 2);
    small.socket.write(GET("/large"));
    await until(() => doors.size === 1);
    expect(doors.untaken).toBeLessThan(LARGE.length * 1.5);
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
    const { port, doors } = await serve({ untakenOfOne: 4 * 1024 * 1024 });
    const deaf = await socketOf(port);
    deaf.pause();
    deaf.send("large");
    const pinging = await socketOf(port);
    pinging.pause();
    const flood = setInterval(() => {
      for (let i = 0; i < 2_000; i++) pinging.ping("x".repeat(100));
    }, 1);
    await until(() => doors.size === 0, 20_000);
    clearInterval(flood);
    await until(() => doors.untaken === 0);
  });

  it("asks a silent client whether it lives, and closes when it does not", async () => {
    const { port, doors } = await serve({ probeMs: 200, silentMs: 2_500 });
    await socketOf(port);
    const dead = await socketOf(port, { autoPong: false });
    await until(() => doors.size === 1);
    expect(dead.readyState).not.toBe(WebSocket.OPEN);
    await pause(2_000);
    expect(doors.size).toBe(1);
  });

  it("counts a message that is not complete among the bodies in flight", async () => {
    const { port, doors } = await serve({ bodiesBytes: 300_000, smallBytes: 10_000 });
    const client = await socketOf(port);
    const told: string[] = [];
    client.on("message", (data) => told.push(String(data)));
    client.send("a".repeat(200_000), { fin: false });
    await until(() => doors.requests.bytes > 150_000);
    client.ping("x");
    client.send("b".repeat(50_000), { fin: true });
    await until(() => told.length === 1);
    expect(told[0]?.length).toBe(250_000);
    await until(() => doors.requests.bytes === 0 && doors.requests.count === 0);
    client.send("a".repeat(400_000), { fin: false });
    await until(() => told.length === 2);
    expect(told[1]).toMatch(/"code":-32000.*try again later/);
    await until(() => doors.size === 0 && doors.requests.bytes === 0);
  });
});

describe("gRPC", () => {
  const { params } = Query.method;
  const PATH = `/${Query.typeName}/${params.name}`;
  const answers = { value: new Uint8Array(8 * 1024 * 1024), height: 7 };

  async function serveGrpc(limits: Partial<DoorLimits> = {}) {
    const doors = new Doors({ ...DOOR_LIMITS, ...limits });
    closers.push(() => doors.close());
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
    const port = await doors.open(HOST, LISTENER, createGrpcProtocol(doors, [method], [stream]), false);
    const session = connectHttp2(`http://${HOST}:${port}`, { settings: { initialWindowSize: 65_535 } });
    session.on("error", () => {});
    closers.push(() => session.destroy());
    return {
      doors,
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
    const { session, doors } = await serveGrpc({ requestMs: 200 });
    const begun = begin(session);
    begun.stream.write(message(1, 2, 3).subarray(0, 4));
    expect(await ended(begun)).toMatchObject({ status: "4" });
    expect(doors.requests.count).toBe(0);
  });

  it("holds nothing for calls that are cancelled while they are answered", async () => {
    const { session, doors, go } = await serveGrpc();
    const begun = Array.from({ length: 50 }, () => begin(session));
    for (const { stream } of begun) stream.end(message(1));
    await until(() => doors.requests.count === 50);
    for (const { stream } of begun) stream.close(8);
    go();
    await until(() => doors.requests.count === 0 && doors.untaken === 0);
    expect(await call(session, message(9))).toMatchObject({ status: "0" });
  });

  it("cuts off a connection whose window stays closed", async () => {
    const { port, doors } = await serveGrpc({ stallMs: 500 });
    const closed = connectHttp2(`http://${HOST}:${port}`, { settings: { initialWindowSize: 0 } });
    closed.on("error", () => {});
    closers.push(() => closed.destroy());
    const begun = begin(closed);
    begun.stream.end(message(2));
    await until(() => doors.untaken > 1_000_000);
    await until(() => closed.destroyed);
    expect(doors.untaken).toBe(0);
  });

  it("does not wait for the drain of a stream that is cancelled", async () => {
    const { port, doors } = await serveGrpc({ streams: 3 });
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
      await until(() => doors.untaken > 20_000_000);
      const refused = await call(client, message(9), "/test.Stream/Talk");
      expect(refused).toMatchObject({ status: "8" });
      for (const { stream } of begun) stream.close(8);
      await until(() => doors.untaken === 0);
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

  it("closes a connection that broke the rules of HTTP/2, of which Node reads no more", async () => {
    const { port, doors } = await serveGrpc({ callProbeMs: 200, callSilentMs: 1_500 });
    const rude = open(port);
    const settings = Uint8Array.of(0, 0, 0, 4, 0, 0, 0, 0, 0);
    const itself = Uint8Array.of(0, 0, 5, 2, 0, 0, 0, 0, 1, 0, 0, 0, 1, 1);
    rude.socket.write(concat(fromUtf8("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), settings, itself));
    await until(() => doors.size === 2);
    await until(() => doors.size === 1);
    await pause(2_000);
    expect(doors.size).toBe(1);
  });
});

describe("a refusal", () => {
  it("is in the form of its door", async () => {
    const why = { status: 429, code: 8, message: "later" };
    const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();
    expect(text(refuseRest(why).body)).toBe('{"code":8,"message":"later","details":[]}');
    expect(text(refuseRpc(why).body)).toContain('"error":{"code":-32000,"message":"Server error","data":"later"}');
    expect(createGrpcWeb([])).toBeTypeOf("function");
  });
});
