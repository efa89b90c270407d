// SPDX-License-Identifier: Apache-2.0
import { getAddress } from "@sotto/address";
import { concat, equals, fromBase64, fromUtf8, isBase64, toBase64, toLatin1, toUtf8 } from "@sotto/bytes";
import type { Dialect } from "@sotto/check";
import { compactJson, type Json, jsonObject, parseJson } from "@sotto/codec";
import { Abort } from "@sotto/cosmwasm";
import { ChainError } from "@sotto/errors";
import { boundHeader, open } from "@sotto/message";
import type { CallAnswer, QueryChainAnswer, Untrusted } from "@sotto/protocol";
import { believed, fieldsOf } from "@sotto/verify";
import { type IoSession, sealMessage } from "./io.ts";
import { INVALID_QUERY_GAS, MAX_QUERY_DEPTH, MAX_REQUEST } from "./limits.ts";
import type { SmartQuery } from "./pendingCalls.ts";

// A contract's query (spec/calls.md 8.2): requests and answers are JSON; those of smart queries are
// encrypted under the key of the message at the root of the call tree.

export interface ChainAnswer {
  readonly answer: Uint8Array;
  readonly gasUsed: number;
}

/**
 * The host's answer, untrusted, and for a smart query the answer that this enclave gave meanwhile.
 */
export interface ChainReply {
  readonly said: Untrusted<QueryChainAnswer>;
  readonly own: CallAnswer | undefined;
}

/** Requests a query from the host at a depth. */
export type ChainQuerier = (request: Uint8Array, gasLimit: number, depth: number, smart?: SmartQuery) => ChainReply;

type Fields = ReadonlyMap<string, Json>;

const isFields = (value: Json | undefined): value is Fields => value instanceof Map;
const json = (value: Json): Uint8Array => fromUtf8(compactJson(value));
const object = (name: string, value: Json): Json => jsonObject([[name, value]]);
const ok = (value: Json): Json => object("Ok", value);
const systemError = (kind: string, body: Json): Uint8Array => json(object("Err", object(kind, body)));

function parse(bytes: Uint8Array): Json | undefined {
  try {
    return parseJson(bytes);
  } catch (thrown) {
    if (thrown instanceof ChainError) return undefined;
    throw thrown;
  }
}

const invalidRequest = (request: Uint8Array): ChainAnswer => ({
  answer: systemError(
    "invalid_request",
    jsonObject([
      ["error", "not a query request"],
      ["request", toBase64(request)],
    ]),
  ),
  gasUsed: INVALID_QUERY_GAS,
});

const invalidResponse = (response: Uint8Array): Uint8Array =>
  systemError(
    "invalid_response",
    jsonObject([
      ["error", "not a query response"],
      ["response", toBase64(response)],
    ]),
  );

/** The fields of `{"wasm":{"smart":{...}}}`. */
function smartOf(request: Fields): Fields | undefined {
  const wasm = request.get("wasm");
  const smart = isFields(wasm) && wasm.size === 1 ? wasm.get("smart") : undefined;
  return isFields(smart) ? smart : undefined;
}

/** The asking contract, which speaks `dialect` and runs at `depth`. */
export interface Asker {
  readonly session: IoSession;
  readonly chainId: string;
  readonly dialect: Dialect;
  readonly depth: number;
}

/** Queries the chain for a contract, and returns the contract's answer. */
export function askChain(
  { session, chainId, dialect, depth }: Asker,
  request: Uint8Array,
  gasLimit: number,
  ask: ChainQuerier,
): ChainAnswer {
  if (depth >= MAX_QUERY_DEPTH) {
    return { answer: systemError("exceeded_recursion_limit", jsonObject([])), gasUsed: 0 };
  }
  if (request.length > MAX_REQUEST) throw new Abort("memoryRead");
  const read = readRequest(session, chainId, request);
  if (read === "invalid") return invalidRequest(request);
  const isChain = read === "chain";
  const { said, own } = isChain ? ask(request, gasLimit, depth + 1) : ask(read.request, gasLimit, depth + 1, read);
  const fields = fieldsOf(said);
  const gasUsed = believed(fields.gasUsed, "queryGas");
  // The ciphertext of a smart answer counts only when this enclave made it.
  const answer = believed(fields.answer, "chainAnswer");
  if (!isChain) return { answer: openSmart(session, dialect, answer, own), gasUsed };
  return { answer: dialect === "v1" ? withTextErrors(answer) : answer, gasUsed };
}

/**
 * A smart query as it leaves, or another request. The JSON is freed after this: ten nested queries
 * may wait.
 */
function readRequest(session: IoSession, chainId: string, request: Uint8Array): SealedQuery | "chain" | "invalid" {
  const parsed = parse(request);
  if (!isFields(parsed) || parsed.size !== 1) return "invalid";
  const smart = smartOf(parsed);
  return smart === undefined ? "chain" : (sealSmart(session, chainId, smart) ?? "invalid");
}

type SealedQuery = SmartQuery & { readonly request: Uint8Array };

/** An invalid address names no contract, and a message for it cannot be decrypted. */
const NO_CONTRACT = new Uint8Array(0);

function sealSmart(session: IoSession, chainId: string, smart: Fields): SealedQuery | undefined {
  const address = smart.get("contract_addr");
  const codeHash = smart.get("callback_code_hash") ?? smart.get("code_hash");
  const text = smart.get("msg");
  const msg = typeof text === "string" ? fromBase64(text) : undefined;
  if (typeof address !== "string" || typeof codeHash !== "string" || msg === undefined) return undefined;
  const contract = getAddress(address);
  // Always bound, with any client message: the host sees it, and could send it to another contract
  // of the code.
  const bound = boundHeader({ kind: "query", chainId, contract: contract ?? NO_CONTRACT });
  const query = sealMessage(session, concat(fromUtf8(codeHash), bound, msg));
  const fields = jsonObject([
    ["contract_addr", address],
    ["callback_code_hash", codeHash],
    ["msg", toBase64(query)],
  ]);
  return { contract, query, request: json(object("wasm", object("smart", fields))) };
}

function openSmart(session: IoSession, dialect: Dialect, bytes: Uint8Array, own: CallAnswer | undefined): Uint8Array {
  const answer = parse(bytes);
  const inner = isFields(answer) ? answer.get("Ok") : undefined;
  // A system error comes from the host, in clear.
  if (!isFields(inner)) return isFields(answer) && answer.has("Err") ? bytes : invalidResponse(bytes);
  const data = inner.get("Ok");
  if (typeof data === "string") return json(ok(ok(openData(session, data, own))));
  const error = inner.get("Err");
  if (error === undefined) return invalidResponse(bytes);
  return json(ok(object("Err", errorFor(dialect, openError(session, error, own)))));
}

/** Base64 text in the place of its ciphertext. */
function openData(session: IoSession, data: string, own: CallAnswer | undefined): string {
  const ciphertext = fromBase64(data);
  // The key decrypts all answers under this client message.
  const isOwn = ciphertext !== undefined && own?.data !== undefined && equals(ciphertext, own.data);
  const opened = isOwn ? open(session.siv, ciphertext) : undefined;
  if (opened === undefined) throw new Abort("decryption");
  const text = toLatin1(opened);
  if (!isBase64(text)) throw new Abort("failedDeserialize");
  return text;
}

const PREFIX = "encrypted: ";
const SUFFIX = ": query contract failed";

/** The callee's own error: a StdError of v0.10, or a text. Unencrypted errors stay unchanged. */
function openError(session: IoSession, error: Json, own: CallAnswer | undefined): Json {
  const generic = isFields(error) ? error.get("generic_err") : undefined;
  const msg = isFields(generic) ? generic.get("msg") : undefined;
  if (typeof msg !== "string" || !msg.startsWith(PREFIX) || !msg.endsWith(SUFFIX)) return error;
  const ciphertext = fromBase64(msg.slice(PREFIX.length, -SUFFIX.length));
  const isOwn = ciphertext !== undefined && own !== undefined && msg === own.error + SUFFIX;
  const opened = isOwn ? open(session.siv, ciphertext) : undefined;
  const text = opened === undefined ? undefined : toUtf8(opened);
  if (text === undefined) throw new Abort("decryption");
  const parsed = parse(fromUtf8(text));
  return isFields(parsed) && parsed.size === 1 ? parsed : text;
}

/**
 * v1 contracts read an error as a text, v0.10 contracts as a StdError; the other kind would not
 * parse there.
 */
function errorFor(dialect: Dialect, error: Json): Json {
  if (dialect === "v1") return typeof error === "string" ? error : describe(error);
  return typeof error === "string" ? object("generic_err", object("msg", error)) : error;
}

/** A StdError of v0.10 as the text of its Display. */
function describe(error: Json): string {
  if (!isFields(error)) return compactJson(error);
  for (const [kind, body] of error) {
    const field = (name: string): string => {
      const value = isFields(body) ? body.get(name) : undefined;
      return typeof value === "string" ? value : "";
    };
    switch (kind) {
      case "generic_err":
        return `Generic error: ${field("msg")}`;
      case "invalid_base64":
        return `Invalid Base64 string: ${field("msg")}`;
      case "invalid_utf8":
        return `Cannot decode UTF8 bytes into string: ${field("msg")}`;
      case "not_found":
        return `${field("kind")} not found`;
      case "parse_err":
        return `Error parsing into type ${field("target")}: ${field("msg")}`;
      case "serialize_err":
        return `Error serializing type ${field("source")}: ${field("msg")}`;
      case "unauthorized":
        return "Unauthorized";
      case "underflow":
        return `Cannot subtract ${field("subtrahend")} from ${field("minuend")}`;
    }
  }
  return compactJson(error);
}

/**
 * The same for an answer of the chain itself to v1 contracts, where a StdError stands for the text.
 */
function withTextErrors(bytes: Uint8Array): Uint8Array {
  // Only errors are rare enough to be worth a parse.
  if (!toLatin1(bytes.subarray(0, 16)).startsWith('{"Ok":{"Err":')) return bytes;
  const answer = parse(bytes);
  const inner = isFields(answer) ? answer.get("Ok") : undefined;
  const error = isFields(inner) ? inner.get("Err") : undefined;
  return error === undefined ? bytes : json(ok(object("Err", errorFor("v1", error))));
}
