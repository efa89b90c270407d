// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { amountText, idText, jsonSize, MessageTooLong, padded } from "../src/index.ts";

describe("numbers in messages", () => {
  it("have a fixed number of digits", () => {
    expect(amountText(0n)).toBe("0".repeat(39));
    expect(amountText(2n ** 128n - 1n)).toBe("340282366920938463463374607431768211455");
    expect(amountText(250n)).toBe("250".padStart(39, "0"));
    expect(idText(7n)).toBe("7".padStart(20, "0"));
    expect(idText(2n ** 64n - 1n)).toBe("18446744073709551615");
  });

  it("are refused outside of their range", () => {
    for (const value of [-1n, 2n ** 128n]) expect(() => amountText(value)).toThrow("not between 0 and 2^128 - 1");
    for (const value of [5, "5", undefined, 0.5] as unknown as bigint[])
      expect(() => amountText(value)).toThrow(/the amount is no bigint: .*; write 250n/);
    for (const value of [-1n, 2n ** 64n]) expect(() => idText(value)).toThrow("not between 0 and 2^64 - 1");
  });
});

describe("padding", () => {
  it("gives every message exactly its size in UTF-8, whatever it says", () => {
    for (const title of ["", "a", "ä".repeat(100), "🖼".repeat(50), 'quotes " and \\', "\u0001"]) {
      expect(jsonSize(padded("act", { title }, 768))).toBe(768);
    }
  });

  it("is empty for a message that has the size already", () => {
    const bare = jsonSize({ act: { title: "x", padding: "" } });
    expect(padded("act", { title: "x" }, bare)).toEqual({ act: { title: "x", padding: "" } });
  });

  it("is refused for a longer message, with the number of bytes", () => {
    const bare = jsonSize({ act: { title: "x", padding: "" } });
    expect(() => padded("act", { title: "x" }, bare - 3)).toThrow(MessageTooLong);
    expect(() => padded("act", { title: "x" }, bare - 3)).toThrow(`${bare} bytes, 3 more than the ${bare - 3}`);
  });
});
