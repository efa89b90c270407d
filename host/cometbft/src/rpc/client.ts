// SPDX-License-Identifier: Apache-2.0
import { type ClientRequest, Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { type Json, parseJson } from "@sotto/codec";
import { ChainError, EnvironmentFault } from "@sotto/errors";

/** Default, of a whole request, so that a server that answers slowly cannot hold the block. */
const TIMEOUT_MS = 10_000;
/** Limit: most characters of a server's own text in a message. */
const MAX_TEXT = 200;
/** A block of 100 MiB has at most as many transactions of one byte; each is a JSON value. */
const MAX_VALUES = 4_000_000;

/** The server's result, or its refusal. */
export type RpcAnswer =
  | { readonly result: Json }
  | { readonly refusal: { readonly message: string; readonly data: string } };

/** One CometBFT RPC server; connections stay open between requests. */
export interface RpcClient {
  /** As it was given. */
  readonly url: string;
  /**
   * The result of a GET such as `/commit?height=5`; a text says why there is none. Never throws.
   * Bounded in size and time.
   */
  get(path: string, maxBytes: number): Promise<{ readonly result: Json } | string>;
  /**
   * The same for a JSON-RPC call. `params`: the JSON of its arguments. A refusal by the server has
   * its own texts.
   */
  post(method: string, params: string, maxBytes: number): Promise<RpcAnswer | string>;
  close(): void;
}

interface Target {
  readonly timeoutMs: number;
  readonly agent: HttpAgent;
  readonly send: typeof httpRequest;
  readonly options: { readonly host?: string; readonly port?: string; readonly socketPath?: string };
  /** Path of the URL, before that of the method. */
  readonly before: string;
}

const FORMS = "expected http://host:port, https://host, tcp://host:port or unix:///path/of/socket";

function targetOf(url: string, timeoutMs: number): Target {
  const keep = { keepAlive: true, maxSockets: 4 };
  if (url.startsWith("unix://")) {
    const socketPath = url.slice("unix://".length);
    if (!socketPath.startsWith("/")) throw new EnvironmentFault(`"${url}" is no address of an RPC server: ${FORMS}`);
    return { timeoutMs, agent: new HttpAgent(keep), send: httpRequest, options: { socketPath }, before: "" };
  }
  const text = url.replace(/^tcp:/, "http:");
  const parsed = /^https?:\/\//.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (parsed === undefined || parsed.hostname === "") {
    throw new EnvironmentFault(`"${url}" is no address of an RPC server: ${FORMS}`);
  }
  const isTls = parsed.protocol === "https:";
  return {
    timeoutMs,
    agent: isTls ? new HttpsAgent(keep) : new HttpAgent(keep),
    send: isTls ? httpsRequest : httpRequest,
    options: {
      // An IPv6 address stands in brackets in a URL only.
      host: parsed.hostname.replace(/^\[(.*)\]$/, "$1"),
      port: parsed.port || (isTls ? "443" : "80"),
    },
    before: parsed.pathname.replace(/\/+$/, ""),
  };
}

/** A server's text in a message: one line, printable, short. */
export const shownText = (text: string): string =>
  text.slice(0, MAX_TEXT).replace(/[^\x20-\x7e]+/g, " ") + (text.length > MAX_TEXT ? "..." : "");

interface Failure {
  readonly why: string;
  /** An open connection was closed by the server before this request reached it. */
  readonly isStale: boolean;
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "does not listen (connection refused)",
  ENOENT: "does not listen (no such socket)",
  ENOTFOUND: "its host name is unknown",
  EAI_AGAIN: "its host name cannot be looked up now",
};

const reasonOf = (error: NodeJS.ErrnoException): string =>
  REASONS[error.code ?? ""] ?? `cannot be reached: ${shownText(error.message)}`;

interface Sent {
  /** Of the URL, after that of the server. */
  readonly path: string;
  /** JSON; undefined: a GET. */
  readonly body?: string;
}

/** The body of an answer, whatever its status. */
function fetchOnce(target: Target, { path, body }: Sent, maxBytes: number): Promise<Buffer | Failure> {
  return new Promise((resolve) => {
    let request: ClientRequest | undefined;
    let started = false;
    const end = (outcome: Buffer | Failure): void => {
      clearTimeout(timer);
      resolve(outcome);
      if (!Buffer.isBuffer(outcome)) request?.destroy();
    };
    const fail = (why: string, isStale = false): void => end({ why, isStale });
    const timer = setTimeout(() => fail(`did not answer within ${target.timeoutMs / 1000} s`), target.timeoutMs);
    const receive = (response: IncomingMessage): void => {
      started = true;
      const chunks: Buffer[] = [];
      let size = 0;
      response.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size > maxBytes) fail(`answered more than ${maxBytes} bytes`);
        else chunks.push(chunk);
      });
      response.on("end", () => (response.complete ? end(Buffer.concat(chunks)) : fail("ended in its answer")));
      response.on("error", () => fail("ended in its answer"));
    };
    const type = body === undefined ? {} : { "content-type": "application/json" };
    const headers = { accept: "application/json", ...type };
    const method = body === undefined ? "GET" : "POST";
    request = target.send(
      { ...target.options, agent: target.agent, method, path: target.before + path, headers },
      receive,
    );
    request.on("error", (error: NodeJS.ErrnoException) => {
      const isStale = !started && request?.reusedSocket === true && /^(ECONNRESET|EPIPE)$/.test(error.code ?? "");
      fail(started ? "ended in its answer" : reasonOf(error), isStale);
    });
    request.end(body);
  });
}

/**
 * The same; sent again when CometBFT was started again, and an open connection was to the old one.
 */
async function fetchBody(target: Target, sent: Sent, maxBytes: number): Promise<Buffer | string> {
  for (;;) {
    const body = await fetchOnce(target, sent, maxBytes);
    if (Buffer.isBuffer(body)) return body;
    if (!body.isStale) return body.why;
  }
}

const textAt = (fields: ReadonlyMap<string, Json>, name: string): string => {
  const value = fields.get(name);
  return typeof value === "string" ? value : "";
};

function answerOf(body: Buffer, maxBytes: number): RpcAnswer | string {
  let answer: Json;
  try {
    answer = parseJson(body, { maxLength: maxBytes, maxValues: MAX_VALUES, duplicates: "last" });
  } catch (error) {
    if (!(error instanceof ChainError)) throw error;
    return "its answer is not JSON";
  }
  if (!(answer instanceof Map)) return "its answer is not one of JSON-RPC";
  const error: Json | undefined = answer.get("error");
  if (error instanceof Map) return { refusal: { message: textAt(error, "message"), data: textAt(error, "data") } };
  const result: Json | undefined = answer.get("result");
  return result === undefined || result === null ? "its answer has no result" : { result };
}

/** A client of an RPC server. Throws EnvironmentFault for an address of another form. */
export function rpcClient(url: string, timeoutMs = TIMEOUT_MS): RpcClient {
  const target = targetOf(url, timeoutMs);
  return {
    url,
    get: async (path, maxBytes) => {
      const body = await fetchBody(target, { path }, maxBytes);
      const answer = typeof body === "string" ? body : answerOf(body, maxBytes);
      if (typeof answer === "string" || "result" in answer) return answer;
      const { message, data } = answer.refusal;
      return `answers "${shownText([message, data].filter((text) => text !== "").join(": "))}"`;
    },
    post: async (method, params, maxBytes) => {
      const sent = { path: "/", body: `{"jsonrpc":"2.0","id":1,"method":"${method}","params":${params}}` };
      const body = await fetchBody(target, sent, maxBytes);
      return typeof body === "string" ? body : answerOf(body, maxBytes);
    },
    close: () => target.agent.destroy(),
  };
}
