// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import {
  beU32,
  beU64,
  compare,
  concat,
  equals,
  fromBase64,
  fromHex,
  fromLatin1,
  fromUtf8,
  hasPrefix,
  isBase64,
  leU16,
  leU32,
  leU64,
  prefixEnd,
  readBeU32,
  readBeU64,
  readLeU16,
  readLeU32,
  readLeU64,
  toBase64,
  toHex,
  toLatin1,
  toUtf8,
} from "../src/index.ts";

const bytes = fc.uint8Array({ maxLength: 80 });

describe("byte strings", () => {
  test("concat, equality, order and prefixes are Buffer's", () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        expect(equals(concat(a, b), Buffer.concat([a, b]))).toBe(true);
        expect(Object.getPrototypeOf(concat(a, b))).toBe(Uint8Array.prototype);
        expect(equals(a, b)).toBe(Buffer.from(a).equals(b));
        expect(Math.sign(compare(a, b))).toBe(Buffer.compare(a, b));
        expect(hasPrefix(concat(a, b), a)).toBe(true);
        expect(hasPrefix(a, b)).toBe(toHex(a).startsWith(toHex(b)));
      }),
    );
    expect(concat()).toEqual(new Uint8Array(0));
    expect(compare(Uint8Array.of(1), Uint8Array.of(1, 0))).toBeLessThan(0);
  });

  test("the end of a prefix is above all that begin with it and not above the rest", () => {
    const small = fc.uint8Array({ maxLength: 3, min: 253 });
    fc.assert(
      fc.property(small, small, bytes, (prefix, other, rest) => {
        const end = prefixEnd(prefix);
        if (end === undefined) {
          expect(prefix.every((byte) => byte === 255)).toBe(true);
          return;
        }
        expect(compare(concat(prefix, rest), end)).toBeLessThan(0);
        if (compare(other, prefix) >= 0 && !hasPrefix(other, prefix))
          expect(compare(other, end)).toBeGreaterThanOrEqual(0);
      }),
    );
    expect(prefixEnd(Uint8Array.of(1, 255, 255))).toEqual(Uint8Array.of(2));
  });

  test("the end of a Buffer's prefix leaves the Buffer alone", () => {
    const prefix = Buffer.from([1, 2]);
    expect(prefixEnd(prefix)).toEqual(Uint8Array.of(1, 3));
    expect([...prefix]).toEqual([1, 2]);
  });
});

describe("integers", () => {
  test("have fixed widths, and reading is the inverse of writing, at any place", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
        fc.nat({ max: 0xffffffff }),
        fc.nat({ max: 9 }),
        (big, word, at) => {
          const pad = new Uint8Array(at);
          expect(readBeU64(concat(pad, beU64(big)), at)).toBe(big);
          expect(readLeU64(concat(pad, leU64(big)), at)).toBe(big);
          expect(readBeU32(concat(pad, beU32(word)), at)).toBe(word);
          expect(readLeU32(concat(pad, leU32(word)), at)).toBe(word);
          expect(readLeU16(concat(pad, leU16(word & 0xffff)), at)).toBe(word & 0xffff);
        },
      ),
    );
    expect(toHex(beU64(0x0102030405060708n))).toBe("0102030405060708");
    expect(toHex(leU64(0x0102030405060708n))).toBe("0807060504030201");
    expect(toHex(beU32(0x01020304))).toBe("01020304");
    expect(toHex(leU32(0x01020304))).toBe("04030201");
    expect(toHex(leU16(0x0102))).toBe("0201");
    expect(toHex(beU64(2n ** 64n + 1n))).toBe("0000000000000001");
  });

  test("each is memory of its own", () => {
    const first = beU64(1n);
    beU64(2n);
    expect(toHex(first)).toBe("0000000000000001");
    expect(first.buffer.byteLength).toBe(8);
  });

  test("reading past the end is a RangeError", () => {
    for (const read of [readBeU64, readLeU64, readBeU32, readLeU32, readLeU16])
      expect(() => read(new Uint8Array(1))).toThrow(RangeError);
  });
});

describe("text forms", () => {
  test("hex and base64 are Node's, and strict in reading", () => {
    fc.assert(
      fc.property(bytes, (data) => {
        expect(toHex(data)).toBe(Buffer.from(data).toString("hex"));
        expect(toBase64(data)).toBe(Buffer.from(data).toString("base64"));
        expect(fromHex(toHex(data).toUpperCase())).toEqual(data);
        expect(fromBase64(toBase64(data))).toEqual(data);
      }),
    );
    for (const bad of ["0", "0g", "zz", "0x", " 0", "\u0130\u0130"]) expect(fromHex(bad)).toBeUndefined();
    for (const bad of [
      "A",
      "AA",
      "AAA",
      "AAAA=",
      "A===",
      "====",
      "AB==",
      "AAB=",
      "AA-_",
      "AA\n=",
      "AA==AA==",
      "ÄAAA",
      "AA=A",
    ]) {
      expect(fromBase64(bad)).toBeUndefined();
      expect(isBase64(bad)).toBe(false);
    }
  });

  test("are the same where there is no Buffer, or one that takes its own kind only", async () => {
    const { Buffer: own } = globalThis;
    const strict = {
      prototype: {
        latin1Slice: () => {
          throw new TypeError("not a Buffer");
        },
      },
    };
    for (const other of [undefined, strict]) {
      vi.resetModules();
      vi.stubGlobal("Buffer", other);
      const plain = await import("../src/index.ts").finally(() => vi.unstubAllGlobals());
      expect(plain.toLatin1).not.toBe(toLatin1);
      fc.assert(
        fc.property(bytes, (data) => {
          expect(plain.toHex(data)).toBe(own.from(data).toString("hex"));
          expect(plain.toBase64(data)).toBe(own.from(data).toString("base64"));
          expect(plain.toLatin1(data)).toBe(own.from(data).toString("latin1"));
        }),
      );
    }
  });

  test("a long text is told to be base64 without a stack that grows with it", () => {
    const long = "A".repeat(8_000_000);
    expect(isBase64(long)).toBe(true);
    expect(isBase64(`${long}AA-A`)).toBe(false);
    expect(isBase64(`${long}AAA=`)).toBe(true);
    expect(isBase64(`${long}\n`)).toBe(false);
  });

  test("any text is read or refused as Node reads it", () => {
    const alphabet = fc.string({ unit: fc.constantFrom(..."ABab01+/=-_ \n") });
    fc.assert(
      fc.property(alphabet, (text) => {
        const read = fromBase64(text);
        const canonical = Buffer.from(text, "base64").toString("base64") === text;
        expect(read === undefined ? undefined : toBase64(read)).toBe(canonical ? text : undefined);
        expect(isBase64(text)).toBe(canonical);
      }),
    );
  });

  test("UTF-8 is strict and keeps a byte order mark", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary" }),
        (text) => void expect(toUtf8(fromUtf8(text))).toBe(Buffer.from(text).toString()),
      ),
    );
    for (const bad of ["ff", "c080", "eda080", "f4908080", "e282"])
      expect(toUtf8(fromHex(bad) as Uint8Array)).toBeUndefined();
    expect(toUtf8(fromHex("efbbbf61") as Uint8Array)).toBe("\ufeffa");
    expect(toHex(fromUtf8("\ud800"))).toBe("efbfbd");
  });

  test("latin1 is one character per byte, for long strings as well", () => {
    fc.assert(fc.property(bytes, (data) => void expect(fromLatin1(toLatin1(data))).toEqual(data)));
    const long = Uint8Array.from({ length: 10_000 }, (_, i) => i);
    expect(toLatin1(long)).toBe(Buffer.from(long).toString("latin1"));
  });
});
