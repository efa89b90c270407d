// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from "vitest";
import { alloc, beU64, copyBytes } from "../src/index.ts";

describe("bytes cut from a slab", () => {
  test("are zero, and writing into one changes no other", () => {
    const pieces = Array.from({ length: 2000 }, (_, i) => alloc(i % 1030));
    pieces.forEach((piece, i) => {
      expect([piece.length, piece.every((byte) => byte === 0)]).toEqual([i % 1030, true]);
      piece.fill(i);
    });
    pieces.forEach((piece, i) => {
      expect(piece.every((byte) => byte === i % 256)).toBe(true);
    });
  });

  test("fill a slab to its last byte", () => {
    const pieces = Array.from({ length: 64 }, () => alloc(1024));
    expect(new Set(pieces.map(({ buffer }) => buffer)).size).toBeLessThan(16);
    for (const { byteOffset, buffer } of pieces) expect(byteOffset + 1024).toBeLessThanOrEqual(buffer.byteLength);
  });

  test("long ones have memory of their own", () => {
    const long = alloc(1025);
    expect([long.byteOffset, long.buffer.byteLength]).toEqual([0, 1025]);
  });

  test.each([0, 1, 47, 48, 49, 200, 1024, 1025, 5000])("a copy of %i bytes is one", (length) => {
    const bytes = Uint8Array.from({ length: length + 6 }, (_, i) => i * 7);
    const part = copyBytes(bytes, 3, 3 + length);
    expect(part).toEqual(bytes.slice(3, 3 + length));
    expect(copyBytes(bytes)).toEqual(bytes);
    bytes.fill(0);
    if (length > 0) expect(part[part.length - 1]).toBe(((length + 2) * 7) % 256);
  });

  test("a copy of a Buffer is no view of it", () => {
    const buffer = Buffer.from([1, 2, 3]);
    const copy = copyBytes(buffer);
    buffer[0] = 9;
    expect([...copy]).toEqual([1, 2, 3]);
    expect(copy.constructor).toBe(Uint8Array);
  });

  test("integers are as a DataView writes them", () => {
    for (const value of [0n, 1n, 0x1122334455667788n, 2n ** 64n - 1n, -1n, 2n ** 64n + 5n]) {
      const expected = new DataView(new ArrayBuffer(8));
      expected.setBigUint64(0, value);
      expect(beU64(value)).toEqual(new Uint8Array(expected.buffer));
    }
  });
});
