// SPDX-License-Identifier: Apache-2.0
import { MAX_PROTO_FIELDS, ProtoWriter } from "@sotto/codec";
import { expect, test } from "vitest";
import { integerType, structType } from "../src/amino/types.ts";

test("a packed list of numbers has the bound of protobuf's fields", () => {
  const numbers = {
    number: 1,
    name: "n",
    type: integerType(false, 32),
    list: { empty: "null", pointers: false },
  } as const;
  const type = structType(() => [numbers]);
  const list = (items: number) => new ProtoWriter().bytes(1, new Uint8Array(items).fill(1)).finish();
  expect(type.decode(list(3))).toBe('{"n":[1,1,1]}');
  expect(() => type.decode(list(MAX_PROTO_FIELDS))).toThrow(`over ${MAX_PROTO_FIELDS} fields`);
});
