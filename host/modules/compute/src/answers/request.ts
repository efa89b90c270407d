// SPDX-License-Identifier: Apache-2.0
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

/** A copy of a text. Cost: V8 keeps the whole text in memory as long as a piece of it is in use. */
const detached = (text: string): string => toUtf8(fromUtf8(text)) ?? text;

/**
 * A contract's request; undefined when it is not JSON. A smart request holds no part of the JSON,
 * because ten nested requests may wait at a time; others are answered at once.
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
