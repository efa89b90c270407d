// SPDX-License-Identifier: Apache-2.0
import { secp256k1PublicKey, secp256k1Sign, sha256 } from "@sotto/crypto";
import { expect, test } from "vitest";
import { SignMode, verifySignature } from "../src/index.ts";

const secret = new Uint8Array(32).fill(7);
const message = Uint8Array.of(1, 2, 3);
const own = secp256k1PublicKey(secret) as Uint8Array;
const signature = (secp256k1Sign(sha256(message), secret) as { signature: Uint8Array }).signature;

/** The same X with the other Y. */
const mirrored = Uint8Array.of((own[0] as number) ^ 1, ...own.subarray(1));
/** Not an X coordinate of the curve. */
const noPoint = new Uint8Array(33).fill(5, 1).fill(2, 0, 1);

const holds = (key: Uint8Array): boolean =>
  verifySignature({ kind: "secp256k1", key }, { kind: "single", mode: SignMode.direct }, signature, () => message);

test("keys with cached points have the same verdicts as at first", () => {
  for (const order of [
    [own, mirrored, noPoint],
    [noPoint, mirrored, own],
  ]) {
    for (let turn = 0; turn < 3; turn++) {
      for (const key of order) expect(holds(key)).toBe(key === own);
    }
  }
});

test("a key that its owner changes after a verification is another key", () => {
  const key = new Uint8Array(own);
  expect(holds(key)).toBe(true);
  key.set(mirrored);
  expect(holds(key)).toBe(false);
  key.set(own);
  expect(holds(key)).toBe(true);
});
