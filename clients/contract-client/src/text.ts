// SPDX-License-Identifier: Apache-2.0
import { utf8ToBytes } from "@noble/hashes/utils.js";

/** Digits of an amount: 2^128 - 1 has 39. */
const AMOUNT_DIGITS = 39;
/** Digits of an id: 2^64 - 1 has 20. */
const ID_DIGITS = 20;

/** Bytes of a message that acts on secrets. */
export const SECRET_SIZE = 768;
/** Bytes of a public message of set-up. */
export const SETUP_SIZE = 2_048;
/** Bytes of the message inside a token's hook, before base64. */
export const HOOK_SIZE = 384;
/**
 * Bytes of the message that sends tokens with a hook message of HOOK_SIZE: its base64 alone has 512
 * characters.
 */
export const SEND_SIZE = 1_024;

function fixed(value: bigint, digits: number, bits: bigint, what: string): string {
  // Callers without types: 0.1 + 0.2 and numbers above 2^53 are rounded.
  if (typeof value !== "bigint")
    throw new TypeError(`${what} is no bigint: ${String(value)}; write 250n or BigInt(text)`);
  if (value < 0n || value >> bits !== 0n) throw new RangeError(`${what} is not between 0 and 2^${bits} - 1: ${value}`);
  return value.toString().padStart(digits, "0");
}

/**
 * An amount as 39 digits: contracts parse each digit, so amounts with fewer digits would use less
 * gas. Throws RangeError unless it is between 0 and 2^128 - 1, TypeError for
 * other types than bigint.
 */
export const amountText = (value: bigint): string => fixed(value, AMOUNT_DIGITS, 128n, "the amount");

/** An id as 20 digits. Throws RangeError unless it is between 0 and 2^64 - 1. */
export const idText = (value: bigint): string => fixed(value, ID_DIGITS, 64n, "the id");

/** Bytes of a value as JSON in UTF-8, which is how secret.js writes it. */
export const jsonSize = (value: object): number => utf8ToBytes(JSON.stringify(value)).length;

/** A message that does not fit into its size. Nothing was sent. */
export class MessageTooLong extends Error {
  override readonly name = "MessageTooLong";
  /** Bytes that are too many. */
  readonly excess: number;

  constructor(action: string, length: number, size: number) {
    super(
      `the message "${action}" has ${length} bytes, ${length - size} more than the ${size} that all messages ` +
        "of its kind have: shorten its texts, or give a larger size and know that observers see it",
    );
    this.excess = length - size;
  }
}

/**
 * A message with one action, whose JSON has exactly `size` bytes: `padding` is filled with spaces.
 * Observers see the length of a ciphertext, and so of the message. Throws MessageTooLong.
 */
export function padded(action: string, body: object, size: number): Record<string, object> {
  const bare = jsonSize({ [action]: { ...body, padding: "" } });
  if (bare > size) throw new MessageTooLong(action, bare, size);
  return { [action]: { ...body, padding: " ".repeat(size - bare) } };
}
