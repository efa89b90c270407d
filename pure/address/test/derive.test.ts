// SPDX-License-Identifier: Apache-2.0
import { fromBase64, fromHex, toHex } from "@sotto/bytes";
import { secp256k1PublicKey, sha256 } from "@sotto/crypto";
import { expect, test } from "vitest";
import {
  accountAddress,
  consensusAddress,
  contractAddress,
  encodeMultisigKey,
  formatAddress,
  moduleAddress,
  multisigAddress,
  prefix,
} from "../src/index.ts";

const hex = (text: string): Uint8Array => fromHex(text) as Uint8Array;

test("the contract address of the vectors (spec/cryptography.md 9)", () => {
  const creator = new Uint8Array(20).fill(0x21);
  const address = contractAddress(1n, 1n, creator);
  expect(toHex(address)).toBe("41e53509287f251722f66dbf11512d26b99f9745");
  expect(formatAddress(address)).toBe("secret1g8jn2zfg0uj3wghkdkl3z5fdy6uel969zn83mx");
  expect(toHex(contractAddress(1n, 2n, creator))).not.toBe(toHex(address));
  expect(toHex(contractAddress(2n, 1n, creator))).not.toBe(toHex(address));
});

test("the consensus address that secret.js's test/test.ts expects", () => {
  const key = fromBase64("KgnRkdlLhDJT/9zxTl3YwUfXevNgYorFV7NjAflVkAg=") as Uint8Array;
  expect(formatAddress(consensusAddress(key), prefix.consensus)).toBe(
    "secretvalcons1rd5gs24he44ufnwawshu3u73lh33cx5z7npzre",
  );
});

test("the address of the curve's generator, known from Bitcoin's hash160", () => {
  const one = new Uint8Array(32);
  one[31] = 1;
  expect(toHex(accountAddress(secp256k1PublicKey(one) as Uint8Array))).toBe("751e76e8199196d454941c45d1b3a323f1433bd6");
});

test("the governance module's account, known from every chain of the SDK", () => {
  expect(formatAddress(moduleAddress("gov"), "cosmos")).toBe("cosmos10d07y265gmmuvt4z0w9aw880jnsr700j6zn9kn");
  expect(formatAddress(moduleAddress("fee_collector"), "cosmos")).toBe("cosmos17xpfvakm2amg962yls6f84z3kell8c5lserqta");
});

test("a multisig key is amino bytes, and its address the start of their hash", () => {
  const keys = [1, 2, 3].map((n) => secp256k1PublicKey(new Uint8Array(32).fill(n)) as Uint8Array);
  const bytes = encodeMultisigKey(2, keys);
  expect(toHex(bytes)).toBe(`22c1f7e20802${keys.map((key) => `1226eb5ae98721${toHex(key)}`).join("")}`);
  expect(toHex(multisigAddress(2, keys))).toBe(toHex(sha256(bytes).slice(0, 20)));
  expect(toHex(multisigAddress(2, [...keys].reverse()))).not.toBe(toHex(multisigAddress(2, keys)));
  const many = Array.from({ length: 200 }, () => keys[0] as Uint8Array);
  expect(toHex(encodeMultisigKey(200, many)).slice(0, 14)).toBe("22c1f7e208c801");
  expect(() => encodeMultisigKey(0, keys)).toThrow(RangeError);
  expect(() => encodeMultisigKey(4, keys)).toThrow(RangeError);
  expect(() => encodeMultisigKey(1, [hex("02")])).toThrow(RangeError);
});

test("keys of another length have no address", () => {
  expect(() => accountAddress(new Uint8Array(32))).toThrow(RangeError);
  expect(() => consensusAddress(new Uint8Array(33))).toThrow(RangeError);
});
