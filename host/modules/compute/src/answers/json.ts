// SPDX-License-Identifier: Apache-2.0
import { getAddress, lengthFault } from "@sotto/address";
import { fromUtf8, toBase64 } from "@sotto/bytes";
import { compactJson, type Json, jsonObject } from "@sotto/codec";
import { SdkError } from "@sotto/errors";
import { type Fields, isFields } from "../contractJson.ts";

export { type Fields, isFields };

// JSON of contracts' queries and of the answers to them (spec/modules.md 8.11).

/** The text of a field, empty when the field is not a text. */
export const textOf = (fields: Fields, name: string): string => {
  const value = fields.get(name);
  return typeof value === "string" ? value : "";
};

/** The only entry of an object that represents a variant. */
export const only = (value: Json | undefined): readonly [string, Json] | undefined => {
  if (!isFields(value) || value.size !== 1) return undefined;
  for (const entry of value) return entry;
  return undefined;
};

/**
 * An address. Throws SdkError.invalidAddress, which a contract sees as `<text>: invalid address`.
 */
export function addressOf(text: string): Uint8Array {
  const address = getAddress(text);
  if (address === undefined || lengthFault(address.length) !== undefined) throw SdkError.invalidAddress(text);
  return address;
}

/** A coin as contracts read it. */
export const coin = (denom: string, amount: bigint): Json =>
  jsonObject([
    ["denom", denom],
    ["amount", String(amount)],
  ]);

export const json = (value: Json): Uint8Array => fromUtf8(compactJson(value));
export const ok = (data: Uint8Array): Uint8Array => json(jsonObject([["Ok", jsonObject([["Ok", toBase64(data)]])]]));
const contractError = (error: Json): Uint8Array => json(jsonObject([["Ok", jsonObject([["Err", error]])]]));
const systemError = (kind: string, body: Json): Uint8Array => json(jsonObject([["Err", jsonObject([[kind, body]])]]));

/** An error that the contract handles like an error of the contract that it queried. */
export const genericError = (text: string): Uint8Array =>
  contractError(jsonObject([["generic_err", jsonObject([["msg", text]])]]));

/** The error for a query that does not exist. */
export const unsupported = (kind: string): Uint8Array =>
  systemError("unsupported_request", jsonObject([["kind", kind]]));

export const notJson = (request: Uint8Array): Uint8Array =>
  systemError(
    "invalid_request",
    jsonObject([
      ["error", "not JSON"],
      ["request", toBase64(request)],
    ]),
  );

/** The reference's texts for kinds of query that do not exist (x/compute query_plugins.go). */
export const UNKNOWN_WASM = "unknown WasmQuery variant";
export const UNKNOWN_BANK = "unknown BankQuery variant";
