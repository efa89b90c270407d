// SPDX-License-Identifier: Apache-2.0
import { createHmac } from "node:crypto";
import { toHex } from "@sotto/bytes";
import { describe, expect, test, vi } from "vitest";
import { createSiv, HmacKey, hmacSha256 } from "../src/index.ts";
import { memory } from "../src/wasm/cipherModule.ts";
import { LONGEST_HMAC, shortHmac } from "../src/wasm/shortHmac.ts";

describe("HMAC-SHA256 in WebAssembly", () => {
  const textOf = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i * 37 + length);
  const want = (key: Uint8Array, text: Uint8Array): string => createHmac("sha256", key).update(text).digest("hex");

  test("is OpenSSL's for every length of text, and of key, on both sides of what it takes", () => {
    const key = new HmacKey(textOf(32));
    for (let length = 0; length <= 2 * LONGEST_HMAC; length++) {
      const text = textOf(length);
      expect(toHex(key.mac(text))).toBe(want(textOf(32), text));
      expect(toHex(hmacSha256(textOf(length), textOf(70)))).toBe(want(textOf(length), textOf(70)));
      expect(toHex(new HmacKey(textOf(length)).mac(textOf(9)))).toBe(want(textOf(length), textOf(9)));
    }
  });

  test("is there on this platform, and the platform's own for what is longer", () => {
    expect(shortHmac(textOf(5), textOf(6))).toBeDefined();
    for (const length of [1000, 4096, 4097, 20_000])
      expect(toHex(new HmacKey(textOf(20)).mac(textOf(length)))).toBe(want(textOf(20), textOf(length)));
  });

  test("keeps more keys apart than it holds, in any order, with ciphers and keys of one use between them", () => {
    const keys = Array.from({ length: 60 }, (_, i) => new HmacKey(textOf(i + 1)));
    const siv = createSiv(textOf(32));
    for (let i = 0; i < 2000; i++) {
      const at = (i * i * 31) % keys.length;
      const text = textOf(i % 100);
      expect(toHex((keys[at] as HmacKey).mac(text))).toBe(want(textOf(at + 1), text));
      if (i % 3 === 0) expect(siv.open(siv.seal(text, textOf(7)), textOf(7))).toEqual(text);
      if (i % 5 === 0) expect(toHex(hmacSha256(text, textOf(i % 60)))).toBe(want(text, textOf(i % 60)));
    }
  });

  test("keeps nothing of the key, the text and the answer of one use", () => {
    const [key, text] = [textOf(32), textOf(100)];
    const mac = hmacSha256(key, text);
    const inside = Buffer.from(memory);
    const words = Buffer.from(mac).swap32();
    for (const secret of [key, key.map((byte) => byte ^ 0x36), text.subarray(64), text.subarray(0, 16), mac, words])
      expect(inside.includes(Buffer.from(secret))).toBe(false);
  });

  test("is done by the platform where there is no WebAssembly, as AES-SIV is", async () => {
    vi.resetModules();
    vi.stubGlobal("WebAssembly", undefined);
    const plain = await import("../src/index.ts").finally(() => vi.unstubAllGlobals());
    expect(plain.HmacKey).not.toBe(HmacKey);
    for (let length = 0; length <= 2 * LONGEST_HMAC; length++) {
      const text = textOf(length);
      expect(toHex(plain.hmacSha256(textOf(40), text))).toBe(want(textOf(40), text));
      expect(toHex(new plain.HmacKey(text).mac(textOf(20)))).toBe(want(text, textOf(20)));
      const sealed = plain.createSiv(textOf(32)).seal(text, textOf(3));
      expect(sealed).toEqual(createSiv(textOf(32)).seal(text, textOf(3)));
    }
  });

  test("does not keep its key's array", () => {
    const bytes = textOf(32);
    const key = new HmacKey(bytes);
    bytes.fill(0);
    expect(toHex(key.mac(textOf(3)))).toBe(want(textOf(32), textOf(3)));
  });
});
