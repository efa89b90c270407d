// SPDX-License-Identifier: Apache-2.0
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { bodyLength, Code, type HttpRequest, type HttpResponse, type Refusal } from "@sotto/backend";
import type { Logger } from "../log.ts";
import type { Connection, Endpoints, Protocol } from "./endpoints.ts";
import type { IncomingRequest } from "./requests.ts";

/** A service over HTTP. */
export interface WebEndpoint {
  readonly name: string;
  /** Rejects only for a bug. */
  readonly handle: (request: HttpRequest) => Promise<HttpResponse>;
  /** The reason of a refusal in the endpoint's own form. */
  readonly refuse: (refusal: Refusal) => HttpResponse;
}

export interface WebProtocol {
  readonly protocol: Protocol;
  /** For the WebSocket upgrade. */
  readonly server: Server;
  readonly close: () => void;
}

/** Pages of any origin may call a developer's node. */
const CORS = {
  "access-control-allow-origin": "*",
  "access-control-allow-methods": "GET, HEAD, POST, PUT, DELETE, OPTIONS",
  "access-control-allow-headers": "*",
  "access-control-expose-headers": "*",
} as const;

/** Names and values in turn, as Node writes them fastest. */
const CORS_LINES: readonly string[] = Object.entries(CORS).flat();

/** Limit: Node drops further headers. */
const MOST_HEADERS = 200;
/**
 * Requests on one connection that are answered at once: only floods send more before the first
 * answer.
 */
const PIPELINED = 16;
/** Milliseconds in which a client that is disconnected may read the reason. */
export const LINGER_MS = 500;
const CHECK_MS = 2_000;

const NOTHING = new Uint8Array(0);
const GONE = Symbol("gone");

/** The rest is read and discarded, so that the client can read the answer. */
function forget(message: IncomingMessage): void {
  message.removeAllListeners("data");
  message.removeAllListeners("end");
  message.resume();
}

const isWithoutBody = ({ headers }: IncomingMessage): boolean =>
  headers["transfer-encoding"] === undefined && (headers["content-length"] ?? "0") === "0";

/** The bytes of a body, the reason of a refusal, or that the client disconnected. */
function readBody(
  message: IncomingMessage,
  request: IncomingRequest,
  most: number,
): Promise<Uint8Array | Refusal | typeof GONE> {
  const length = message.headers["content-length"];
  const tooLong = Number(length) > most ? request.add(Number(length)) : undefined;
  if (tooLong !== undefined) return Promise.resolve(tooLong);
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    message.on("data", (chunk: Buffer) => {
      const refusal = request.add(chunk.length);
      if (refusal === undefined) chunks.push(chunk);
      else {
        chunks.length = 0;
        forget(message);
        resolve(refusal);
      }
    });
    message.on("end", () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
    message.on("close", () => resolve(GONE));
  });
}

/** The reason for a request that Node's parser refuses. */
function parseFault(error: NodeJS.ErrnoException, headBytes: number): Refusal {
  if (error.code === "HPE_HEADER_OVERFLOW") {
    const message = `the request's line and headers are over ${headBytes} bytes; send what is long in a body`;
    return { status: 431, code: Code.invalidArgument, message };
  }
  if (error.code === "ERR_HTTP_REQUEST_TIMEOUT") {
    return { status: 408, code: Code.deadlineExceeded, message: "the request did not come in time" };
  }
  return { status: 400, code: Code.invalidArgument, message: "this is no HTTP request" };
}

const REASONS: Readonly<Record<number, string>> = {
  400: "Bad Request",
  404: "Not Found",
  408: "Request Timeout",
  429: "Too Many Requests",
  431: "Request Header Fields Too Large",
};

/** Writes an answer to a socket that no parser serves any more, and ends it. */
export function endSocket(socket: Socket, { status, headers, body }: HttpResponse): void {
  const fields = { ...CORS, ...headers, "content-length": String(bodyLength(body)), connection: "close" };
  const head = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`HTTP/1.1 ${status} ${REASONS[status] ?? ""}\r\n${head.join("")}\r\n`);
  for (const piece of body instanceof Uint8Array ? [body] : body) socket.write(piece);
  socket.end();
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}

/** HTTP/1 over a handler. A handler that throws is a bug: 500 without its text, and a log line. */
export function createWebProtocol(endpoints: Endpoints, endpoint: WebEndpoint, log: Logger): WebProtocol {
  const { limits, requests } = endpoints;

  function write(connection: Connection, response: ServerResponse, answer: HttpResponse, hasBody = true): void {
    if (response.destroyed || response.headersSent) return;
    const { status, headers, body } = answer;
    const lines = [...CORS_LINES];
    for (const [name, value] of Object.entries(headers)) lines.push(name, value);
    lines.push("content-length", String(bodyLength(body)));
    response.writeHead(status, lines);
    endpoints.send(connection, response, hasBody ? body : NOTHING);
  }

  async function answer(message: IncomingMessage, body: Uint8Array): Promise<HttpResponse> {
    const method = message.method === "HEAD" ? "GET" : (message.method ?? "");
    try {
      return await endpoint.handle({ method, url: message.url ?? "/", headers: message.headers, body });
    } catch (error) {
      log.error({ err: error, listener: endpoint.name }, "a request handler failed");
      return endpoint.refuse({ status: 500, code: Code.internal, message: "internal error" });
    }
  }

  async function serve(connection: Connection, message: IncomingMessage, response: ServerResponse): Promise<void> {
    if (message.method === "OPTIONS") {
      response.writeHead(204, CORS);
      response.end();
      return;
    }
    const hasBody = message.method !== "HEAD";
    const request = requests.receive((why) => {
      forget(message);
      write(connection, response, endpoint.refuse(why), hasBody);
    });
    try {
      const body = isWithoutBody(message) ? NOTHING : await readBody(message, request, limits.bodyBytes);
      if (body === GONE) return;
      const refusal = body instanceof Uint8Array ? request.complete() : body;
      if (!(body instanceof Uint8Array) || refusal !== undefined) {
        if (refusal !== undefined) write(connection, response, endpoint.refuse(refusal), hasBody);
        return;
      }
      // Before any wait: requests that arrive in one piece are counted one after the other.
      connection.requests++;
      try {
        write(connection, response, await answer(message, body), hasBody);
      } finally {
        connection.requests--;
      }
    } finally {
      request.end();
    }
  }

  const server = createServer(
    {
      maxHeaderSize: limits.headBytes,
      headersTimeout: Math.min(limits.headMs, limits.requestMs),
      requestTimeout: limits.requestMs,
      keepAliveTimeout: limits.keepMs,
      connectionsCheckingInterval: CHECK_MS,
    },
    (message, response) => {
      message.on("error", () => {});
      response.on("error", () => {});
      const connection = endpoints.of(message.socket);
      if (connection === undefined) return;
      if (connection.requests >= PIPELINED) connection.cut();
      else {
        serve(connection, message, response).catch((error: unknown) => {
          log.error({ err: error, listener: endpoint.name }, "a request could not be answered");
          connection.cut();
        });
      }
    },
  );
  server.maxHeadersCount = MOST_HEADERS;
  // Without it Node cuts the answer to a client that has ended its side. The types lack it.
  Object.assign(server, { httpAllowHalfOpen: true });
  // Node watches the time of requests after a server listens, which here the endpoints do for it.
  server.emit("listening");
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => {
    const connection = endpoints.of(socket);
    const isTalking = connection === undefined || connection.requests > 0 || connection.answers.size > 0;
    if (isTalking || socket.writableEnded || error.code === "ECONNRESET") socket.destroy();
    else endSocket(socket, endpoint.refuse(parseFault(error, limits.headBytes)));
  });
  return {
    server,
    protocol: ({ socket }) => server.emit("connection", socket),
    // It does not listen: this ends its timer.
    close: () => void server.close(() => {}),
  };
}
