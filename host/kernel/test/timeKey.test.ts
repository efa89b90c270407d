// SPDX-License-Identifier: Apache-2.0
import { compare, toUtf8 } from "@sotto/bytes";
import fc from "fast-check";
import { expect, test } from "vitest";
import { timeKey } from "../src/index.ts";

const text = (time: bigint) => toUtf8(timeKey.encode(time));

test("a time is the text of the SDK's sortable format", () => {
  expect(text(0n)).toBe("1970-01-01T00:00:00.000000000");
  expect(text(1_700_000_000_123_456_789n)).toBe("2023-11-14T22:13:20.123456789");
  expect(text(-1n)).toBe("1969-12-31T23:59:59.999999999");
});

const times = fc.bigInt({ min: -62_135_596_800_000_000_000n, max: 253_402_300_799_999_999_999n });

test("keys have the order of their times, and contain their end", () => {
  fc.assert(
    fc.property(times, times, (a, b) => {
      expect(timeKey.decode(timeKey.encode(a))).toBe(a);
      expect(timeKey.decodePart(Uint8Array.of(...timeKey.encodePart(a), 1, 2))).toEqual([a, 29]);
      expect(Math.sign(compare(timeKey.encode(a), timeKey.encode(b)))).toBe(a < b ? -1 : a > b ? 1 : 0);
    }),
  );
});
