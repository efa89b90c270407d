import { goJsonString, type Json, parseJson } from "@sotto/codec";
import { ChainError } from "@sotto/errors";
import type { Refusal } from "../http.ts";
import { type JsonText, textPieces } from "../pieces.ts";
import { faultStatus } from "../route.ts";
import { ArgumentError, type ArgumentValue, fromJson } from "./arguments.ts";
import { type Method, type RpcContext, readArguments } from "./method.ts";
import { RpcError } from "./rpcError.ts";

/** The id of a request, as JSON; undefined marks a notification, which is not answered. */
export type RequestId = string | undefined;

export interface RpcRequest {
  readonly id: RequestId;
  readonly method: string;
  readonly params: Json | undefined;
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

export const successJson = (id: RequestId, result: string): string => `${head(id)},"result":${result}}`;

/** The same for a result in pieces, which are not copied. */
export const successText = (id: RequestId, result: JsonText): JsonText =>
  typeof result === "string"
    ? successJson(id, result)
    : [...textPieces(`${head(id)},"result":`), ...result, ...textPieces("}")];

export function failureJson(id: RequestId, [code, message]: readonly [number, string], data = ""): string {
  return `${head(id)},"error":{"code":${code},"message":"${message}"${data === "" ? "" : `,"data":${goJsonString(data)}`}}}`;
}

/** Why a request is not served at all. Its id is not known. */
export const refusalJson = ({ message }: Refusal, id: RequestId = undefined): string =>
  failureJson(id, Failure.server, message);

/** Limit: ours; an id is kept while the request waits, and its answer repeats it with escapes of six characters. */
const MAX_ID = 4_096;

/** The id as it is repeated in the answer: text, or a number cut to an integer. */
function idJson(id: Json | undefined): RequestId {
  if (id === undefined || id === null) return undefined;
  if (typeof id === "string") {
    if (id.length <= MAX_ID) return goJsonString(id);
    throw new ArgumentError(`error unmarshaling request: json-rpc ID is over ${MAX_ID} characters`);
  }
  if (typeof id === "number" || typeof id === "bigint") return String(id);
  throw new ArgumentError("error unmarshaling request: json-rpc ID is of unknown type");
}

/** One request of a parsed body. Throws ArgumentError. */
export function readRequest(value: Json): RpcRequest {
  if (!(value instanceof Map)) throw new ArgumentError("error unmarshaling request: a request is a JSON object");
  const method = value.get("method") ?? "";
  if (typeof method !== "string") throw new ArgumentError("error unmarshaling request: method must be a string");
  return { id: idJson(value.get("id")), method, params: value.get("params") };
}

/** The JSON of a body. Throws ArgumentError. */
export function parseBody(body: Uint8Array | string): Json {
  try {
    return parseJson(body, { duplicates: "last" });
  } catch (thrown) {
    if (thrown instanceof ChainError) throw new ArgumentError(`error unmarshaling request: ${thrown.message}`);
    throw thrown;
  }
}

/** Arguments by name from an object, or by position from an array, which then must have all of them. */
export function jsonArguments(
  method: Pick<Method, "parameters">,
  params: Json | undefined,
): Map<string, ArgumentValue> {
  const { parameters } = method;
  const out = new Map<string, ArgumentValue>();
  if (params === undefined || params === null) return out;
  if (Array.isArray(params)) {
    if (params.length !== parameters.length) {
      const names = parameters.map(([name]) => name).join(" ");
      throw new ArgumentError(`expected ${parameters.length} parameters ([${names}]), got ${params.length}`);
    }
    parameters.forEach(([name, kind], i) => {
      out.set(name, fromJson(kind, params[i] as Json));
    });
  } else if (params instanceof Map) {
    for (const [name, kind] of parameters) out.set(name, fromJson(kind, params.get(name)));
  } else throw new ArgumentError("unknown type for JSON params. Expected map or array");
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
