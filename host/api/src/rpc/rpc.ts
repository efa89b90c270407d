import { fromUtf8 } from "@sotto/bytes";
import type { Json } from "@sotto/codec";
import type { ApiBackend } from "../backend.ts";
import type { HttpRequest, HttpResponse, Refusal } from "../http.ts";
import { type JsonText, type Pieces, PieceWriter, textBytes } from "../pieces.ts";
import { parseQueryString } from "../rest/parameters.ts";
import type { ApiRoute } from "../route.ts";
import { StatusError } from "../status.ts";
import { ArgumentError, type ArgumentValue, fromUri } from "./arguments.ts";
import {
  Failure,
  failureJson,
  jsonArguments,
  parseBody,
  type RpcRequest,
  readRequest,
  refusalJson,
  run,
  successText,
} from "./call.ts";
import { EventHub } from "./hub.ts";
import type { Method, RpcContext } from "./method.ts";
import { methods } from "./methods.ts";

/** Limit: CometBFT config max_request_batch_size. */
const MOST_REQUESTS = 10;
/** The id of an answer to a request that cannot have one. */
const URI_ID = "-1";

const JSON_HEADERS = { "content-type": "application/json" } as const;

const json = (status: number, body: JsonText): HttpResponse => ({
  status,
  headers: JSON_HEADERS,
  body: textBytes(body),
});

/** The answers of a batch as one array. */
function listOf(answers: readonly JsonText[]): Pieces {
  const out = new PieceWriter();
  for (const [i, answer] of answers.entries()) {
    out.write(i === 0 ? "[" : ",");
    out.write(answer);
  }
  out.write("]");
  return out.finish();
}

/** A request of a body with what its method needs; the JSON that it came in is not kept while it waits. */
type Prepared =
  | { readonly id: string; readonly method: Method; readonly given: ReadonlyMap<string, ArgumentValue> }
  | { readonly failure: string };

/** Undefined for a notification, which is not answered. */
function prepare({ id, method: name, params }: RpcRequest): Prepared | undefined {
  if (id === undefined) return undefined;
  const method = methods.get(name);
  if (method === undefined) return { failure: failureJson(id, Failure.unknownMethod) };
  try {
    return { id, method, given: jsonArguments(method, params) };
  } catch (thrown) {
    if (!(thrown instanceof ArgumentError)) throw thrown;
    const why = `error converting json params to arguments: ${thrown.message}`;
    return { failure: failureJson(id, Failure.invalidParams, why) };
  }
}

async function perform(context: RpcContext, prepared: Prepared): Promise<JsonText> {
  if ("failure" in prepared) return prepared.failure;
  const { id, method, given } = prepared;
  const done = await run(context, method, given);
  return "result" in done ? successText(id, done.result) : failureJson(id, Failure.internal, done.failure);
}

/** Answers one request of a body; undefined for a notification. Not `async`: it would keep the request while it waits. */
export function answer(context: RpcContext, request: RpcRequest): Promise<JsonText | undefined> {
  const prepared = prepare(request);
  return prepared === undefined ? Promise.resolve(undefined) : perform(context, prepared);
}

/** Why a request is not served at all. */
export const refuseRpc = (refusal: Refusal): HttpResponse => json(refusal.status, refusalJson(refusal, URI_ID));

/** The requests of a body, or the answer that refuses it as a whole. */
function readBody(body: Uint8Array): readonly (Prepared | undefined)[] | HttpResponse {
  try {
    const parsed: Json = parseBody(body);
    const list: readonly Json[] = Array.isArray(parsed) ? parsed : [parsed];
    if (list.length > MOST_REQUESTS) {
      const why = `batch request exceeds maximum (${MOST_REQUESTS}) allowed number of requests`;
      return json(200, failureJson(undefined, Failure.invalidRequest, why));
    }
    return list.map((value) => readRequest(value)).map(prepare);
  } catch (thrown) {
    if (!(thrown instanceof ArgumentError)) throw thrown;
    return json(500, failureJson(undefined, Failure.parse, thrown.message));
  }
}

async function post(context: RpcContext, body: Uint8Array): Promise<HttpResponse> {
  const requests = readBody(body);
  if (!Array.isArray(requests)) return requests as HttpResponse;
  const answers: JsonText[] = [];
  for (const prepared of requests as readonly (Prepared | undefined)[]) {
    if (prepared !== undefined) answers.push(await perform(context, prepared));
  }
  if (answers.length === 0) return { status: 200, headers: {}, body: new Uint8Array(0) };
  // Compat: a batch with one answer is not an array (rpc/jsonrpc/server/http_server.go writeRPCResponseHTTP).
  return json(200, answers.length === 1 ? (answers[0] as JsonText) : listOf(answers));
}

function uriArguments(method: Method, query: string): Map<string, ArgumentValue> {
  const values = parseQueryString(query);
  return new Map(method.parameters.map(([name, kind]) => [name, fromUri(kind, values.get(name)?.[0])]));
}

async function get(context: RpcContext, name: string, query: string): Promise<HttpResponse> {
  const method = methods.get(name);
  if (method === undefined) {
    if (SOCKET_METHODS.has(name)) return json(404, failureJson(URI_ID, Failure.unknownMethod));
    return {
      status: 404,
      headers: { "content-type": "text/plain; charset=utf-8" },
      body: fromUtf8("404 page not found\n"),
    };
  }
  let given: Map<string, ArgumentValue>;
  try {
    given = uriArguments(method, query);
  } catch (thrown) {
    if (!(thrown instanceof ArgumentError) && !(thrown instanceof StatusError)) throw thrown;
    const why = `error converting http params to arguments: ${thrown.message}`;
    return json(500, failureJson(URI_ID, Failure.invalidParams, why));
  }
  const done = await run(context, method, given);
  if ("result" in done) return json(200, successText(URI_ID, done.result));
  return json(500, failureJson(URI_ID, Failure.internal, done.failure));
}

/** Methods that need a WebSocket. */
const SOCKET_METHODS = new Set(["subscribe", "unsubscribe", "unsubscribe_all"]);

/** The page that a browser sees at `/`. */
function endpoints(): HttpResponse {
  const links = [...methods].map(([name, { parameters }]) => {
    const query = parameters.map(([parameter]) => `${parameter}=_`).join("&");
    const path = query === "" ? `/${name}` : `/${name}?${query}`;
    return `<li><a href="${path}">${path}</a></li>`;
  });
  const page = `<!doctype html><html><body><p>Available endpoints:</p><ul>${links.join("")}</ul></body></html>`;
  return { status: 200, headers: { "content-type": "text/html; charset=utf-8" }, body: fromUtf8(page) };
}

/** CometBFT's RPC over HTTP: JSON-RPC by POST to `/`, and each method as a path. Never rejects. */
export function createRpc(backend: ApiBackend, routes: ReadonlyMap<string, ApiRoute>) {
  const context: RpcContext = { backend, routes, hub: new EventHub(backend) };
  const handle = async ({ url, body, method }: HttpRequest): Promise<HttpResponse> => {
    try {
      const [path = "/", ...rest] = url.split("?");
      const name = path.replace(/^\/+/, "");
      if (name !== "") return await get(context, name, rest.join("?"));
      return method === "POST" && body.length > 0 ? await post(context, body) : endpoints();
    } catch (thrown) {
      backend.onFault(thrown);
      return json(500, failureJson(URI_ID, Failure.internal, "internal error"));
    }
  };
  return { handle, context };
}

export type Rpc = ReturnType<typeof createRpc>;
