import type { Server } from "node:http";
import { createServer } from "node:net";
import { EnvironmentFault } from "@sotto/errors";
import { fastify } from "fastify";
import type { Listener } from "../config.ts";
import type { Logger } from "../log.ts";

/** A request without its socket. */
export interface WebRequest {
  readonly method: string;
  /** Path and query as they came. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
}

export interface WebResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

export type WebHandler = (request: WebRequest) => Promise<WebResponse>;

/** Most bytes of a request body: a transaction that stores 4 MiB of code, in base64 in JSON. */
const BODY_LIMIT = 10 * 1024 * 1024;

/** A contract query travels in the URL; Go's servers, which clients know, take a megabyte of headers. */
const HEADER_LIMIT = 1024 * 1024;

/** Browsers of any page may talk to a developer's node. */
const CORS = {
  "access-control-allow-origin": "*",
  "access-control-allow-methods": "GET, POST, PUT, DELETE, OPTIONS",
  "access-control-allow-headers": "*",
  "access-control-expose-headers": "*",
} as const;

export interface WebServer {
  readonly close: () => Promise<void>;
  /** For the WebSocket upgrade. */
  readonly server: Server;
}

const textOf = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value.join(",") : value;

/** What to do about a port that cannot be had. */
export function portFault({ name, flag, port }: Listener, error: unknown): EnvironmentFault {
  const code = (error as { readonly code?: string }).code;
  if (code === "EADDRINUSE") {
    return new EnvironmentFault(
      `port ${port} (${name}) is in use; choose another with ${flag} PORT, or move all with --port-offset N`,
    );
  }
  if (code === "EACCES")
    return new EnvironmentFault(`port ${port} (${name}) needs more rights; choose another with ${flag} PORT`);
  return new EnvironmentFault(
    `cannot listen on port ${port} (${name}): ${error instanceof Error ? error.message : error}`,
  );
}

/** Throws for a port that another process listens on: cheap, and before anything is started or written. */
export async function assertPortsFree(host: string, listeners: readonly Listener[]): Promise<void> {
  await Promise.all(
    listeners.map(
      (listener) =>
        new Promise<void>((resolve, reject) => {
          const probe = createServer();
          probe.once("error", (error) => reject(portFault(listener, error)));
          probe.listen({ host, port: listener.port }, () => probe.close(() => resolve()));
        }),
    ),
  );
}

/** One HTTP listener over a handler. A handler that throws is a bug of ours: 500 without its text, and a log line. */
export async function serveHttp(host: string, listener: Listener, handle: WebHandler, log: Logger): Promise<WebServer> {
  const app = fastify({
    bodyLimit: BODY_LIMIT,
    http: { maxHeaderSize: HEADER_LIMIT },
    exposeHeadRoutes: false,
    forceCloseConnections: true,
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  app.addHook("onSend", async (_request, reply) => void reply.headers(CORS));
  app.setErrorHandler(async (error: { readonly statusCode?: number }, _request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) log.error({ err: error, listener: listener.name }, "a request handler failed");
    const message =
      status === 413 ? `the body is over ${BODY_LIMIT} bytes` : status < 500 ? "bad request" : "internal error";
    return reply.code(status).send({ code: status === 413 ? 8 : 13, message, details: [] });
  });
  app.all("/*", async (request, reply) => {
    if (request.method === "OPTIONS") return reply.code(204).send();
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, textOf(value)]));
    const body = request.body instanceof Uint8Array ? request.body : new Uint8Array(0);
    const response = await handle({ method: request.method, url: request.raw.url ?? "/", headers, body });
    reply.code(response.status).headers(response.headers);
    return reply.send(typeof response.body === "string" ? response.body : Buffer.from(response.body));
  });
  try {
    await app.listen({ host, port: listener.port });
  } catch (error) {
    await app.close();
    throw portFault(listener, error);
  }
  return { server: app.server, close: () => app.close() };
}
