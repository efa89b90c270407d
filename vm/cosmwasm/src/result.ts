// SPDX-License-Identifier: Apache-2.0
import { type Json, parseJson } from "@sotto/codec";
import { ChainError } from "@sotto/errors";
import {
  base64Of,
  type Fields,
  fieldsOf,
  flagOf,
  listOf,
  onlyFields,
  optionalTextOf,
  textOf,
  unfit,
} from "./fields.ts";
import { parseMessageV1, parseMessageV010, type SubMessage } from "./message.ts";

export interface Attribute {
  readonly key: string;
  readonly value: string;
  /** Whether the enclave encrypts it; the contract's default is yes. */
  readonly encrypted: boolean;
}

export interface ContractEvent {
  readonly type: string;
  readonly attributes: readonly Attribute[];
}

/** The result of a contract, in one form for both dialects. */
export interface ContractResponse {
  readonly messages: readonly SubMessage[];
  readonly attributes: readonly Attribute[];
  readonly events: readonly ContractEvent[];
  /** Base64 text from the contract. */
  readonly data: string | undefined;
  /** Base64 text; only of `ibc_packet_receive`. */
  readonly acknowledgement: string | undefined;
}

export type ContractResult =
  | { readonly kind: "error"; readonly error: Json }
  /** Base64 text. */
  | { readonly kind: "answer"; readonly answer: string }
  | { readonly kind: "response"; readonly form: "v010" | "v1"; readonly response: ContractResponse }
  /** Of `ibc_channel_open`. */
  | { readonly kind: "channel"; readonly version: string | undefined };

/**
 * Reads the return value of an entry point. Only the fields decide the form, in the order of the
 * reference's untagged enum (spec/contract-interface.md 6.1), for both dialects. Throws
 * Abort("failedDeserialize").
 */
export function parseResult(bytes: Uint8Array): ContractResult {
  const fields = fieldsOf(parse(bytes));
  const error = fields.get("Err");
  if (error !== undefined) return { kind: "error", error };
  const ok = fields.has("Ok") ? fields.get("Ok") : fields.get("ok");
  if (typeof ok === "string") return { kind: "answer", answer: ok };
  if (ok === null) return { kind: "channel", version: undefined };
  const body = fieldsOf(ok);
  if (body.has("log")) return { kind: "response", form: "v010", response: responseV010(body) };
  if (body.has("messages")) return { kind: "response", form: "v1", response: responseV1(body) };
  onlyFields(body, ["version"]);
  return { kind: "channel", version: textOf(body.get("version")) };
}

function parse(bytes: Uint8Array): Json {
  try {
    return parseJson(bytes);
  } catch (thrown) {
    if (thrown instanceof ChainError) throw unfit();
    throw thrown;
  }
}

function responseV010(body: Fields): ContractResponse {
  onlyFields(body, ["messages", "log", "data"]);
  return {
    messages: listOf(body.get("messages")).map(parseMessageV010),
    attributes: listOf(body.get("log")).map(attributeOf),
    events: [],
    data: dataOf(body.get("data")),
    acknowledgement: undefined,
  };
}

function responseV1(body: Fields): ContractResponse {
  const acknowledgement = body.get("acknowledgement");
  onlyFields(body, ["messages", "attributes", "events", acknowledgement === undefined ? "data" : "acknowledgement"]);
  return {
    messages: listOf(body.get("messages")).map(parseMessageV1),
    attributes: listOf(body.get("attributes")).map(attributeOf),
    events: listOf(body.get("events")).map(eventOf),
    data: dataOf(body.get("data")),
    acknowledgement: acknowledgement === undefined ? undefined : base64Of(acknowledgement),
  };
}

const dataOf = (value: Json | undefined): string | undefined =>
  optionalTextOf(value) === undefined ? undefined : base64Of(value);

function attributeOf(value: Json): Attribute {
  const fields = fieldsOf(value);
  return {
    key: textOf(fields.get("key")),
    value: textOf(fields.get("value")),
    encrypted: flagOf(fields.get("encrypted"), true),
  };
}

function eventOf(value: Json): ContractEvent {
  const fields = fieldsOf(value);
  return { type: textOf(fields.get("type")), attributes: listOf(fields.get("attributes")).map(attributeOf) };
}
