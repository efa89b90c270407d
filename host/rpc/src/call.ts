// SPDX-License-Identifier: Apache-2.0
import {
  elementsOf,
  faultStatus,
  type JsonText,
  kindOf,
  membersOf,
  misfit,
  type Refusal,
  shown,
  stringOf,
  textPieces,
  utf8Of,
} from "@sotto/backend";
import { compareText, goJsonString, type Json, JsonDecimal, parseJson } from "@sotto/codec";
import { ChainError } from "@sotto/errors";
import { ArgumentError, type ArgumentValue, fromJson } from "./arguments.ts";
import { type Method, type RpcContext, readArguments } from "./method.ts";
import { RpcError } from "./rpcError.ts";

/** The id of a request, as JSON; undefined marks a notification, which is not answered. */
export type RequestId = string | undefined;

export interface RpcRequest {
  readonly id: RequestId;
  readonly method: string;
  /** The text of its JSON. */
  readonly params: string | undefined;
}

/** Codes and messages of JSON-RPC 2.0 (CometBFT rpc/jsonrpc/types). */
export const Failure = {
  parse: [-32700, "Parse error. Invalid JSON"],
  invalidRequest: [-32600, "Invalid Request"],
  unknownMethod: [-32601, "Method not found"],
  invalidParams: [-32602, "Invalid params"],
  internal: [-32603, "Internal error"],
  server: [-32000, "Server error"],
} as const;

const head = (id: RequestId): string => `{"jsonrpc":"2.0"${id === undefined ? "" : `,"id":${id}`}`;

/** The start of an answer: its result follows, and a closing brace. */
export const successHead = (id: RequestId): string => `${head(id)},"result":`;

export const successJson = (id: RequestId, result: string): string => `${successHead(id)}${result}}`;

/** The same for a result in pieces, which are not copied. */
export const successText = (id: RequestId, result: JsonText): JsonText =>
  typeof result === "string"
    ? successJson(id, result)
    : [...textPieces(successHead(id)), ...result, ...textPieces("}")];

export function failureJson(id: RequestId, [code, message]: readonly [number, string], data = ""): string {
  return `${head(id)},"error":{"code":${code},"message":"${message}"${data === "" ? "" : `,"data":${goJsonString(data)}`}}}`;
}

/** The refusal of a request. Its id is unknown. */
export const refusalJson = ({ message }: Refusal, id: RequestId = undefined): string =>
  failureJson(id, Failure.server, message);

/**
 * Characters of an id. Limit of Sotto: a waiting request holds its id, and its answer repeats it
 * with escapes of six characters.
 */
const MAX_ID = 4_096;
/** The longest written form: six characters each, in quotes. */
const LONGEST_ID = 6 * MAX_ID + 2;
/** Bytes of ids and arguments that an error repeats. */
const MOST_SHOWN = 1_024;
const MIN_INT = -(2n ** 63n);

/** A value as Go prints it with %v. */
function goText(value: Json): string {
  if (value === null) return "<nil>";
  if (Array.isArray(value)) return `[${value.map(goText).join(" ")}]`;
  if (value instanceof JsonDecimal) return String(Number(value.text));
  if (!(value instanceof Map)) return String(value);
  const members = [...value].sort(([a], [b]) => compareText(a, b)).map(([name, each]) => `${name}:${goText(each)}`);
  return `map[${members.join(" ")}]`;
}

const GO_TYPES = { object: "map[string]interface {}", array: "[]interface {}", bool: "bool" } as const;

/**
 * The id in the answer: text, or a number cut to an integer, through a float64 as in the reference.
 */
function idJson(value: string): RequestId {
  const kind = kindOf(value);
  if (kind === "null") return undefined;
  if (kind === "string") {
    const text = value.length > LONGEST_ID ? undefined : stringOf(value);
    if (text !== undefined && text.length <= MAX_ID) return goJsonString(text);
    throw wrongRequest(`json-rpc ID is over ${MAX_ID} characters`);
  }
  if (kind === "number") {
    const near = Math.trunc(Number(value));
    if (!Number.isFinite(near))
      throw wrongRequest(`json: cannot unmarshal number ${shown(value)} into Go struct field .id of type float64`);
    return String(Math.abs(near) < 2 ** 63 ? BigInt(near) : MIN_INT);
  }
  const text =
    value.length > MOST_SHOWN ? "" : goText(parseJson(utf8Of(value), { duplicates: "last", maxDepth: 1_000 }));
  throw wrongRequest(`json-rpc ID (${text}) is of unknown type (${GO_TYPES[kind]})`);
}

const wrongRequest = (why: string): ArgumentError => new ArgumentError(`error unmarshaling request: ${why}`);

/** Go's name of the type of a request. */
const SHAPE =
  'struct { JSONRPC string "json:\\"jsonrpc\\""; ID interface {} "json:\\"id,omitempty\\""; Method string "json:\\"method\\""; Params json.RawMessage "json:\\"params\\"" }';

const FIELDS: readonly (readonly ["jsonrpc" | "id" | "method" | "params", RegExp])[] = [
  ["jsonrpc", /^jsonrpc$/iu],
  ["id", /^id$/iu],
  ["method", /^method$/iu],
  ["params", /^params$/iu],
];

/**
 * One request, from the text of its JSON. Names in any case; the last of several counts. Throws
 * ArgumentError.
 */
export function readRequest(value: string): RpcRequest {
  if (kindOf(value) === "null") return { id: undefined, method: "", params: undefined };
  if (kindOf(value) !== "object") throw wrongRequest(misfit(value, SHAPE).message);
  let fault: ArgumentError | undefined;
  let id: string | undefined;
  let method = "";
  let params: string | undefined;
  for (const [name, each] of membersOf(value)) {
    const field = (FIELDS.find(([exact]) => exact === name) ?? FIELDS.find(([, pattern]) => pattern.test(name)))?.[0];
    if (field === "id") id = each;
    else if (field === "params") params = each;
    else if (field !== undefined && kindOf(each) !== "null") {
      if (kindOf(each) !== "string") {
        fault ??= wrongRequest(`json: cannot unmarshal ${kindOf(each)} into Go struct field .${field} of type string`);
      } else if (field === "method") method = stringOf(each);
    }
  }
  if (fault !== undefined) throw fault;
  return { id: id === undefined ? undefined : idJson(id), method, params };
}

/**
 * The result of `read` for a text, with the texts of a request's failures. Throws ArgumentError.
 */
export function parseRequest(text: string, read: (text: string) => string): string {
  try {
    return read(text);
  } catch (thrown) {
    throw thrown instanceof ArgumentError ? wrongRequest(thrown.message) : thrown;
  }
}

const bytesText = (text: string): string => `[${[...text].map((char) => char.charCodeAt(0)).join(" ")}]`;
/**
 * Arguments by name from an object, or by position from an array, which then must have all of them.
 */
export function jsonArguments(
  { parameters }: Pick<Method, "parameters">,
  params: string | undefined,
): Map<string, ArgumentValue> {
  const out = new Map<string, ArgumentValue>();
  if (params === undefined || params === "null") return out;
  if (params.startsWith("[")) {
    const values = elementsOf(params);
    if (values.length !== parameters.length) {
      const names = parameters.map(([name]) => name).join(" ");
      const shown = params.length > MOST_SHOWN ? "" : ` ([${values.map(bytesText).join(" ")}])`;
      throw new ArgumentError(`expected ${parameters.length} parameters ([${names}]), got ${values.length}${shown}`);
    }
    parameters.forEach(([name, kind], i) => {
      out.set(name, fromJson(kind, values[i]));
    });
  } else if (params.startsWith("{")) {
    const given = new Map(membersOf(params));
    for (const [name, kind] of parameters) out.set(name, fromJson(kind, given.get(name)));
  } else {
    const why = misfit(params, "[]json.RawMessage").message;
    throw new ArgumentError(`unknown type for JSON params: ${why}. Expected map or array`);
  }
  return out;
}

/** Runs a method; resolves to the JSON of its result, or to the text of its failure. */
export async function run(
  context: RpcContext,
  method: Method,
  given: ReadonlyMap<string, ArgumentValue>,
): Promise<{ readonly result: JsonText } | { readonly failure: string }> {
  try {
    return { result: await method.call(context, readArguments(given)) };
  } catch (thrown) {
    if (thrown instanceof RpcError) return { failure: thrown.message };
    if (thrown instanceof ChainError) return { failure: thrown.message };
    return { failure: faultStatus(context.backend, thrown).message };
  }
}
