// SPDX-License-Identifier: Apache-2.0
import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import { decode, encode, OWN_BYTES } from "@sotto/codec";
import { assert } from "@sotto/errors";
import type { Frozen, ValueCodec } from "@sotto/kernel";
import { type Dec, dec } from "@sotto/math";

/**
 * A row that the module uses in another form than its message. `keep`: values stay decoded as long
 * as their bytes, because each block reads the rows of all bonded validators several times.
 */
export function mappedValue<D extends DescMessage, V extends object>(
  schema: D,
  read: (message: MessageShape<D>) => V,
  write: (value: Frozen<V>) => MessageShape<D>,
  keep = false,
): ValueCodec<V> {
  const kept = new WeakMap<Uint8Array, Frozen<V>>();
  return {
    encode(value) {
      const raw = encode(schema, write(value));
      if (keep) kept.set(raw, value);
      return raw;
    },
    decode(raw) {
      const known = kept.get(raw);
      if (known !== undefined) return known;
      // The value is read-only by its type; the cast says so for all its parts.
      const value = read(decode(schema, raw, "drop", OWN_BYTES)) as Frozen<V>;
      if (keep) kept.set(raw, value);
      return value;
    },
  };
}

/** The number of a stored decimal; the text of an unset one is empty. */
export function rowDec(text: string): Dec {
  const value = text === "" ? dec.zero : dec.decode(text);
  assert(value !== undefined, "a row of staking holds text that is not a decimal");
  return value;
}

/** The same for integers. The codec has checked the text. */
export const rowInt = (text: string): bigint => (text === "" ? 0n : BigInt(text));
