// SPDX-License-Identifier: Apache-2.0
import { ed25519 as oracle } from "@noble/curves/ed25519.js";
import { fromHex, fromUtf8, toHex } from "@sotto/bytes";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  Ed25519Key,
  ed25519PublicKey,
  ed25519Sign,
  ed25519Verify,
  ed25519VerifyBatch,
  isEd25519PublicKey,
} from "../src/index.ts";

const hex = (text: string): Uint8Array => fromHex(text) as Uint8Array;
const P = 2n ** 255n - 19n;
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

const le32 = (value: bigint): Uint8Array =>
  Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 255n));
const fromLe = (bytes: Uint8Array): bigint => bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);

/**
 * Every encoding that ZIP-215 reads as a point of the torsion subgroup: 10 within the prime, 4
 * beyond it.
 */
function smallOrderEncodings(): string[] {
  const y8 = fromLe(hex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")); // a point of order 8
  const ys = [0n, 1n, P - 1n, P, P + 1n, y8, P - y8];
  const out: string[] = [];
  for (const y of ys) for (const sign of [0n, 1n]) out.push(toHex(le32(y | (sign << 255n))));
  return out;
}

describe("Ed25519", () => {
  // RFC 8032 section 7.1: tests 1, 2, 3 and SHA(abc)
  const cases: readonly [seed: string, publicKey: string, message: string, signature: string][] = [
    [
      "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
      "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
      "",
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ],
    [
      "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
      "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
      "72",
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ],
    [
      "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
      "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
      "af82",
      "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ],
    [
      "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
      "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
      "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
      "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
    ],
  ];
  test.each(cases)("RFC 8032: seed %s", (seed, publicKey, message, signature) => {
    expect(toHex(ed25519PublicKey(hex(seed)))).toBe(publicKey);
    expect(toHex(ed25519Sign(hex(message), hex(seed)))).toBe(signature);
    expect(ed25519Verify(hex(message), hex(signature), hex(publicKey))).toBe(true);
    expect(ed25519Verify(hex(`${message}00`), hex(signature), hex(publicKey))).toBe(false);
  });

  test("agrees with noble on any seed and message", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.uint8Array({ maxLength: 100 }),
        (seed, message) => {
          const key = new Ed25519Key(seed);
          expect(toHex(key.publicKey)).toBe(toHex(oracle.getPublicKey(seed)));
          expect(toHex(key.sign(message))).toBe(toHex(oracle.sign(message, seed)));
        },
      ),
      { numRuns: 30 },
    );
    expect(() => new Ed25519Key(new Uint8Array(33))).toThrow(RangeError);
  });

  test("accepts all 196 small-order vectors of ZIP-215", () => {
    const encodings = smallOrderEncodings();
    expect(new Set(encodings).size).toBe(14);
    for (const encoding of encodings) expect(oracle.Point.fromBytes(hex(encoding), true).isSmallOrder()).toBe(true);
    let accepted = 0;
    for (const a of encodings)
      for (const r of encodings) if (ed25519Verify(fromUtf8("Zcash"), hex(r + "00".repeat(32)), hex(a))) accepted++;
    expect(accepted).toBe(196);
  });

  test("refuses an S of the order or more, even where the equation holds", () => {
    const seed = new Uint8Array(32).fill(5);
    const message = fromUtf8("malleable");
    const signature = ed25519Sign(message, seed);
    const publicKey = ed25519PublicKey(seed);
    const s = fromLe(signature.subarray(32));
    for (const bad of [s + ORDER, s + 2n * ORDER]) {
      const changed = new Uint8Array(signature);
      changed.set(le32(bad), 32);
      expect(ed25519Verify(message, changed, publicKey)).toBe(false);
    }
    const zero = hex(`${smallOrderEncodings()[2]}${toHex(le32(ORDER))}`);
    expect(ed25519Verify(message, zero, hex(smallOrderEncodings()[2] as string))).toBe(false);
  });

  test("refuses keys and points that are not on the curve, and other lengths", () => {
    const seed = new Uint8Array(32).fill(5);
    const message = fromUtf8("m");
    const signature = ed25519Sign(message, seed);
    const publicKey = ed25519PublicKey(seed);
    const off = le32(2n); // y = 2 has no x
    expect(() => oracle.Point.fromBytes(off, true)).toThrow();
    expect(ed25519Verify(message, signature, off)).toBe(false);
    expect(isEd25519PublicKey(off)).toBe(false);
    expect(isEd25519PublicKey(publicKey)).toBe(true);
    expect(isEd25519PublicKey(publicKey.subarray(1))).toBe(false);
    for (const encoding of smallOrderEncodings()) expect(isEd25519PublicKey(hex(encoding))).toBe(true);
    expect(ed25519Verify(message, hex(toHex(off) + "00".repeat(32)), publicKey)).toBe(false);
    expect(ed25519Verify(message, signature.subarray(1), publicKey)).toBe(false);
    expect(ed25519Verify(message, signature, publicKey.subarray(1))).toBe(false);
    expect(ed25519Verify(message, new Uint8Array(65), publicKey)).toBe(false);
  });

  test("agrees with noble's ZIP-215 verdict on signatures with any byte changed", () => {
    const seed = new Uint8Array(32).fill(6);
    const message = fromUtf8("message");
    const signature = ed25519Sign(message, seed);
    const publicKey = ed25519PublicKey(seed);
    const judge = (sig: Uint8Array, key: Uint8Array): boolean => {
      try {
        return oracle.verify(sig, message, key, { zip215: true });
      } catch {
        return false;
      }
    };
    for (let i = 0; i < 96; i += 5) {
      const sig = new Uint8Array(signature);
      const key = new Uint8Array(publicKey);
      const target = i < 64 ? sig : key;
      target[i % 64] = (target[i % 64] as number) ^ 0x40;
      expect(ed25519Verify(message, sig, key)).toBe(judge(sig, key));
    }
  });
});

describe("an Ed25519 batch", () => {
  const signer = (n: number) => new Ed25519Key(new Uint8Array(32).fill(n));
  const messages = [fromUtf8("one"), fromUtf8("two"), fromUtf8("three")];
  const signers = [signer(1), signer(2), signer(3)];
  const keys = signers.map((s) => s.publicKey);
  const signatures = signers.map((s, i) => s.sign(messages[i] as Uint8Array));

  test("is valid when every signature is, and empty batches are valid", () => {
    expect(ed25519VerifyBatch(messages, signatures, keys)).toBe("valid");
    expect(ed25519VerifyBatch([], [], [])).toBe("valid");
    expect(ed25519VerifyBatch([fromUtf8("x")], [], [])).toBe("valid");
    expect(ed25519VerifyBatch([], [], [keys[0] as Uint8Array])).toBe("valid");
  });

  test("repeats a single message or a single key", () => {
    const one = fromUtf8("one");
    expect(
      ed25519VerifyBatch(
        [one],
        signers.map((s) => s.sign(one)),
        keys,
      ),
    ).toBe("valid");
    const key = signers[0] as Ed25519Key;
    expect(
      ed25519VerifyBatch(
        messages,
        messages.map((m) => key.sign(m)),
        [key.publicKey],
      ),
    ).toBe("valid");
    expect(ed25519VerifyBatch(messages, signatures, [key.publicKey])).toBe("invalid");
  });

  test("says what is wrong, lengths before signatures", () => {
    const swapped = [signatures[1], signatures[0], signatures[2]] as Uint8Array[];
    expect(ed25519VerifyBatch(messages, swapped, keys)).toBe("invalid");
    expect(ed25519VerifyBatch(messages, signatures.slice(1), keys)).toBe("count");
    expect(ed25519VerifyBatch(messages.slice(1), signatures, keys)).toBe("count");
    expect(ed25519VerifyBatch(messages, signatures, keys.slice(1))).toBe("count");
    expect(
      ed25519VerifyBatch(messages, [swapped[0] as Uint8Array, swapped[1] as Uint8Array, new Uint8Array(63)], keys),
    ).toBe("signatureLength");
    expect(
      ed25519VerifyBatch(messages, swapped, [keys[0] as Uint8Array, keys[1] as Uint8Array, new Uint8Array(33)]),
    ).toBe("keyLength");
  });
});
