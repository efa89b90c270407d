// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { compare, toHex } from "@sotto/bytes";
import {
  addressKey,
  asValue,
  decimalValue,
  type Frozen,
  framedTimeKey,
  intValue,
  invertedAddressKey,
  type KeyCodec,
  leU64Key,
  pair,
  prefixedAddressKey,
  protoBoolValue,
  protoValue,
  rawValue,
  stateOf,
  timeKey,
  triple,
  u64Key,
  type ValueCodec,
} from "@sotto/kernel";
import { dec } from "@sotto/math";
import { ParamsSchema } from "@sotto/proto/cosmos.auth.v1beta1";
import { describe, expect, test } from "vitest";
import { type AnyKind, kindOf, list, text, type VectorValue, vectors } from "./collectionsVector.ts";
import { bytes, fields } from "./vectorFiles.ts";

test("collections.json has only parts that this test checks", () => {
  fields(vectors, "keys", "hand_keys", "hand_ends", "values", "ranges", "maps", "clears", "iteration");
});

const encodingError = expect.objectContaining({
  message: expect.stringContaining("collections: encoding error"),
  codespace: "undefined",
  code: 1,
});

describe("keys", () => {
  test.each(vectors.keys.map((each) => [each.codec, each] as const))("%s", (name, entry) => {
    fields(entry, "codec", "keys");
    const { codec, read, show } = kindOf(name);
    const inOrder: Uint8Array[] = [];
    for (const one of entry.keys) {
      fields(one, "key", "bytes", "part", "bytes_error", "part_error", "part_lost");
      const key = read(one.key);
      if (one.bytes_error !== undefined) {
        expect(one.bytes_error).toBe("collections: encoding error");
        expect(() => codec.encode(key)).toThrow(encodingError);
      } else {
        const encoded = codec.encode(key);
        expect(toHex(encoded)).toBe(one.bytes);
        expect(codec.size(key)).toBe(encoded.length);
        expect(show(codec.decode(encoded))).toEqual(one.key);
        inOrder.push(encoded);
      }
      // Differs: a key that collections writes but cannot read back has no form here.
      if (one.part_error !== undefined || one.part_lost === true) {
        expect(one.part_error ?? "collections: encoding error").toBe("collections: encoding error");
        expect(() => codec.encodePart(key)).toThrow(encodingError);
        continue;
      }
      const part = codec.encodePart(key);
      expect(toHex(part)).toBe(one.part);
      const [back, length] = codec.decodePart(Uint8Array.of(...part, 7, 7));
      expect([show(back), length]).toEqual([one.key, part.length]);
    }
    for (let i = 1; i < inOrder.length; i++) {
      expect(compare(inOrder[i - 1] as Uint8Array, inOrder[i] as Uint8Array)).toBeLessThanOrEqual(0);
    }
    expect(inOrder.length).toBeGreaterThan(20);
  });
});

interface HandmadeKey {
  readonly prefix: number;
  readonly codec: KeyCodec<unknown>;
  readonly parts: readonly AnyKind[];
}

/** Rows that the SDK's modules make without collections. */
const HAND: Record<string, HandmadeKey> = (() => {
  const hand = <K>(prefix: number, codec: KeyCodec<K>, ...parts: HandmadeKey["parts"]): HandmadeKey => ({
    prefix,
    // The cast: the codec gets only keys that the parts have read.
    codec: codec as unknown as KeyCodec<unknown>,
    parts,
  });
  const address = kindOf("address");
  const number = kindOf("u64");
  const prefixed = prefixedAddressKey;
  return {
    "staking.Delegation": hand(0x31, pair(prefixed, prefixed), address, address),
    "staking.DelegationsByVal": hand(0x71, pair(prefixed, addressKey), address, address),
    "staking.Validator": hand(0x21, prefixed, address),
    "staking.RED": hand(0x34, triple(prefixed, prefixed, prefixed), address, address, address),
    "staking.UnbondingDelegationTime": hand(0x41, timeKey, number),
    "staking.ValidatorQueue": hand(0x43, pair(framedTimeKey, u64Key), number, number),
    "staking.HistoricalInfo": hand(0x50, u64Key, number),
    "staking.ValidatorsByPowerIndex": hand(0x23, pair(u64Key, invertedAddressKey), number, address),
    "distribution.ValidatorHistoricalRewards": hand(0x05, pair(prefixed, leU64Key), address, number),
    "distribution.ValidatorSlashEvent": hand(0x08, triple(prefixed, u64Key, u64Key), address, number, number),
    "distribution.DelegatorStartingInfo": hand(0x04, pair(prefixed, prefixed), address, address),
    "slashing.ValidatorMissedBlockBitmap": hand(0x02, pair(prefixed, leU64Key), address, number),
    "feegrant.FeeAllowance": hand(0x00, pair(prefixed, prefixed), address, address),
    "feegrant.FeeAllowanceQueue": hand(0x01, triple(timeKey, prefixed, prefixed), number, address, address),
    "authz.GrantQueue": hand(0x02, triple(timeKey, prefixed, prefixed), number, address, address),
  };
})();

/** The declaration of a row, and its key or the first parts of the key. */
function handOf({ name, parts: shown }: (typeof vectors.hand_keys)[number]) {
  const hand = HAND[name];
  if (hand === undefined) throw new Error(`unknown key ${name}`);
  const read = shown.map((each, i) => (hand.parts[i] as AnyKind).read(each));
  return { ...hand, key: hand.parts.length === 1 ? read[0] : read, isWhole: read.length === hand.parts.length };
}

test("keys that modules of the SDK build without collections", () => {
  const seen = new Set<string>();
  for (const entry of vectors.hand_keys) {
    fields(entry, "name", "parts", "bytes");
    const { prefix, codec, key, isWhole } = handOf(entry);
    expect(isWhole).toBe(true);
    const encoded = codec.encode(key);
    expect(toHex(Uint8Array.of(prefix, ...encoded))).toBe(entry.bytes);
    expect(codec.decode(encoded)).toEqual(key);
    expect(codec.decodePart(codec.encodePart(key))[0]).toEqual(key);
    seen.add(entry.name);
  }
  expect([...seen].sort()).toEqual(Object.keys(HAND).sort());
});

test("ends of queues that modules of the SDK iterate up to a time", () => {
  const wholes = new Set<boolean>();
  for (const entry of vectors.hand_ends) {
    fields(entry, "name", "parts", "bytes");
    const { prefix, codec, key, isWhole } = handOf(entry);
    const { start, end } = stateOf("test").table(prefix, codec, rawValue).bytesOf({ upTo: key });
    expect([start, toHex(Uint8Array.of(prefix, ...(end as Uint8Array)))]).toEqual([undefined, entry.bytes]);
    wholes.add(isWhole);
  }
  expect(wholes.size).toBe(2);
});

test("values", () => {
  const same =
    <V>(codec: ValueCodec<V>, read: (shown: VectorValue) => Frozen<V>) =>
    (shown: VectorValue, raw: Uint8Array): void => {
      expect(toHex(codec.encode(read(shown)))).toBe(toHex(raw));
      expect(codec.decode(raw)).toEqual(read(shown));
    };
  const decimal = (shown: VectorValue) => {
    const parsed = dec.parse(text(shown));
    if (parsed.fault !== undefined) throw new Error(parsed.fault);
    return parsed.value;
  };
  const OTHER: Record<string, (shown: VectorValue, raw: Uint8Array) => void> = {
    int: same(intValue, (shown) => BigInt(text(shown))),
    decimal: same(decimalValue, decimal),
    proto_bool: same(protoBoolValue, (shown) => shown === true),
    auth_params: same(protoValue(ParamsSchema), (shown) => {
      const [maxMemoCharacters, txSigLimit, txSizeCostPerByte, sigVerifyCostEd25519, sigVerifyCostSecp256k1] = list(
        shown,
      ).map((each) => BigInt(text(each))) as [bigint, bigint, bigint, bigint, bigint];
      return create(ParamsSchema, {
        maxMemoCharacters,
        txSigLimit,
        txSizeCostPerByte,
        sigVerifyCostEd25519,
        sigVerifyCostSecp256k1,
      });
    }),
  };
  for (const { codec, values, ...rest } of vectors.values) {
    expect(rest).toEqual({});
    const other = OTHER[codec];
    const { codec: key, read } = other === undefined ? kindOf(codec) : kindOf("u64");
    const check = other ?? same(asValue(key), (shown) => read(shown) as Frozen<unknown>);
    expect(values.length).toBeGreaterThan(1);
    for (const entry of values) {
      fields(entry, "value", "bytes");
      check(entry.value, bytes(entry.bytes));
    }
  }
});
