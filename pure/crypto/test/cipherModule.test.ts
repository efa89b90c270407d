// SPDX-License-Identifier: Apache-2.0
import { equals, toHex } from "@sotto/bytes";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createSiv } from "../src/index.ts";
import { BlockSiv } from "../src/sivBlocks.ts";
import { LONGEST, ShortSiv } from "../src/wasm/shortSiv.ts";

type Core = ShortSiv | BlockSiv;

const must = (siv: ShortSiv | undefined): ShortSiv => {
  if (siv === undefined) throw new Error("this Node has no vectors in WebAssembly");
  return siv;
};
const keyOf = (number: number): Uint8Array => Uint8Array.from({ length: 32 }, (_, i) => number * 7 + i * i);

function sealed(siv: Core, text: Uint8Array, ads: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(16 + text.length);
  siv.begin();
  for (const ad of ads) siv.absorb(ad);
  siv.sealInto(out, 0, text);
  return out;
}

function opened(siv: Core, given: Uint8Array, ads: readonly Uint8Array[]): Uint8Array | undefined {
  siv.begin();
  for (const ad of ads) siv.absorb(ad);
  return siv.open(given);
}

describe("the cipher module", () => {
  test("answers as the platform's ciphers do, for every length that it takes", () => {
    const short = must(ShortSiv.create(keyOf(1)));
    const long = new BlockSiv(keyOf(1));
    for (let length = 0; length <= LONGEST; length++) {
      const text = Uint8Array.from({ length }, (_, i) => i * length);
      const ads = [text, new Uint8Array(0)];
      const want = sealed(long, text, ads);
      expect(equals(sealed(short, text, ads), want)).toBe(true);
      expect(equals(opened(short, want, ads) as Uint8Array, text)).toBe(true);
      expect(equals(short.cmac(text), long.cmac(text))).toBe(true);
    }
  });

  test("answers as they do for any key, text and associated data", () => {
    const bytes = (maxLength: number) => fc.uint8Array({ maxLength });
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        bytes(100),
        fc.array(bytes(60), { maxLength: 4 }),
        (key, text, ads) => {
          const want = sealed(new BlockSiv(key), text, ads);
          expect(toHex(sealed(must(ShortSiv.create(key)), text, ads))).toBe(toHex(want));
        },
      ),
      { numRuns: 500 },
    );
  });

  test("keeps more keys apart than it holds, in any order", () => {
    const keys = Array.from({ length: 400 }, (_, i) => createSiv(keyOf(i)));
    const text = Uint8Array.of(1, 2, 3);
    const first = keys.map((siv) => toHex(siv.seal(text)));
    expect(new Set(first).size).toBeGreaterThan(200);
    for (let i = 0; i < 4000; i++) {
      const at = (i * i * 31) % keys.length;
      expect(toHex((keys[at] as (typeof keys)[number]).seal(text))).toBe(first[at]);
    }
  });

  test("refuses a wrong tag in any of its bits, and gives no text then", () => {
    const siv = must(ShortSiv.create(keyOf(2)));
    const good = sealed(siv, new Uint8Array(40), []);
    for (let bit = 0; bit < 128; bit++) {
      const bad = good.slice();
      bad[bit >> 3] = (bad[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(opened(siv, bad, [])).toBeUndefined();
    }
    expect(opened(siv, good, [])).toEqual(new Uint8Array(40));
  });

  test("writes in the middle of an array without touching the rest", () => {
    for (const length of [5, 100, 1000]) {
      const out = new Uint8Array(length + 36).fill(9);
      const siv = createSiv(keyOf(3));
      siv.sealInto(out, 10, new Uint8Array(length));
      expect(equals(out.subarray(10, 26 + length), siv.seal(new Uint8Array(length)))).toBe(true);
      expect([...out.subarray(0, 10), ...out.subarray(26 + length)].every((byte) => byte === 9)).toBe(true);
    }
  });
});
