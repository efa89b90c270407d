import { fromBase64, fromUtf8, toUtf8 } from "@sotto/bytes";
import { type Json, parseJson } from "@sotto/codec";
import { ChainError } from "@sotto/errors";
import { isFields, only, textOf } from "./json.ts";

/** A query of a contract. */
export interface SmartRequest {
  readonly address: string;
  /** Undefined when it is not base64. */
  readonly msg: Uint8Array | undefined;
}

export interface OtherRequest {
  readonly kind: string;
  readonly body: Json;
}

/** Text of its own: a piece of a text keeps all of it in memory. */
const detached = (text: string): string => toUtf8(fromUtf8(text)) ?? text;

/**
 * A contract's request; undefined when it is not JSON. Of a smart one nothing of the JSON is kept,
 * because ten of them may wait in each other; others are answered at once.
 */
export function readRequest(request: Uint8Array): SmartRequest | OtherRequest | undefined {
  let json: Json;
  try {
    json = parseJson(request);
  } catch (thrown) {
    if (thrown instanceof ChainError) return undefined;
    throw thrown;
  }
  const [kind, body] = only(json) ?? ["", null];
  const [inner, fields] = (kind === "wasm" ? only(body) : undefined) ?? ["", null];
  if (inner !== "smart" || !isFields(fields)) return { kind, body };
  return { address: detached(textOf(fields, "contract_addr")), msg: fromBase64(textOf(fields, "msg")) };
}
