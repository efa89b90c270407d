// SPDX-License-Identifier: Apache-2.0
import {
  type ApiBackend,
  type ApiRoute,
  elementsOf,
  type HttpRequest,
  type HttpResponse,
  type JsonText,
  latin1,
  oneValue,
  percentDecode,
  type Refusal,
  textBody,
} from "@sotto/backend";
import { fromUtf8 } from "@sotto/bytes";
import { ArgumentError, type ArgumentValue, fromUri, parseQueryBytes } from "./arguments.ts";
import {
  Failure,
  failureJson,
  jsonArguments,
  parseRequest,
  type RpcRequest,
  readRequest,
  refusalJson,
  run,
  successText,
} from "./call.ts";
import { EventHub } from "./hub.ts";
import type { Method, RpcContext } from "./method.ts";
import { isCached, methods, SOCKET_METHODS } from "./methods.ts";

/** Limit: CometBFT config max_request_batch_size. */
const MOST_REQUESTS = 10;
/** The id of an answer to a request that cannot have one. */
const URI_ID = "-1";

const JSON_HEADERS = { "content-type": "application/json" } as const;

/** Data of one height never change (http_server.go WriteCacheableRPCResponseHTTP). */
const CACHED_HEADERS = { ...JSON_HEADERS, "cache-control": "public, max-age=86400" } as const;

const json = (status: number, body: JsonText, isKept = false): HttpResponse => ({
  status,
  headers: isKept ? CACHED_HEADERS : JSON_HEADERS,
  body: textBody(body),
});

/** The answers of a batch as one array. */
const listOf = (answers: readonly JsonText[]): JsonText => [
  ...answers.flatMap((answer, i) => [
    fromUtf8(i === 0 ? "[" : ","),
    ...(typeof answer === "string" ? [fromUtf8(answer)] : answer),
  ]),
  fromUtf8("]"),
];

/**
 * A request of a body with the data for its method; a waiting request does not hold its JSON.
 */
type PreparedRequest =
  | {
      readonly id: string;
      readonly method: Method;
      readonly given: ReadonlyMap<string, ArgumentValue>;
      readonly isCached: boolean;
    }
  | { readonly failure: string };

/**
 * Undefined for a notification, which is not answered. `unread`: the kind of the failure for
 * unreadable arguments.
 */
function prepare(
  { id, method: name, params }: RpcRequest,
  unread: readonly [number, string] = Failure.invalidParams,
): PreparedRequest | undefined {
  if (id === undefined) return undefined;
  const method = methods.get(name);
  if (method === undefined) return { failure: failureJson(id, Failure.unknownMethod) };
  try {
    const given = jsonArguments(method, params);
    return { id, method, given, isCached: isCached(name, given) };
  } catch (thrown) {
    if (!(thrown instanceof ArgumentError)) throw thrown;
    const why = `error converting json params to arguments: ${thrown.message}`;
    return { failure: failureJson(id, unread, why) };
  }
}

async function perform(context: RpcContext, prepared: PreparedRequest): Promise<JsonText> {
  if ("failure" in prepared) return prepared.failure;
  const { id, method, given } = prepared;
  const done = await run(context, method, given);
  return "result" in done ? successText(id, done.result) : failureJson(id, Failure.internal, done.failure);
}

/**
 * Answers one request of a body; undefined for a notification. Not `async`: it would keep the
 * request while it waits.
 */
export function answer(
  context: RpcContext,
  request: RpcRequest,
  unread: readonly [number, string],
): Promise<JsonText | undefined> {
  const prepared = prepare(request, unread);
  return prepared === undefined ? Promise.resolve(undefined) : perform(context, prepared);
}

/** The refusal of a request. */
export const refuseRpc = (refusal: Refusal): HttpResponse => json(refusal.status, refusalJson(refusal, URI_ID));

/** The requests of a body: a list whose elements all are requests, or one. Throws ArgumentError. */
function requestsOf(text: string): readonly RpcRequest[] {
  const value = parseRequest(text, oneValue);
  if (value === "null") return [];
  if (value.startsWith("[")) {
    try {
      return elementsOf(value).map(readRequest);
    } catch (thrown) {
      // Compat: an invalid list of requests fails as one request that is a list
      // (http_json_handler.go).
      if (!(thrown instanceof ArgumentError)) throw thrown;
    }
  }
  return [readRequest(value)];
}

/** The requests of a body, or the answer that refuses it as a whole. */
function readBody(body: Uint8Array): readonly (PreparedRequest | undefined)[] | HttpResponse {
  try {
    const list = requestsOf(latin1(body));
    if (list.length > MOST_REQUESTS) {
      const why = `batch request exceeds maximum (${MOST_REQUESTS}) allowed number of requests`;
      return json(200, failureJson(undefined, Failure.invalidRequest, why));
    }
    return list.map((request) => prepare(request));
  } catch (thrown) {
    if (!(thrown instanceof ArgumentError)) throw thrown;
    return json(500, failureJson(undefined, Failure.parse, thrown.message));
  }
}

async function post(context: RpcContext, body: Uint8Array): Promise<HttpResponse> {
  const requests = readBody(body);
  if (!Array.isArray(requests)) return requests as HttpResponse;
  const answers: JsonText[] = [];
  const all = (requests as readonly (PreparedRequest | undefined)[]).filter((each) => each !== undefined);
  const keeps = all.every((each) => "isCached" in each && each.isCached);
  for (const prepared of all) answers.push(await perform(context, prepared));
  if (answers.length === 0) return { status: 200, headers: {}, body: new Uint8Array(0) };
  // Compat: a batch with one answer is not an array (rpc/jsonrpc/server/http_server.go
  // writeRPCResponseHTTP).
  return json(200, answers.length === 1 ? (answers[0] as JsonText) : listOf(answers), keeps);
}

const FORM = "application/x-www-form-urlencoded";
const FORM_METHODS = new Set(["POST", "PUT", "PATCH"]);

/** Arguments from the query string; missing ones from a form. */
function uriArguments({ parameters }: Method, query: string, request: HttpRequest): Map<string, ArgumentValue> {
  const values = parseQueryBytes(query);
  const type = String(request.headers["content-type"] ?? "")
    .split(";")[0]
    ?.trim()
    .toLowerCase();
  const isForm = FORM_METHODS.has(request.method) && type === FORM && request.body.length > 0;
  const form = isForm ? parseQueryBytes(latin1(request.body)) : undefined;
  return new Map(parameters.map(([name, kind]) => [name, fromUri(kind, values.get(name) || (form?.get(name) ?? ""))]));
}

const plain = (status: number, text: string): HttpResponse => ({
  status,
  headers: { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" },
  body: fromUtf8(text),
});

async function get(context: RpcContext, name: string, query: string, request: HttpRequest): Promise<HttpResponse> {
  const method = methods.get(name);
  if (method === undefined) {
    if (SOCKET_METHODS.has(name)) return json(404, failureJson(URI_ID, Failure.unknownMethod));
    return name === "websocket" ? plain(400, "Bad Request\n") : plain(404, "404 page not found\n");
  }
  let given: Map<string, ArgumentValue>;
  try {
    given = uriArguments(method, query, request);
  } catch (thrown) {
    if (!(thrown instanceof ArgumentError)) throw thrown;
    const why = `error converting http params to arguments: ${thrown.message}`;
    return json(500, failureJson(URI_ID, Failure.invalidParams, why));
  }
  const done = await run(context, method, given);
  if ("result" in done) return json(200, successText(URI_ID, done.result), isCached(name, given));
  return json(500, failureJson(URI_ID, Failure.internal, done.failure));
}

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);

/** The page that a browser sees at `/`. */
function endpoints({ headers }: HttpRequest): HttpResponse {
  const host = escapeHtml(String(headers["host"] ?? ""));
  const links = [...methods, ...SOCKET_METHODS]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { parameters }]) => {
      const link = `//${host}/${name}?${parameters.map(([parameter]) => `${parameter}=_`).join("&")}`;
      return `<a href="${link}">${link}</a></br>`;
    });
  const page = `<html><body><br>Available endpoints:<br><br>Endpoints that require arguments:<br>${links.join("")}</body></html>`;
  return { status: 200, headers: { "content-type": "text/html" }, body: fromUtf8(page) };
}

/** A path without empty, `.` and `..` parts (net/http cleanPath). */
function cleanPath(path: string): string {
  const out: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") out.pop();
    else if (part !== "" && part !== ".") out.push(part);
  }
  return `/${out.join("/")}${path.endsWith("/") && out.length > 0 ? "/" : ""}`;
}

/** The redirect of a path that is not clean. */
function redirect(method: string, path: string, query: string): HttpResponse {
  const location = encodeURI(path) + (query === "" ? "" : `?${query}`);
  if (method !== "GET") return { status: 307, headers: { location }, body: new Uint8Array(0) };
  const body = `<a href="${escapeHtml(location)}">Temporary Redirect</a>.\n\n`;
  return { status: 307, headers: { location, "content-type": "text/html; charset=utf-8" }, body: fromUtf8(body) };
}

/** CometBFT's RPC over HTTP: JSON-RPC by POST to `/`, and each method as a path. Never rejects. */
export function createRpc(backend: ApiBackend, routes: ReadonlyMap<string, ApiRoute>) {
  const context: RpcContext = { backend, routes, hub: new EventHub(backend) };
  const handle = async (request: HttpRequest): Promise<HttpResponse> => {
    try {
      const { url, body, method } = request;
      const at = url.indexOf("?");
      const query = at < 0 ? "" : url.slice(at + 1);
      const path = percentDecode(at < 0 ? url : url.slice(0, at));
      if (path === undefined) return plain(400, "400 Bad Request");
      const clean = cleanPath(path);
      if (clean !== path) return redirect(method, clean, query);
      if (path !== "/") return await get(context, path.slice(1), query, request);
      return body.length > 0 ? await post(context, body) : endpoints(request);
    } catch (thrown) {
      backend.onFault(thrown);
      return json(500, failureJson(URI_ID, Failure.internal, "internal error"));
    }
  };
  return { handle, context };
}

export type Rpc = ReturnType<typeof createRpc>;
