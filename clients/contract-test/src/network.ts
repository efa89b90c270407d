// SPDX-License-Identifier: Apache-2.0
/** `fetch` of this process, which answers requests to open DevChains without sockets. */
import type { HttpRequest, HttpResponse } from "@sotto/backend";
import { join } from "@sotto/bytes";
import { DevChainError } from "./errors.ts";

type Input = Parameters<typeof fetch>[0];
type Init = Parameters<typeof fetch>[1];
export type Handler = (request: HttpRequest) => Promise<HttpResponse>;

/** The top-level domain never resolves (RFC 6761), so a request that is not caught here fails. */
const DOMAIN = ".devchain.invalid";

const handlers = new Map<string, Handler>();
let count = 0;
/** Undefined: no chain is open, and the process's own `fetch` is in place. */
let underlying: typeof fetch | undefined;

function hostOf(input: Input): string | undefined {
  const text = typeof input === "string" ? input : "href" in input ? input.href : input.url;
  return URL.canParse(text) ? new URL(text).host : undefined;
}

async function answer(host: string, input: Input, init: Init): Promise<Response> {
  const handler = handlers.get(host);
  if (handler === undefined) throw new DevChainError(`there is no open DevChain at ${host}: it was closed`);
  const request = new Request(input, init);
  const { pathname, search } = new URL(request.url);
  const { status, headers, body } = await handler({
    method: request.method,
    url: `${pathname}${search}`,
    headers: Object.fromEntries(request.headers),
    body: new Uint8Array(await request.arrayBuffer()),
  });
  // The cast: bodies are never in shared memory.
  const bytes = (body instanceof Uint8Array ? body : join(body)) as Uint8Array<ArrayBuffer>;
  return new Response(bytes, { status, headers: headers as Record<string, string> });
}

const caught: typeof fetch = (input, init) => {
  const host = hostOf(input);
  if (host?.endsWith(DOMAIN) === true) return answer(host, input, init);
  return (underlying ?? globalThis.fetch)(input, init);
};

function install(): void {
  underlying = globalThis.fetch;
  // An accessor, because secret.js sets the global when it is loaded.
  Object.defineProperty(globalThis, "fetch", {
    configurable: true,
    enumerable: true,
    get: () => caught,
    set: (given: typeof fetch) => {
      underlying = given;
    },
  });
}

function uninstall(): void {
  const value = underlying;
  underlying = undefined;
  Object.defineProperty(globalThis, "fetch", { configurable: true, enumerable: true, writable: true, value });
}

/** Answers requests to the returned URL until `close`. */
export function listen(handler: Handler): { readonly url: string; close(): void } {
  const host = `${++count}${DOMAIN}`;
  if (handlers.size === 0) install();
  handlers.set(host, handler);
  return {
    url: `http://${host}`,
    close() {
      if (handlers.delete(host) && handlers.size === 0) uninstall();
    },
  };
}
