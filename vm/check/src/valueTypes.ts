// SPDX-License-Identifier: Apache-2.0
import type { Reader } from "./reader.ts";
import { I32, I64, type ValueType } from "./types.ts";

/** Value types of later proposals: v128, funcref, externref and their kin. */
const isLaterType = (byte: number): boolean => byte === 0x7b || (byte >= 0x63 && byte <= 0x71);

export function readValueType(reader: Reader): ValueType {
  const byte = reader.byte();
  if (byte === I32 || byte === I64) return byte;
  if (byte === 0x7d || byte === 0x7c) throw reader.fail("float", "floating point type");
  if (isLaterType(byte)) throw reader.fail("unsupported", `unsupported type 0x${byte.toString(16)}`);
  throw reader.fail("malformed", "unknown value type");
}
