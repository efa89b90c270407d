// SPDX-License-Identifier: Apache-2.0
import { SdkError } from "@sotto/errors";
import { unknownField } from "./errors.ts";

/** The three parts of a transaction, as views of its bytes. */
export interface TxRaw {
  readonly bodyBytes: Uint8Array;
  readonly authInfoBytes: Uint8Array;
  readonly signatures: readonly Uint8Array[];
}

const EMPTY = new Uint8Array(0);
/**
 * More signatures than any chain accepts in one transaction. Hazard: a signature of two bytes is a
 * view of 200 bytes in memory.
 */
const MAX_SIGNATURES = 1_024;

/** End of the last varint that was read; -1 when it is truncated, -2 when it is over 64 bits. */
let varintEnd = 0;
function varint(bytes: Uint8Array, at: number): number {
  let value = 0;
  let scale = 1;
  for (let i = at; ; i++) {
    if (i >= bytes.length) return fail(-1);
    const byte = bytes[i] as number;
    if (i - at === 9 && byte > 1) return fail(-2);
    value += (byte & 127) * scale;
    if (byte < 128) {
      varintEnd = i + 1;
      return value;
    }
    scale *= 128;
  }
}

function fail(code: number): number {
  varintEnd = code;
  return -1;
}

/** Number of bytes of the shortest varint of a number below 2^53. */
function shortest(value: number): number {
  let size = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) size++;
  return size;
}

const cut = (what: string): Error =>
  SdkError.txDecode(`${what}; ${varintEnd === -2 ? "variable length integer overflow" : "unexpected EOF"}`);

/**
 * Splits a transaction by the rules of ADR-027: only length-delimited fields, ascending, lengths as
 * short as possible. Source: x/auth/tx/decoder.go, rejectNonADR027TxRaw and its order of checks.
 * Stricter than the reference, which takes the last of two bodies: a second body or auth info is
 * refused, and so is a tag that is longer than needed, because with either others could change the
 * bytes, and so the hash, of a transaction with valid signatures.
 */
export function decodeTxRaw(bytes: Uint8Array): TxRaw {
  let bodyBytes: Uint8Array | undefined;
  let authInfoBytes: Uint8Array | undefined;
  const signatures: Uint8Array[] = [];
  let unknown = 0;
  let before = 0;
  for (let at = 0; at < bytes.length; ) {
    const tag = varint(bytes, at);
    if (varintEnd < 0) throw cut("invalid length");
    const number = Math.floor(tag / 8);
    if (number < 1 || number > 0x1fffffff) throw SdkError.txDecode("invalid length; invalid field number");
    if ((tag & 7) !== 2) throw SdkError.txDecode(`expected 2 wire type, got ${tag & 7}`);
    if (number < before)
      throw SdkError.txDecode(`txRaw must follow ADR-027, got tagNum ${number} after tagNum ${before}`);
    if (varintEnd - at > shortest(tag)) throw SdkError.txDecode(`tag of field ${number} is not as short as possible`);
    before = number;
    const from = varintEnd;
    const length = varint(bytes, from);
    if (varintEnd < 0) throw cut("invalid length");
    const read = varintEnd - from;
    if (read > shortest(length)) {
      const need = shortest(length);
      throw SdkError.txDecode(
        `length prefix varint for tagNum ${number} is not as short as possible, read ${read}, only need ${need}`,
      );
    }
    const start = varintEnd;
    if (length > bytes.length - start) throw SdkError.txDecode("invalid length; unexpected EOF");
    const value = bytes.subarray(start, start + length);
    at = start + length;
    if (number === 3) {
      if (signatures.push(value) > MAX_SIGNATURES) throw SdkError.txDecode(`over ${MAX_SIGNATURES} signatures`);
    } else if (number === 1 && bodyBytes === undefined) bodyBytes = value;
    else if (number === 2 && authInfoBytes === undefined) authInfoBytes = value;
    else if (number > 3) unknown ||= tag;
    else throw SdkError.txDecode(`txRaw must follow ADR-027, got tagNum ${number} twice`);
  }
  if (unknown !== 0) throw unknownField("tx.TxRaw", unknown);
  return { bodyBytes: bodyBytes ?? EMPTY, authInfoBytes: authInfoBytes ?? EMPTY, signatures };
}
