// SPDX-License-Identifier: Apache-2.0
/**
 * Hostile use of sockets: states of each protocol, and ways to leave them.
 */
import { connect, type Socket } from "node:net";
import { beU32, concat, fromUtf8 } from "@sotto/bytes";
import type { Ports } from "../e2e/node.ts";

export type Random = () => number;

const KEY = "dGhlIHNhbXBsZSBub25jZQ==";

const upgrade = (path: string, more = `Sec-WebSocket-Key: ${KEY}\r\nSec-WebSocket-Version: 13\r\n`): string =>
  `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${more}\r\n`;

const post = (path: string, length: number, body: string): string =>
  `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n${body}`;

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;

const bytesOf = (part: string | Uint8Array): Uint8Array => (typeof part === "string" ? fromUtf8(part) : part);
const join = (...parts: readonly (string | Uint8Array)[]): Uint8Array => concat(...parts.map(bytesOf));

/** A masked frame of a client (RFC 6455, 5.2) whose mask is zero. */
export function webSocketFrame(
  opcode: number,
  payload: Uint8Array,
  isLast = true,
  length = payload.length,
): Uint8Array {
  const head = [(isLast ? 0x80 : 0) | opcode];
  if (length < 126) head.push(0x80 | length);
  else if (length < 65_536) head.push(0x80 | 126, length >> 8, length & 255);
  else head.push(0x80 | 127, 0, 0, 0, 0, ...beU32(length));
  return concat(Uint8Array.of(...head, 0, 0, 0, 0), payload);
}

/** A frame of HTTP/2 (RFC 9113, 4.1). */
export const h2Frame = (type: number, flags: number, stream: number, payload: Uint8Array): Uint8Array =>
  concat(beU32(payload.length).subarray(1), Uint8Array.of(type, flags), beU32(stream), payload);

/** Literal header fields, not indexed and not compressed (RFC 7541, 6.2.2). */
export const headerBlock = (fields: readonly (readonly [string, string])[]): Uint8Array =>
  concat(
    ...fields.map(([name, value]) =>
      concat(Uint8Array.of(0, name.length), fromUtf8(name), Uint8Array.of(value.length), fromUtf8(value)),
    ),
  );

export const H2 = {
  data: 0,
  headers: 1,
  priority: 2,
  reset: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  window: 8,
  more: 9,
} as const;
const END_HEADERS = 4;
const END_STREAM = 1;

export const preface = (...settings: readonly (readonly [id: number, value: number])[]): Uint8Array =>
  join(
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    h2Frame(H2.settings, 0, 0, concat(...settings.map(([id, value]) => concat(Uint8Array.of(0, id), beU32(value))))),
  );

const INITIAL_WINDOW = 4;
const callFields = (path: string) =>
  [
    [":method", "POST"],
    [":scheme", "http"],
    [":path", path],
    [":authority", "x"],
    ["content-type", "application/grpc"],
    ["te", "trailers"],
  ] as const;

export const callHeaders = (stream: number, path: string, flags = END_HEADERS): Uint8Array =>
  h2Frame(H2.headers, flags, stream, headerBlock(callFields(path)));
const message = (payload: Uint8Array): Uint8Array => concat(Uint8Array.of(0), beU32(payload.length), payload);
export const callData = (
  stream: number,
  payload: Uint8Array = new Uint8Array(0),
  flags: number = END_STREAM,
): Uint8Array => h2Frame(H2.data, flags, stream, message(payload));

const VALIDATORS = "/cosmos.base.tendermint.v1beta1.Service/GetLatestBlock";
const PARAMS = "/cosmos.bank.v1beta1.Query/Params";
const REFLECTION = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
/** A reflection request for a file that is large with its imports. */
const FILE = join(Uint8Array.of(0x1a, 31), "cosmos/tx/v1beta1/service.proto");

const streams = (count: number): number[] => Array.from({ length: count }, (_, i) => 2 * i + 1);
const repeat = (count: number, part: string | Uint8Array): Uint8Array => {
  const one = bytesOf(part);
  const out = new Uint8Array(one.length * count);
  for (let i = 0; i < count; i++) out.set(one, i * one.length);
  return out;
};

type State = readonly [name: string, bytes: () => Uint8Array];

const httpStates = (path: string, large: string): State[] => [
  ["nothing", () => new Uint8Array(0)],
  ["half a line", () => join("GE")],
  ["half of the headers", () => join("GET / HTTP/1.1\r\nHost: x\r\nA: ")],
  ["headers of 200 kB", () => join(`GET ${path} HTTP/1.1\r\nHost: x\r\nA: ${"a".repeat(200_000)}`)],
  ["20,000 headers", () => join(`GET ${path} HTTP/1.1\r\nHost: x\r\n`, repeat(20_000, "a: b\r\n"), "\r\n")],
  ["part of a body", () => join(post("/", 5_000_000, "x".repeat(300_000)))],
  ["part of a chunk", () => join("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nfffff\r\nabc")],
  ["a bad chunk", () => join("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc")],
  ["a body of millions of values", () => join(post("/", 3_000_003, `[{}${",{}".repeat(1_000_000)}`), "]")],
  [
    "a body that waits for leave",
    () => join("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n"),
  ],
  ["a request", () => join(get(path))],
  ["a large answer", () => join(get(large))],
  ["many requests in one piece", () => repeat(400, get(large))],
  ["headers only", () => join(get(path).replace("GET", "HEAD"))],
  ["another path's upgrade", () => join(upgrade("/other"), "x".repeat(70_000))],
  ["an upgrade without a key", () => join(upgrade("/websocket", ""))],
  ["the preface of HTTP/2", () => preface()],
  ["CONNECT", () => join("CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\nabc")],
  ["noise", () => repeat(5_000, Uint8Array.of(0x16, 3, 1, 0xff, 0, 10))],
];

const rpcCall = (method: string, params = "{}"): Uint8Array =>
  fromUtf8(`{"jsonrpc":"2.0","id":1,"method":"${method}","params":${params}}`);
const open = (...frames: readonly Uint8Array[]): Uint8Array => join(upgrade("/websocket"), ...frames);

const webSocketStates: State[] = [
  ["a WebSocket", () => open()],
  ["half a frame", () => open(webSocketFrame(1, rpcCall("status")).subarray(0, 20))],
  ["a frame of a promised 3 MB", () => open(webSocketFrame(1, new Uint8Array(200_000).fill(0x20), true, 3_000_000))],
  ["a frame of a promised 3 GB", () => open(webSocketFrame(1, new Uint8Array(100), true, 3_000_000_000))],
  [
    "fragments without end",
    () => open(webSocketFrame(1, fromUtf8("["), false), repeat(5_000, webSocketFrame(0, fromUtf8("1,"), false))),
  ],
  ["pings", () => open(repeat(20_000, webSocketFrame(9, new Uint8Array(100))))],
  ["many calls", () => open(repeat(2_000, webSocketFrame(1, rpcCall("genesis"))))],
  [
    "subscriptions",
    () =>
      open(
        ...["NewBlock", "Tx", "NewBlockHeader"].map((name) =>
          webSocketFrame(1, rpcCall("subscribe", `{"query":"tm.event='${name}'"}`)),
        ),
      ),
  ],
  ["values without end", () => open(webSocketFrame(1, fromUtf8(`[{}${",{}".repeat(300_000)}]`)))],
  ["bad UTF-8", () => open(webSocketFrame(1, Uint8Array.of(0xff, 0xfe)))],
  ["a reserved opcode", () => open(webSocketFrame(11, new Uint8Array(1)))],
  ["a close", () => open(webSocketFrame(8, Uint8Array.of(3, 232)))],
];

const grpcStates: State[] = [
  ["nothing", () => new Uint8Array(0)],
  ["half a preface", () => join("PRI * HT")],
  ["a preface", () => preface()],
  ["HTTP/1", () => join(get("/"))],
  ["half of the headers", () => join(preface(), callHeaders(1, PARAMS).subarray(0, 30))],
  ["headers", () => join(preface(), callHeaders(1, PARAMS))],
  ["100 streams of headers", () => join(preface(), ...streams(100).map((id) => callHeaders(id, PARAMS)))],
  ["half a message", () => join(preface(), callHeaders(1, PARAMS), callData(1, new Uint8Array(60), 0).subarray(0, 30))],
  [
    "a message of a promised 9 MB",
    () =>
      join(
        preface(),
        callHeaders(1, PARAMS),
        h2Frame(H2.data, 0, 1, join(Uint8Array.of(0, 0, 0x90, 0, 0), new Uint8Array(10_000))),
      ),
  ],
  ["a call", () => join(preface(), callHeaders(1, PARAMS), callData(1))],
  [
    "100 calls with a closed window",
    () =>
      join(preface([INITIAL_WINDOW, 0]), ...streams(100).flatMap((id) => [callHeaders(id, VALIDATORS), callData(id)])),
  ],
  [
    "calls that are reset",
    () =>
      join(
        preface(),
        ...streams(3_000).flatMap((id) => [
          callHeaders(id, VALIDATORS),
          callData(id),
          h2Frame(H2.reset, 0, id, beU32(8)),
        ]),
      ),
  ],
  [
    "streams that are reset",
    () =>
      join(
        preface(),
        ...streams(3_000).flatMap((id) => [callHeaders(id, REFLECTION), h2Frame(H2.reset, 0, id, beU32(8))]),
      ),
  ],
  [
    "answers of a stream that nobody takes",
    () =>
      join(preface([INITIAL_WINDOW, 10]), callHeaders(1, REFLECTION), ...streams(60).map(() => callData(1, FILE, 0))),
  ],
  [
    "a stream that is reset while it answers",
    () =>
      join(
        preface([INITIAL_WINDOW, 10]),
        callHeaders(1, REFLECTION),
        callData(1, FILE, 0),
        h2Frame(H2.reset, 0, 1, beU32(8)),
      ),
  ],
  ["settings without end", () => join(preface(), repeat(20_000, h2Frame(H2.settings, 0, 0, new Uint8Array(0))))],
  ["pings without end", () => join(preface(), repeat(20_000, h2Frame(H2.ping, 0, 0, new Uint8Array(8))))],
  [
    "continuations without end",
    () =>
      join(
        preface(),
        callHeaders(1, PARAMS, 0),
        repeat(2_000, h2Frame(H2.more, 0, 1, headerBlock([["a", "b".repeat(100)]]))),
      ),
  ],
  [
    "empty data without end",
    () => join(preface(), callHeaders(1, PARAMS), repeat(20_000, h2Frame(H2.data, 0, 1, new Uint8Array(0)))),
  ],
  ["a window of nothing more", () => join(preface(), h2Frame(H2.window, 0, 0, beU32(0)))],
  ["a stream on itself", () => join(preface(), h2Frame(H2.priority, 0, 1, join(beU32(1), Uint8Array.of(1))))],
  ["the end of a connection", () => join(preface(), h2Frame(H2.goAway, 0, 0, join(beU32(0), beU32(0))))],
  ["noise", () => join(preface(), repeat(3_000, Uint8Array.of(0xff, 0, 7, 0x2a)))],
];

/** The states of each port. */
export const states: Readonly<Record<keyof Ports, readonly State[]>> = {
  rest: httpStates("/cosmos/bank/v1beta1/params", "/openapi.json"),
  rpc: [...httpStates("/status", "/genesis"), ...webSocketStates],
  grpcWeb: httpStates("/", "/"),
  faucet: httpStates("/status", "/status"),
  grpc: grpcStates,
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Ways to leave a state; those that only stop leave the socket open, and the caller ends it. */
const endings: readonly (readonly [name: string, leave: (socket: Socket, random: Random) => Promise<void>])[] = [
  ["reset", async (socket) => void socket.resetAndDestroy()],
  ["half-close", async (socket) => void socket.end()],
  ["close", async (socket) => void socket.destroy()],
  [
    "stall",
    async (socket, random) => {
      socket.pause();
      await pause(200 + 800 * random());
    },
  ],
  [
    "drip",
    async (socket, random) => {
      for (let i = 0; i < 5 && !socket.destroyed; i++) {
        socket.write("a");
        await pause(40 * random());
      }
    },
  ],
  [
    "flood",
    async (socket, random) => {
      const noise = new Uint8Array(64 * 1024).fill(Math.floor(random() * 256));
      for (let i = 0; i < 30 && !socket.destroyed; i++) if (!socket.write(noise)) await pause(5);
    },
  ],
  ["read on", async () => pause(100)],
];

export interface Move {
  readonly endpoint: keyof Ports;
  readonly state: string;
  readonly ending: string;
}

/** Made once: the attacker must not be slow. */
const made = new Map<State, Uint8Array>();
function bytesOfState(state: State): Uint8Array {
  const known = made.get(state) ?? state[1]();
  made.set(state, known);
  return known;
}

const pick = <T>(items: readonly T[], random: Random): T => items[Math.floor(random() * items.length)] as T;

/** Comes to a state of a port and leaves it. Resolves when the socket is closed on this side. */
export async function attack(ports: Ports, random: Random): Promise<Move> {
  const endpoint = pick(Object.keys(states) as (keyof Ports)[], random);
  const chosen = pick(states[endpoint], random);
  const [state] = chosen;
  const [ending, leave] = pick(endings, random);
  const cut = random() < 0.2 ? random() : 1;
  const wait = random() < 0.5 ? 0 : 30 * random();
  const socket = connect({ host: "127.0.0.1", port: ports[endpoint], allowHalfOpen: true });
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  socket.on("error", () => {});
  if (ending !== "stall") socket.resume();
  await Promise.race([new Promise<void>((resolve) => socket.once("connect", () => resolve())), closed]);
  if (!socket.destroyed) {
    const all = bytesOfState(chosen);
    socket.write(all.subarray(0, Math.ceil(all.length * cut)));
    await pause(wait);
    await leave(socket, random);
    await Promise.race([closed, pause(ending === "half-close" ? 100 : 0)]);
    if (random() < 0.5) socket.resetAndDestroy();
    else socket.destroy();
  }
  await closed;
  return { endpoint, state, ending };
}
