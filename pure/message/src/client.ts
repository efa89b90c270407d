// SPDX-License-Identifier: Apache-2.0
import { concat, fromUtf8 } from "@sotto/bytes";
import { createSiv, type Siv, type X25519Key } from "@sotto/crypto";
import { assert } from "@sotto/errors";
import { type Binding, boundHeader, isBoundNonce } from "./binding.ts";
import { buildEnvelope } from "./envelope.ts";
import { txKey } from "./kdf.ts";
import { open, openData, seal } from "./output.ts";
import { buildPlaintext } from "./plaintext.ts";

/** The key of one message and of its answers, as the client that sends it holds it. */
export interface MessageKey {
  readonly nonce: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly siv: Siv;
}

/**
 * Agrees on the key of one message. `nonce` must be 32 fresh random bytes. Undefined when the
 * network's key is a point of low order.
 */
export function agreeMessageKey(client: X25519Key, ioPublicKey: Uint8Array, nonce: Uint8Array): MessageKey | undefined {
  const shared = client.agree(ioPublicKey);
  if (shared === undefined) return undefined;
  return { nonce, publicKey: client.publicKey, siv: createSiv(txKey(shared, nonce)) };
}

/** Code hashes as people write them: 0x in front and upper case are accepted by secret.js. */
const plainHash = (codeHash: string): string =>
  (codeHash.startsWith("0x") ? codeHash.slice(2) : codeHash).toLowerCase();

/**
 * The wire form of a message or query for a contract of this code hash. `json` is the text for the
 * contract.
 */
export function encryptMessage(key: MessageKey, codeHash: string, json: string): Uint8Array {
  const ciphertext = seal(key.siv, buildPlaintext(plainHash(codeHash), [], fromUtf8(json)));
  return buildEnvelope({ nonce: key.nonce, publicKey: key.publicKey, ciphertext });
}

/**
 * The same in the bound form (docs/spec/bound-messages.md): the key must be fresh, and its nonce
 * one of `boundNonce`.
 */
export function encryptBoundMessage(key: MessageKey, codeHash: string, json: string, binding: Binding): Uint8Array {
  assert(isBoundNonce(key.nonce), "the nonce of a bound message has the mark");
  const text = concat(boundHeader(binding), fromUtf8(json));
  const ciphertext = seal(key.siv, buildPlaintext(plainHash(codeHash), [], text));
  return buildEnvelope({ nonce: key.nonce, publicKey: key.publicKey, ciphertext });
}

/**
 * Output data of a transaction, or the answer of a query; undefined when it is not for this key.
 */
export const decryptOutput = (key: MessageKey, ciphertext: Uint8Array): Uint8Array | undefined =>
  openData(key.siv, ciphertext);

/** The text of an encrypted error. */
export const decryptError = (key: MessageKey, ciphertext: Uint8Array): Uint8Array | undefined =>
  open(key.siv, ciphertext);
