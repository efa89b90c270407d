// SPDX-License-Identifier: Apache-2.0
import { fromHex, fromUtf8, toBase64, toHex, toUtf8 } from "@sotto/bytes";
import {
  ed25519PublicKey,
  ed25519Sign,
  secp256k1Decompress,
  secp256k1PublicKey,
  secp256k1Sign,
  sha256,
} from "@sotto/crypto";
import { describe, expect, it } from "vitest";
import { Gas } from "../src/gas.ts";
import type { Contract } from "../src/index.ts";
import { loadBuilt, MemoryBackend, run } from "./support.ts";

const v1 = loadBuilt("probe-v1");
const v010 = loadBuilt("probe-v010");
const hex = (text: string): Uint8Array => fromHex(text) as Uint8Array;

/** The result of the op in a query, or the error's text. */
function ask(op: object, contract: Contract = v1): string {
  const result = run(contract, "query", { try: { op } }, new MemoryBackend());
  expect(result).toMatchObject({ outcome: "returned" });
  const { Ok } = JSON.parse(toUtf8(result.data as Uint8Array) as string);
  return JSON.parse(Buffer.from(Ok, "base64").toString())[0];
}

const flip = (bytes: Uint8Array, at = 0): Uint8Array => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));

describe("secp256k1", () => {
  const secret = sha256(fromUtf8("secret key"));
  const publicKey = secp256k1PublicKey(secret) as Uint8Array;
  const hash = sha256(fromUtf8("message"));
  const signed = secp256k1Sign(hash, secret);
  const signature = signed?.signature as Uint8Array;
  const verify = (h: Uint8Array, s: Uint8Array, k: Uint8Array, contract = v1): string =>
    ask({ secp256k1_verify: { hash: toBase64(h), signature: toBase64(s), public_key: toBase64(k) } }, contract);
  const order = hex("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");

  it.each([
    ["v1", v1],
    ["v0.10", v010],
  ])("verifies for %s contracts, with keys of all three forms", (_name, contract) => {
    expect(verify(hash, signature, publicKey, contract)).toBe("true");
    expect(verify(hash, signature, secp256k1Decompress(publicKey) as Uint8Array, contract)).toBe("true");
    const hybrid = (secp256k1Decompress(publicKey) as Uint8Array).slice();
    hybrid[0] = 6 + ((hybrid[64] as number) & 1);
    expect(verify(hash, signature, hybrid, contract)).toBe("true");
    expect(verify(flip(hash), signature, publicKey, contract)).toBe("false");
    expect(verify(hash, flip(signature, 40), publicKey, contract)).toBe("false");
  });

  it("refuses a high S, which libsecp256k1 does", () => {
    const high = signature.slice();
    let borrow = 0;
    for (let i = 31; i >= 0; i--) {
      const digit = (order[i] as number) - (signature[32 + i] as number) - borrow;
      high[32 + i] = digit;
      borrow = digit < 0 ? 1 : 0;
    }
    expect(verify(hash, high, publicKey)).toBe("false");
  });

  it("tells malformed input by the numbers of the ABI", () => {
    expect(verify(hash.subarray(1), signature, publicKey)).toContain("Invalid hash format");
    expect(verify(hash, signature.subarray(1), publicKey)).toContain("Invalid signature format");
    expect(verify(hash, signature, publicKey.subarray(1))).toContain("Invalid public key format");
    expect(verify(hash, signature, new Uint8Array(0))).toContain("Invalid public key format");
    expect(verify(hash, signature, flip(publicKey, 0).fill(5, 0, 1))).toContain("Invalid public key format");
    // A point outside of the curve, and scalars out of range: the generic number.
    expect(verify(hash, signature, Uint8Array.of(2, ...new Uint8Array(32).fill(255)))).toContain("Generic error");
    expect(verify(hash, Uint8Array.of(...order, ...signature.subarray(32)), publicKey)).toContain("Generic error");
    expect(verify(hash, new Uint8Array(64), publicKey)).toBe("false");
  });

  it("recovers the compressed key", () => {
    const recover = (h: Uint8Array, s: Uint8Array, id: number): string =>
      ask({ secp256k1_recover: { hash: toBase64(h), signature: toBase64(s), recovery_param: id } });
    const text = recover(hash, signature, signed?.recoveryId ?? 0);
    expect([toBase64(publicKey), toHex(publicKey)]).toContain(text);
    expect(recover(hash.subarray(1), signature, 0)).toContain("Invalid hash format");
    expect(recover(hash, signature.subarray(1), 0)).toContain("Invalid signature format");
    expect(recover(hash, signature, 4)).toContain("error");
    expect(recover(hash, new Uint8Array(64), 0)).toContain("error");
  });

  it("signs by RFC 6979 over the message's hash", () => {
    const sign = (message: Uint8Array, key: Uint8Array): string =>
      ask({ secp256k1_sign: { message: toBase64(message), private_key: toBase64(key) } });
    expect([toBase64(signature), toHex(signature)]).toContain(sign(fromUtf8("message"), secret));
    for (const key of [new Uint8Array(32), order, secret.subarray(1), new Uint8Array(0)]) {
      expect(sign(fromUtf8("message"), key)).toContain("error");
    }
  });
});

describe("ed25519", () => {
  const seeds = [1, 2, 3].map((byte) => new Uint8Array(32).fill(byte));
  const keys = seeds.map(ed25519PublicKey);
  const messages = ["a", "b", "c"].map(fromUtf8);
  const signatures = seeds.map((seed, i) => ed25519Sign(messages[i] as Uint8Array, seed));
  const [key, message, signature] = [keys[0], messages[0], signatures[0]] as [Uint8Array, Uint8Array, Uint8Array];
  const verify = (m: Uint8Array, s: Uint8Array, k: Uint8Array, contract = v1): string =>
    ask({ ed25519_verify: { message: toBase64(m), signature: toBase64(s), public_key: toBase64(k) } }, contract);
  const batch = (m: Uint8Array[], s: Uint8Array[], k: Uint8Array[], contract = v1): string =>
    ask(
      {
        ed25519_batch_verify: { messages: m.map(toBase64), signatures: s.map(toBase64), public_keys: k.map(toBase64) },
      },
      contract,
    );

  it.each([
    ["v1", v1],
    ["v0.10", v010],
  ])("verifies one and many for %s contracts", (_name, contract) => {
    expect(verify(message, signature, key, contract)).toBe("true");
    expect(verify(fromUtf8("x"), signature, key, contract)).toBe("false");
    expect(batch(messages, signatures, keys, contract)).toBe("true");
    expect(batch(messages, [...signatures].reverse(), keys, contract)).toBe("false");
    expect(batch([], [], [], contract)).toBe("true");
  });

  it("takes one message or one key for all", () => {
    const same = seeds.map((seed) => ed25519Sign(message, seed));
    expect(batch([message], same, keys)).toBe("true");
    const byOne = messages.map((each) => ed25519Sign(each, seeds[0] as Uint8Array));
    expect(batch(messages, byOne, [key])).toBe("true");
    expect(batch(messages, signatures.slice(1), keys)).toContain("Unknown error: 7");
    expect(batch(messages.slice(1), signatures, keys)).toContain("Unknown error: 7");
  });

  it("tells malformed input by the numbers of the ABI", () => {
    expect(verify(message, signature.subarray(1), key)).toContain("Invalid signature format");
    expect(verify(message, signature, key.subarray(1))).toContain("Invalid public key format");
    expect(verify(message, signature, Uint8Array.of(2, ...new Uint8Array(31)))).toContain("Invalid public key format");
    expect(batch([message], [signature.subarray(1)], [key])).toContain("Invalid signature format");
    expect(batch([message], [signature], [key.subarray(1)])).toContain("Invalid public key format");
  });

  it("signs as RFC 8032 does", () => {
    const sign = (seed: Uint8Array): string =>
      ask({ ed25519_sign: { message: toBase64(message), private_key: toBase64(seed) } });
    expect([toBase64(signature), toHex(signature)]).toContain(sign(seeds[0] as Uint8Array));
    expect(sign((seeds[0] as Uint8Array).subarray(1))).toContain("error");
  });
});

describe("prices", () => {
  const gas = (op: object): number => run(v1, "query", op, new MemoryBackend()).gasUsed;
  const secret = sha256(fromUtf8("k"));
  const hash = sha256(fromUtf8("m"));
  const verify = {
    hash: toBase64(hash),
    signature: toBase64(secp256k1Sign(hash, secret)?.signature as Uint8Array),
    public_key: toBase64(secp256k1PublicKey(secret) as Uint8Array),
  };

  it("are charged each time", () => {
    const once = gas({ secp256k1_verify: { ...verify, times: 1 } });
    const eleven = gas({ secp256k1_verify: { ...verify, times: 11 } });
    expect(eleven - once).toBeGreaterThanOrEqual(10 * Gas.secp256k1Verify);
    expect(eleven - once).toBeLessThan(10 * Gas.secp256k1Verify + 200_000);
  });

  it("of a batch grow with the signatures, and are charged before any is looked at", () => {
    const batch = (count: number) => ({
      ed25519_batch_verify: {
        messages: Array(count).fill(""),
        signatures: Array(count).fill(toBase64(new Uint8Array(64))),
        public_keys: Array(count).fill(toBase64(new Uint8Array(32))),
      },
    });
    expect(gas(batch(3)) - gas(batch(1))).toBeGreaterThanOrEqual(2 * Gas.ed25519BatchEach);
    const limit = 700_000;
    expect(run(v1, "query", batch(100), new MemoryBackend(), limit * 10)).toMatchObject({ abort: "outOfGas" });
  });
});

describe("addresses", () => {
  const zero = "secret1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq3x5k6p";

  it("are checked, read and written for v1", () => {
    const canonical = toBase64(new Uint8Array(20));
    expect(ask({ addr_validate: { address: zero } })).toBe(zero);
    expect(ask({ addr_validate: { address: zero.toUpperCase() } })).toContain("Address is not normalized");
    expect(ask({ addr_validate: { address: "" } })).toContain("Input is empty");
    expect(ask({ addr_validate: { address: `${zero}q` } })).toContain("invalid checksum");
    expect([canonical, "00".repeat(20)]).toContain(ask({ addr_canonicalize: { address: zero } }));
    expect(ask({ addr_canonicalize: { address: "cosmos1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqnrql8a" } })).toContain(
      'wrong address prefix: "cosmos"',
    );
    expect(ask({ addr_canonicalize: { address: ` ${zero}` } })).toContain("error");
    expect(ask({ addr_humanize: { canonical } })).toBe(zero);
  });

  it("are read and written for v0.10, with spaces around", () => {
    const canonical = toBase64(new Uint8Array(20));
    expect([canonical, "00".repeat(20)]).toContain(ask({ canonical_address: { address: zero } }, v010));
    expect([canonical, "00".repeat(20)]).toContain(ask({ canonical_address: { address: ` ${zero}\n` } }, v010));
    expect(ask({ canonical_address: { address: "  " } }, v010)).toContain("input is empty");
    expect(ask({ canonical_address: { address: "short" } }, v010)).toContain("invalid length");
    expect(ask({ human_address: { canonical } }, v010)).toBe(zero);
  });
});
