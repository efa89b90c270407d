// SPDX-License-Identifier: Apache-2.0
import { hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 as oracle } from "@noble/hashes/sha2.js";
import { fromHex, fromLatin1, fromUtf8, toHex } from "@sotto/bytes";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  equalConstantTime,
  HmacKey,
  hkdfSha256,
  hmacSha256,
  keccak256,
  ripemd160,
  sha256,
  sha256Into,
  sha256Latin1,
  sha512,
} from "../src/index.ts";

const hex = (text: string): Uint8Array => fromHex(text.replaceAll(/\s/g, "")) as Uint8Array;

describe("hashes", () => {
  test("give the published digests of the empty string and of abc", () => {
    const abc = fromUtf8("abc");
    expect(toHex(sha256(new Uint8Array(0)))).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect(toHex(sha256(abc))).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect(toHex(sha512(abc))).toBe(
      "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
    );
    expect(toHex(ripemd160(abc))).toBe("8eb208f7e05d987a9b044a8e98c6b087f15a0bfc");
    expect(toHex(keccak256(new Uint8Array(0)))).toBe(
      "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470",
    );
    expect(toHex(keccak256(abc))).toBe("4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45");
  });

  test("the three forms of SHA-256 agree with noble on any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (data) => {
        const want = oracle(data);
        expect(toHex(sha256(data))).toBe(toHex(want));
        expect(toHex(fromLatin1(sha256Latin1(data)))).toBe(toHex(want));
        const out = new Uint8Array(40).fill(7);
        sha256Into(data, out, 5);
        expect(toHex(out)).toBe(`0707070707${toHex(want)}070707`);
      }),
    );
  });

  test("a digest is a plain Uint8Array of its own", () => {
    const digest = sha256(fromUtf8("abc"));
    expect(Object.getPrototypeOf(digest)).toBe(Uint8Array.prototype);
    expect(digest.buffer.byteLength).toBe(32);
  });

  test("sha256Into may overwrite its own input", () => {
    const buffer = new Uint8Array(64).fill(3);
    const want = toHex(oracle(buffer));
    sha256Into(buffer, buffer, 16);
    expect(toHex(buffer.subarray(16, 48))).toBe(want);
  });

  test("the constant-time comparison says what an ordinary one says", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ maxLength: 40 }), (a, b) => {
        expect(equalConstantTime(a, b)).toBe(toHex(a) === toHex(b));
        expect(equalConstantTime(a, a.slice())).toBe(true);
      }),
    );
  });
});

describe("HMAC-SHA256", () => {
  // RFC 4231 section 4
  const cases: readonly [key: string, data: string, mac: string][] = [
    ["0b".repeat(20), toHex(fromUtf8("Hi There")), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"],
    [
      toHex(fromUtf8("Jefe")),
      toHex(fromUtf8("what do ya want for nothing?")),
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    ],
    ["aa".repeat(20), "dd".repeat(50), "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"],
    [
      "0102030405060708090a0b0c0d0e0f10111213141516171819",
      "cd".repeat(50),
      "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
    ],
    [
      "aa".repeat(131),
      toHex(fromUtf8("Test Using Larger Than Block-Size Key - Hash Key First")),
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    ],
    [
      "aa".repeat(131),
      toHex(
        fromUtf8(
          "This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.",
        ),
      ),
      "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
    ],
  ];
  test.each(cases)("RFC 4231: key %s", (key, data, mac) => {
    expect(toHex(hmacSha256(hex(key), hex(data)))).toBe(mac);
  });

  test("agrees with noble for keys around the block size and messages around its buffer", () => {
    for (const keyLength of [0, 1, 32, 63, 64, 65, 200])
      for (const length of [0, 1, 55, 64, 4095, 4096, 4097, 10_000]) {
        const key = new Uint8Array(keyLength).fill(keyLength);
        const data = Uint8Array.from({ length }, (_, i) => i * 7);
        expect(toHex(hmacSha256(key, data))).toBe(toHex(hmac(oracle, key, data)));
      }
  });
});

describe("HKDF-SHA256", () => {
  const derive = (ikm: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Uint8Array =>
    hkdfSha256(ikm, new HmacKey(salt), info, length);

  test("RFC 5869 A.1 to A.3", () => {
    const range = (from: number, to: number) => Uint8Array.from({ length: to - from }, (_, i) => from + i);
    const ikm = new Uint8Array(22).fill(0x0b);
    expect(toHex(derive(ikm, range(0, 13), hex("f0f1f2f3f4f5f6f7f8f9"), 42))).toBe(
      "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
    );
    expect(toHex(derive(range(0, 80), range(0x60, 0xb0), range(0xb0, 0x100), 82))).toBe(
      "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87",
    );
    expect(toHex(derive(ikm, new Uint8Array(0), new Uint8Array(0), 42))).toBe(
      "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
    );
  });

  test("agrees with noble for any input and length, and refuses more than 8160 bytes", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 100 }),
        fc.uint8Array({ maxLength: 100 }),
        fc.uint8Array({ maxLength: 100 }),
        fc.integer({ min: 0, max: 200 }),
        (ikm, salt, info, length) => {
          // noble refuses to give zero bytes
          const want = length === 0 ? "" : toHex(hkdf(oracle, ikm, salt, info, length));
          expect(toHex(derive(ikm, salt, info, length))).toBe(want);
        },
      ),
    );
    expect(() => derive(new Uint8Array(32), new Uint8Array(0), new Uint8Array(0), 8161)).toThrow(RangeError);
  });
});
