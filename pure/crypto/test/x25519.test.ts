// SPDX-License-Identifier: Apache-2.0
import { x25519 as oracle } from "@noble/curves/ed25519.js";
import { fromHex, toHex } from "@sotto/bytes";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { X25519Key, x25519, x25519PublicKey } from "../src/index.ts";

const hex = (text: string): Uint8Array => fromHex(text) as Uint8Array;

describe("X25519", () => {
  test("RFC 7748 section 5.2, the two vectors", () => {
    expect(
      toHex(
        x25519(
          hex("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"),
          hex("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c"),
        ) as Uint8Array,
      ),
    ).toBe("c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552");
    // the top bit of this u is set and must be masked
    expect(
      toHex(
        x25519(
          hex("4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d"),
          hex("e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493"),
        ) as Uint8Array,
      ),
    ).toBe("95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957");
  });

  test("RFC 7748 section 5.2, iterated 1,000 times", () => {
    let k: Uint8Array = hex("0900000000000000000000000000000000000000000000000000000000000000");
    let u = k;
    for (let i = 1; i <= 1000; i++) {
      const next = x25519(k, u) as Uint8Array;
      u = k;
      k = next;
      if (i === 1) expect(toHex(k)).toBe("422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079");
    }
    expect(toHex(k)).toBe("684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51");
  });

  test("RFC 7748 section 6.1", () => {
    const alice = new X25519Key(hex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"));
    const bob = new X25519Key(hex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"));
    const shared = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742";
    expect(toHex(alice.publicKey)).toBe("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
    expect(toHex(bob.publicKey)).toBe("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
    expect(toHex(alice.agree(bob.publicKey) as Uint8Array)).toBe(shared);
    expect(toHex(bob.agree(alice.publicKey) as Uint8Array)).toBe(shared);
  });

  test("agrees with noble on any keys, and both sides agree", () => {
    const key = fc.uint8Array({ minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(key, key, (a, b) => {
        const pa = x25519PublicKey(a);
        const pb = x25519PublicKey(b);
        expect(toHex(pa)).toBe(toHex(oracle.getPublicKey(a)));
        const shared = x25519(a, pb) as Uint8Array;
        expect(toHex(shared)).toBe(toHex(x25519(b, pa) as Uint8Array));
        expect(toHex(shared)).toBe(toHex(oracle.getSharedSecret(a, pb)));
      }),
      { numRuns: 40 },
    );
  });

  // All points of small order and their forms beyond the prime, with and without the ignored top
  // bit.
  const low = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
  ];
  test.each(low)("a point of low order has no shared secret: %s", (point) => {
    expect(x25519(new Uint8Array(32).fill(7), hex(point))).toBeUndefined();
  });

  test("a peer of another length has none either, and a secret key of another length is refused", () => {
    const key = new X25519Key(new Uint8Array(32).fill(7));
    expect(key.agree(new Uint8Array(31))).toBeUndefined();
    expect(key.agree(new Uint8Array(33).fill(9))).toBeUndefined();
    expect(() => new X25519Key(new Uint8Array(31))).toThrow(RangeError);
  });
});
