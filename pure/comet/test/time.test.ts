// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addTime, compareTime, formatTime, MAX_SECONDS, parseDate, parseTime, ZERO_TIME } from "../src/index.ts";

describe("times", () => {
  const time = fc.record({
    seconds: fc.integer({ min: ZERO_TIME.seconds, max: MAX_SECONDS }),
    nanos: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 999_999_999 })),
  });

  test("are printed and read as the platform does it", () => {
    fc.assert(
      fc.property(time, ({ seconds, nanos }) => {
        const text = formatTime({ seconds, nanos });
        expect(parseTime(text)).toEqual({ seconds, nanos });
        const platform = new Date(seconds * 1000).toISOString().slice(0, 19);
        expect(text.slice(0, 19)).toBe(platform);
        expect(parseDate(text.slice(0, 10))?.seconds).toBe(Math.floor(seconds / 86400) * 86400);
      }),
    );
  });

  test("have as many decimals as they need", () => {
    expect(formatTime({ seconds: 0, nanos: 0 })).toBe("1970-01-01T00:00:00Z");
    expect(formatTime({ seconds: 1, nanos: 500_000_000 })).toBe("1970-01-01T00:00:01.5Z");
    expect(formatTime({ seconds: 1, nanos: 1 })).toBe("1970-01-01T00:00:01.000000001Z");
    expect(formatTime(ZERO_TIME)).toBe("0001-01-01T00:00:00Z");
  });

  test("are read with zones, and refused when they are none", () => {
    expect(parseTime("2024-02-29T01:30:00+02:00")).toEqual(parseTime("2024-02-28T23:30:00Z"));
    expect(parseTime("2024-02-29T01:30:00.1234567891Z")?.nanos).toBe(123_456_789);
    for (const bad of [
      "2023-02-29T00:00:00Z",
      "2024-13-01T00:00:00Z",
      "2024-01-01T24:00:00Z",
      "2024-01-01T00:00:60Z",
      "2024-01-01 00:00:00Z",
      "2024-01-01T00:00:00",
      "2024-01-01T00:00:00.Z",
      "x",
      "2024-01-00T00:00:00Z",
    ]) {
      expect(parseTime(bad)).toBeUndefined();
    }
    for (const bad of ["2024-1-01", "1900-02-29", "20240101", ""]) expect(parseDate(bad)).toBeUndefined();
  });

  test("move and compare", () => {
    fc.assert(
      fc.property(
        time,
        fc.integer({ min: -1e9, max: 1e9 }),
        fc.integer({ min: -2e9, max: 2e9 }),
        (from, seconds, nanos) => {
          const moved = addTime(from, seconds, nanos);
          expect(moved.nanos >= 0 && moved.nanos < 1e9).toBe(true);
          expect(addTime(moved, -seconds, -nanos)).toEqual(from);
          const forward = BigInt(seconds) * 1_000_000_000n + BigInt(nanos);
          expect(Math.sign(compareTime(moved, from))).toBe(forward > 0n ? 1 : forward < 0n ? -1 : 0);
        },
      ),
    );
  });
});
