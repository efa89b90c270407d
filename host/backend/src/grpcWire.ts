// SPDX-License-Identifier: Apache-2.0
import { beU32, concat, fromUtf8, readBeU32 } from "@sotto/bytes";
import { Code, StatusError } from "./status.ts";

// Source: github.com/grpc/grpc, doc/PROTOCOL-HTTP2.md.

/** Bytes before a message: a flag and the length. */
export const PREFIX = 5;
const COMPRESSED = 0x01;
const NOTHING = new Uint8Array(0);

/** A message, or the trailers of gRPC-web, with its prefix. */
export function frame(flag: number, payload: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(flag), beU32(payload.length), payload);
}

/** grpc-message: percent-encoded UTF-8 outside printable ASCII. */
export function percentEncode(text: string): string {
  let out = "";
  for (const byte of fromUtf8(text)) {
    const plain = byte >= 0x20 && byte <= 0x7e && byte !== 0x25;
    out += plain ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return out;
}

/**
 * Takes the first message from `bytes`; undefined while it is incomplete. Throws StatusError for a
 * compressed message or one longer than `most`.
 */
export function takeMessage(
  bytes: Uint8Array,
  most: number,
): { readonly message: Uint8Array; readonly rest: Uint8Array } | undefined {
  if (bytes.length < PREFIX) return undefined;
  const flag = bytes[0] as number;
  if ((flag & COMPRESSED) !== 0) throw new StatusError(Code.unimplemented, "compressed messages are not supported");
  if (flag !== 0) throw new StatusError(Code.invalidArgument, "the request is cut");
  const length = readBeU32(bytes, 1);
  if (length > most) {
    throw new StatusError(Code.resourceExhausted, `grpc: received message larger than max (${length} vs. ${most})`);
  }
  const end = PREFIX + length;
  if (bytes.length < end) return undefined;
  return { message: bytes.subarray(PREFIX, end), rest: bytes.length === end ? NOTHING : bytes.subarray(end) };
}

const UNITS_MS: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1_000, m: 1, u: 1e-3, n: 1e-6 };

/** Milliseconds of a grpc-timeout header; undefined when it is absent. Throws StatusError. */
export function parseTimeout(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [, digits, unit = ""] = /^([0-9]{1,8})([HMSmun])$/.exec(text) ?? [];
  const ms = UNITS_MS[unit];
  if (ms === undefined) throw new StatusError(Code.internal, `malformed grpc-timeout: ${text.slice(0, 32)}`);
  return Math.ceil(Number(digits) * ms);
}
