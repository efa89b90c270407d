// SPDX-License-Identifier: Apache-2.0
import type { DescMessage } from "@bufbuild/protobuf";
import {
  type ApiBackend,
  type ApiRoute,
  ArgumentError,
  Code,
  faultStatus,
  firstValue,
  HEIGHT_HEADER,
  type HttpRequest,
  type HttpResponse,
  httpStatus,
  type JsonAnswer,
  latin1,
  misfit,
  parseHeight,
  percentDecode,
  type Refusal,
  StatusError,
  textBody,
  utf8Of,
} from "@sotto/backend";
import { fromUtf8 } from "@sotto/bytes";
import { encode, goJsonString, type Json, parseGatewayJson, parseJson } from "@sotto/codec";
import { ChainError } from "@sotto/errors";
import type { RestBinding } from "@sotto/kernel";
import { openApi } from "../openapi/openapi.ts";
import { SWAGGER_PAGE } from "../openapi/page.ts";
import { type Draft, parseQueryString, putParameter } from "./parameters.ts";
import { type Match, PathTable } from "./template.ts";

interface Binding {
  readonly route: ApiRoute;
  readonly rest: RestBinding;
}

const GRPC_HEIGHT_HEADER = `grpc-metadata-${HEIGHT_HEADER}`;

const JSON_HEADERS = { "content-type": "application/json" } as const;

const headerText = ({ headers }: HttpRequest, name: string): string | undefined => {
  const value = headers[name];
  return typeof value === "string" ? value : value?.[0];
};

/**
 * The refusal of a request, in the gateway's form:
 * `{"code":5,"message":"...","details":[]}`.
 */
export function refuseRest({ status, code, message }: Refusal): HttpResponse {
  const body = fromUtf8(`{"code":${code},"message":${goJsonString(message)},"details":[]}`);
  return { status, headers: JSON_HEADERS, body };
}

/** A failure with the HTTP status of its code. */
export const errorResponse = ({ code, message }: StatusError): HttpResponse =>
  refuseRest({ status: httpStatus(code), code, message });

/**
 * Splits a path; slashes that follow each other count as one, escapes are decoded after the split
 * (spec/clients.md 2.2).
 */
function pathSegments(path: string): string[] {
  if (!path.startsWith("/")) throw new StatusError(Code.invalidArgument, "Bad Request");
  const raw = path
    .replace(/\/{2,}/g, "/")
    .slice(1)
    .split("/");
  return raw.map((segment) => {
    const text = percentDecode(segment);
    if (text === undefined)
      throw new StatusError(Code.invalidArgument, `invalid URL escape in "${segment.slice(0, 64)}"`);
    return text;
  });
}

/**
 * The first value of a body; later bytes are ignored, as in Go's decoder of streams, which has the
 * texts of faults.
 */
function bodyJson(body: Uint8Array): Json {
  try {
    return parseJson(body, { duplicates: "last" });
  } catch (thrown) {
    if (!(thrown instanceof ChainError)) throw thrown;
    try {
      const first = firstValue(latin1(body));
      if (first.length < body.length) return parseJson(utf8Of(first), { duplicates: "last" });
    } catch (fault) {
      if (fault instanceof ArgumentError && fault.message === "EOF") return new Map();
      if (fault instanceof ArgumentError) throw new StatusError(Code.invalidArgument, fault.message);
      throw fault;
    }
    throw thrown;
  }
}

/** A variable of the path. */
function putVariable(draft: Draft, schema: DescMessage, field: string, text: string): void {
  try {
    putParameter(draft, schema, field, [text]);
  } catch (thrown) {
    if (!(thrown instanceof StatusError)) throw thrown;
    throw new StatusError(thrown.code, `type mismatch, parameter: ${field}, error: ${thrown.message}`);
  }
}

/** The request message of a call: body, then query (unless the body is all of it), then path. */
function requestBytes(
  backend: ApiBackend,
  { value, variables }: Match<Binding>,
  query: string,
  body: Uint8Array,
): Uint8Array {
  const { route, rest } = value;
  const schema = route.method.input;
  const draft: Draft = new Map<string, Json>();
  if (rest.body !== "" && body.length > 0) {
    const json = bodyJson(body);
    if (rest.body !== "*") draft.set(rest.body, json);
    else if (json instanceof Map) for (const [key, item] of json) draft.set(key, item);
    else if (json !== null) {
      throw new StatusError(
        Code.invalidArgument,
        misfit(firstValue(latin1(body)), "map[string]json.RawMessage").message,
      );
    }
  }
  if (rest.body !== "*") {
    const taken = new Set(variables.map(([field]) => field));
    for (const [key, values] of parseQueryString(query)) if (!taken.has(key)) putParameter(draft, schema, key, values);
  }
  for (const [field, text] of variables) putVariable(draft, schema, field, text);
  return encode(schema, parseGatewayJson(schema, draft, backend.registry, { unknownFields: "ignore" }));
}

function answerResponse({ json, height }: JsonAnswer): HttpResponse {
  return {
    status: 200,
    headers: { ...JSON_HEADERS, [HEIGHT_HEADER]: String(height), [GRPC_HEIGHT_HEADER]: String(height) },
    body: textBody(json),
  };
}

const BAD_PATH: HttpResponse = {
  status: 400,
  headers: { "content-type": "text/plain; charset=utf-8" },
  body: fromUtf8("400 Bad Request"),
};

/** The pages beside the routes: the OpenAPI document, made at the first request, and its viewer. */
function documents(
  backend: ApiBackend,
  routes: ReadonlyMap<string, ApiRoute>,
): ReadonlyMap<string, () => HttpResponse> {
  let document: Uint8Array | undefined;
  const openApiDocument = (): HttpResponse => {
    document ??= fromUtf8(openApi(routes, backend.info));
    return { status: 200, headers: JSON_HEADERS, body: document };
  };
  const html = { "content-type": "text/html; charset=utf-8" };
  const page = (): HttpResponse => ({ status: 200, headers: html, body: fromUtf8(SWAGGER_PAGE) });
  const home = (): HttpResponse => ({ status: 302, headers: { location: "/swagger/" }, body: new Uint8Array(0) });
  return new Map([
    ["/openapi.json", openApiDocument],
    ["/swagger", page],
    ["/swagger/", page],
    ["/", home],
  ]);
}

/**
 * The REST gateway: google.api.http templates of all routes, message JSON in and out. Never
 * rejects.
 */
export function createRest(backend: ApiBackend, routes: ReadonlyMap<string, ApiRoute>) {
  const tables = new Map<string, PathTable<Binding>>();
  for (const route of routes.values()) {
    for (const rest of route.rest) {
      const verb = rest.verb.toUpperCase();
      const table = tables.get(verb) ?? new PathTable<Binding>();
      tables.set(verb, table);
      table.add(rest.template, { route, rest });
    }
  }

  const pages = documents(backend, routes);

  /**
   * Compat: a path that exists under another verb gets the same answer as an unknown one (501 "Not
   * Implemented").
   */
  const bind = (method: string, segments: readonly string[]): Match<Binding> => {
    const match = tables.get(method === "HEAD" ? "GET" : method)?.match(segments);
    if (match === undefined) throw new StatusError(Code.unimplemented, "Not Implemented");
    return match;
  };

  return async (request: HttpRequest): Promise<HttpResponse> => {
    try {
      const [path = "", ...rest] = request.url.split("?");
      // Go's server does not read this as a path.
      if (/%(?![0-9a-fA-F]{2})/.test(path)) return BAD_PATH;
      const page = request.method === "GET" ? pages.get(path)?.() : undefined;
      if (page !== undefined) return page;
      const match = bind(request.method, pathSegments(path));
      const height = parseHeight(headerText(request, HEIGHT_HEADER) ?? headerText(request, GRPC_HEIGHT_HEADER));
      return answerResponse(
        await match.value.route.json(requestBytes(backend, match, rest.join("?"), request.body), height),
      );
    } catch (thrown) {
      return errorResponse(faultStatus(backend, thrown));
    }
  };
}

export type Rest = ReturnType<typeof createRest>;
