// SPDX-License-Identifier: Apache-2.0
import { toLatin1 } from "@sotto/bytes";
import { RecentMap } from "@sotto/crypto";
import { ChainError, plainError, SdkError } from "@sotto/errors";
import { decodeBech32, decodeCanonical, encodeBech32 } from "./bech32.ts";
import { prefix as prefixes } from "./prefix.ts";

/** Longest address of the SDK (types/address.MaxAddrLen). */
export const MAX_ADDRESS_BYTES = 255;

/**
 * Lengths of addresses: of accounts, modules and contracts; of interchain accounts; and, as the
 * reference has it, of the text of an address (Secret Network's types/util/prefix.go
 * AddressVerifier, in place of the SDK's 1 to 255).
 */
const LENGTHS: readonly number[] = [20, 32, 45];

/** The fault of an address of this length, in the reference's text. */
export const lengthFault = (length: number): string | undefined =>
  LENGTHS.includes(length) ? undefined : `address length must be 20 or 32 bytes, got ${length}`;

/**
 * Cached texts of account addresses: events and errors of a transaction name the same ones
 * repeatedly.
 */
const KEPT = 4_096;
/** Those of accounts and contracts; others are rare. */
const LONGEST_KEPT = 32;
const texts = new RecentMap<string, string>(KEPT);

/** The text of an address. Cost: 2 us, 0.2 us for one of an account that was asked for lately. */
export function formatAddress(address: Uint8Array, prefix: string = prefixes.account): string {
  if (prefix !== prefixes.account || address.length > LONGEST_KEPT) return encodeBech32(prefix, address);
  const name = toLatin1(address);
  let text = texts.get(name);
  if (text === undefined) {
    text = encodeBech32(prefix, address);
    texts.set(name, text);
  }
  return text;
}

/**
 * The bytes of an address text of any length that the SDK knows, or undefined. Cost: 0.15 us for
 * the usual form.
 */
export function getAddress(text: string, prefix: string = prefixes.account): Uint8Array | undefined {
  const bytes = decodeCanonical(text, prefix) ?? decodeRest(text, prefix);
  return typeof bytes === "string" || bytes.length === 0 || bytes.length > MAX_ADDRESS_BYTES ? undefined : bytes;
}

/**
 * The bytes of an address text, as the SDK's AccAddressFromBech32 reads it. Throws its errors:
 * without a code, or sdk/9 for a length.
 */
export function mustAddress(text: string, prefix: string = prefixes.account): Uint8Array {
  const bytes = decodeCanonical(text, prefix) ?? decodeRest(text, prefix);
  if (typeof bytes === "string") throw plainError(bytes);
  const fault = lengthFault(bytes.length);
  if (fault !== undefined) throw SdkError.unknownAddress(fault);
  return bytes;
}

/**
 * The same for callers that name every fault sdk/7, as most of the SDK does. Throws
 * SdkError.invalidAddress whose detail is the SDK's own text: a caller that names the address wraps
 * it.
 */
export function parseAddress(text: string, prefix: string = prefixes.account): Uint8Array {
  try {
    return mustAddress(text, prefix);
  } catch (thrown) {
    throw thrown instanceof ChainError ? SdkError.invalidAddress(thrown.message) : thrown;
  }
}

/** An address in another form than the canonical one: the bytes, or the fault. */
function decodeRest(text: string, prefix: string): Uint8Array | string {
  if (text.length <= 1023 && text.trim() === "") return "empty address string is not allowed";
  const decoded = decodeBech32(text);
  if (decoded.fault !== undefined) return decoded.fault;
  if (decoded.prefix !== prefix) return `invalid Bech32 prefix; expected ${prefix}, got ${decoded.prefix}`;
  return decoded.data;
}
