// SPDX-License-Identifier: Apache-2.0
import { secp256k1 as oracle } from "@noble/curves/secp256k1.js";
import { fromHex, fromUtf8, toHex } from "@sotto/bytes";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  isLowS,
  isSecp256k1PublicKey,
  isSecp256k1SecretKey,
  normalizeS,
  secp256k1Backend,
  secp256k1Compress,
  secp256k1Decompress,
  secp256k1PublicKey,
  secp256k1Recover,
  secp256k1Sign,
  secp256k1Verify,
  sha256,
} from "../src/index.ts";
import { native as browser } from "../src/native.browser.ts";
import { loadBinding, loadWasm } from "../src/native.node.ts";
import type { Secp256k1Native } from "../src/native.ts";

const hex = (text: string): Uint8Array => fromHex(text) as Uint8Array;
const N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const P = 2n ** 256n - 2n ** 32n - 977n;
const be32 = (value: bigint): Uint8Array => hex(value.toString(16).padStart(64, "0"));
const toInt = (bytes: Uint8Array): bigint => BigInt(`0x${toHex(bytes)}`);
const secret = new Uint8Array(32).fill(7);
const publicKey = secp256k1PublicKey(secret) as Uint8Array;
const hash = sha256(fromUtf8("hello"));
const signed = secp256k1Sign(hash, secret) as { signature: Uint8Array; recoveryId: number };
const pair = (r: bigint, s: bigint): Uint8Array => hex(toHex(be32(r)) + toHex(be32(s)));
const r = toInt(signed.signature.subarray(0, 32));
const s = toInt(signed.signature.subarray(32));

describe("secp256k1", () => {
  test("says which implementation it uses", () => {
    expect(["native", "wasm"]).toContain(secp256k1Backend);
  });

  test("signs as RFC 6979 says (two well-known vectors of secret key 1)", () => {
    const sign = (text: string) => toHex((secp256k1Sign(sha256(fromUtf8(text)), be32(1n)) as typeof signed).signature);
    expect(sign("Satoshi Nakamoto")).toBe(
      "934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d82442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5",
    );
    expect(sign("All those moments will be lost in time, like tears in rain. Time to die...")).toBe(
      "8600dbd41e348fe5c9465ab92d23e3db8b98b873beecd930736488696438cb6b547fe64427496db33bf66019dacbf0039c04199abb0122918601db38a72cfc21",
    );
  });

  test("refuses a high S unless told to take it", () => {
    const high = pair(r, N - s);
    expect(isLowS(signed.signature)).toBe(true);
    expect(isLowS(high)).toBe(false);
    expect(secp256k1Verify(hash, signed.signature, publicKey)).toBe(true);
    expect(secp256k1Verify(hash, high, publicKey)).toBe(false);
    expect(secp256k1Verify(hash, high, publicKey, { lowS: true })).toBe(false);
    expect(secp256k1Verify(hash, high, publicKey, { lowS: false })).toBe(true);
    expect(toHex(normalizeS(high))).toBe(toHex(signed.signature));
    expect(toHex(high)).toBe(toHex(pair(r, N - s)));
  });

  test("the boundary of a low S is half the order", () => {
    expect(isLowS(pair(r, (N - 1n) / 2n))).toBe(true);
    expect(isLowS(pair(r, (N + 1n) / 2n))).toBe(false);
    for (const value of [(N + 1n) / 2n, N - 1n, N - 255n, N - 2n ** 128n])
      expect(toInt(normalizeS(pair(r, value)).subarray(32))).toBe(N - value);
  });

  test.each([
    ["r is zero", pair(0n, s)],
    ["s is zero", pair(r, 0n)],
    ["both are zero", pair(0n, 0n)],
    ["r is the order", pair(N, s)],
    ["s is the order", pair(r, N)],
    ["s is beyond the order", pair(r, N + 1n)],
    ["r is beyond the prime", pair(P, s)],
    ["all bits are set", new Uint8Array(64).fill(255)],
    ["r and s are swapped", pair(s, r)],
    ["r is off by one", pair(r + 1n, s)],
  ])("refuses a signature whose %s", (_, signature) => {
    for (const lowS of [true, false]) expect(secp256k1Verify(hash, signature, publicKey, { lowS })).toBe(false);
  });

  test("r beyond the order wraps: the signature of a point whose x exceeds it", () => {
    // Built backwards (as in public edge-case suites): choose R with x in [n, p), r = x - n, then
    // solve for the key.
    let x = N + 1n;
    let point: InstanceType<typeof oracle.Point> | undefined;
    for (; x < P && point === undefined; x++) {
      try {
        point = oracle.Point.fromBytes(hex(`02${toHex(be32(x))}`));
      } catch {
        // no point has this x
      }
    }
    const small = x - 1n - N;
    const inverse = oracle.Point.Fn.inv(small);
    const z = oracle.Point.Fn.create(toInt(hash));
    const key = (point as InstanceType<typeof oracle.Point>)
      .multiply(5n)
      .subtract(oracle.Point.BASE.multiply(z))
      .multiply(inverse)
      .toBytes(true);
    const signature = pair(small, 5n);
    expect(small).toBeGreaterThan(0n);
    expect(secp256k1Verify(hash, signature, key)).toBe(true);
    expect(toHex(secp256k1Recover(hash, signature, 2) as Uint8Array)).toBe(toHex(key));
    expect(secp256k1Recover(hash, pair(r, s), 2)).toBeUndefined();
  });

  test("takes keys in the compressed, plain and hybrid forms, and no others", () => {
    const plain = secp256k1Decompress(publicKey) as Uint8Array;
    const hybrid = new Uint8Array(plain);
    hybrid[0] = 6 + ((plain[64] as number) & 1);
    const wrong = new Uint8Array(plain);
    wrong[0] = 7 - ((plain[64] as number) & 1);
    for (const key of [publicKey, plain, hybrid]) {
      expect(isSecp256k1PublicKey(key)).toBe(true);
      expect(toHex(secp256k1Compress(key) as Uint8Array)).toBe(toHex(publicKey));
      expect(secp256k1Verify(hash, signed.signature, key)).toBe(true);
    }
    const offCurve = new Uint8Array(plain);
    offCurve[64] = (offCurve[64] as number) ^ 1;
    const noPoint = hex(`02${toHex(be32(5n))}`);
    const beyond = hex(`02${toHex(be32(P + 1n))}`);
    for (const key of [
      wrong,
      offCurve,
      noPoint,
      beyond,
      new Uint8Array(33),
      new Uint8Array(65),
      publicKey.subarray(1),
    ]) {
      expect(isSecp256k1PublicKey(key)).toBe(false);
      expect(secp256k1Verify(hash, signed.signature, key)).toBe(false);
    }
  });

  test("secret keys lie between 1 and the order", () => {
    expect(isSecp256k1SecretKey(be32(1n))).toBe(true);
    expect(isSecp256k1SecretKey(be32(N - 1n))).toBe(true);
    for (const bad of [
      be32(0n),
      be32(N),
      new Uint8Array(32).fill(255),
      new Uint8Array(31).fill(1),
      new Uint8Array(33).fill(1),
    ]) {
      expect(isSecp256k1SecretKey(bad)).toBe(false);
      expect(secp256k1PublicKey(bad)).toBeUndefined();
      expect(secp256k1Sign(hash, bad)).toBeUndefined();
    }
  });

  test("other lengths are refused, not thrown on", () => {
    expect(secp256k1Verify(hash.subarray(1), signed.signature, publicKey)).toBe(false);
    expect(secp256k1Verify(hash, signed.signature.subarray(1), publicKey)).toBe(false);
    expect(secp256k1Recover(hash.subarray(1), signed.signature, 0)).toBeUndefined();
    expect(secp256k1Recover(hash, signed.signature, 4)).toBeUndefined();
    expect(secp256k1Recover(hash, signed.signature, -1)).toBeUndefined();
    expect(secp256k1Recover(hash, signed.signature, 0.5)).toBeUndefined();
    expect(secp256k1Sign(hash.subarray(1), secret)).toBeUndefined();
  });

  test("a Buffer with a high S is not written to", () => {
    const high = Buffer.from(pair(r, N - s));
    secp256k1Verify(hash, high, publicKey, { lowS: false });
    expect(toHex(high)).toBe(toHex(pair(r, N - s)));
  });
});

describe("the three implementations", () => {
  const all: readonly Secp256k1Native[] = [loadBinding(), loadWasm(), browser.secp256k1];
  const same = (run: (curve: Secp256k1Native) => unknown) => {
    const show = (value: unknown) => (value instanceof Uint8Array ? toHex(value) : value);
    const [first, ...rest] = all.map((curve) => show(run(curve)));
    for (const other of rest) expect(other).toEqual(first);
  };
  const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });

  test("sign, verify, recover and convert alike", () => {
    fc.assert(
      fc.property(bytes32, bytes32, fc.nat({ max: 97 }), fc.nat({ max: 255 }), (message, key, at, flip) => {
        fc.pre(isSecp256k1SecretKey(key));
        const pk = secp256k1PublicKey(key) as Uint8Array;
        const { signature } = secp256k1Sign(message, key) as typeof signed;
        same((curve) => toHex(curve.sign(message, key).signature));
        same((curve) => curve.sign(message, key).recoveryId);
        same((curve) => curve.publicKey(key));
        same((curve) => curve.convert(pk, false));
        const parts = [new Uint8Array(message), new Uint8Array(signature), new Uint8Array(pk)] as const;
        const target = at < 32 ? parts[0] : at < 64 ? parts[1] : parts[2];
        target[at % target.length] = (target[at % target.length] as number) ^ flip;
        same((curve) => curve.verify(...parts));
        for (const id of [0, 1, 2, 3] as const) same((curve) => curve.recover(parts[0], parts[1], id));
        same((curve) => curve.convert(parts[2], true));
      }),
      { numRuns: 60 },
    );
  });

  test("judge edge signatures and keys alike", () => {
    const plain = secp256k1Decompress(publicKey) as Uint8Array;
    for (const value of [0n, 1n, 2n, (N - 1n) / 2n, (N + 1n) / 2n, N - 1n, N, N + 1n, P - N, P, 2n ** 256n - 1n]) {
      for (const signature of [pair(value, s), pair(r, value), pair(value, value)]) {
        same((curve) => curve.verify(hash, signature, publicKey));
        same((curve) => curve.verify(hash, signature, plain));
        for (const id of [0, 1, 2, 3] as const) same((curve) => curve.recover(hash, signature, id));
      }
      same((curve) => curve.isSecretKey(be32(value)));
      for (const tag of ["02", "03", "04", "06", "00"])
        same((curve) => curve.convert(hex(tag + toHex(be32(value))), true));
    }
    for (let tag = 0; tag < 256; tag++) {
      const key = new Uint8Array(plain);
      key[0] = tag;
      same((curve) => curve.convert(key, true));
      same((curve) => curve.verify(hash, signed.signature, key));
    }
    for (const zero of [new Uint8Array(32), be32(N)]) same((curve) => curve.verify(zero, signed.signature, publicKey));
  });
});
