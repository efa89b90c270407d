// SPDX-License-Identifier: Apache-2.0
/** Reads the JSON in which contracts write their messages. Throws compute/10. */
import { parseAddress } from "@sotto/address";
import type { Json } from "@sotto/codec";
import { ChainError } from "@sotto/errors";
import type { WireCoin } from "@sotto/math/coins";
import { ComputeError } from "./errors.ts";

export type Fields = ReadonlyMap<string, Json>;

export const isFields = (value: Json | undefined): value is Fields => value instanceof Map;

export function textOf(fields: Fields, name: string): string {
  const value = fields.get(name);
  if (typeof value !== "string") throw ComputeError.invalidMsg(`field ${name} must be text`);
  return value;
}

/** A coin as a contract writes it: `{"denom":"uscrt","amount":"1"}`. */
export function coinOf(value: Json | undefined): WireCoin {
  if (!isFields(value)) throw ComputeError.invalidMsg("a coin must be an object");
  return { denom: textOf(value, "denom"), amount: textOf(value, "amount") };
}

export function coinsOf(value: Json | undefined): WireCoin[] {
  if (!Array.isArray(value)) throw ComputeError.invalidMsg("coins must be a list");
  return value.map(coinOf);
}

/** The only field of an enum-like JSON object. */
export function variantOf(value: Json | undefined, of: string): readonly [name: string, body: Json] {
  if (!isFields(value) || value.size !== 1) throw ComputeError.invalidMsg(`Unknown variant of ${of}`);
  for (const entry of value) return entry;
  throw ComputeError.invalidMsg(`Unknown variant of ${of}`);
}

export function isAddress(text: string): boolean {
  try {
    parseAddress(text);
    return true;
  } catch (thrown) {
    if (thrown instanceof ChainError) return false;
    throw thrown;
  }
}
