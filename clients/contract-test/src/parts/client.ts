// SPDX-License-Identifier: Apache-2.0
/** A client of contracts: encrypts like secret.js and decrypts answers. */
import { fromUtf8, toUtf8 } from "@sotto/bytes";
import { sha256, X25519Key } from "@sotto/crypto";
import {
  agreeMessageKey,
  type Binding,
  boundNonce,
  encryptBoundMessage,
  encryptMessage,
  type MessageKey,
} from "@sotto/message";

export const text = (bytes: Uint8Array): string => {
  const out = toUtf8(bytes);
  if (out === undefined) throw new Error("not UTF-8");
  return out;
};

/** The decrypted bytes. Throws when there are none. */
export const opened = (bytes: Uint8Array | undefined): Uint8Array => {
  if (bytes === undefined) throw new Error("does not decrypt");
  return bytes;
};

/** An encrypted message, with the key that opens its answers. */
export interface EncryptedMessage {
  readonly wire: Uint8Array;
  readonly key: MessageKey;
}

let nonces = 0;
/** Each number once in a process: a chain refuses a repeated nonce for another contract. */
const nextNonce = (): number => nonces++;

export class Client {
  readonly #key: X25519Key;
  readonly #io: Uint8Array;
  readonly #next: () => number;

  /** `io`: the network's public key. `next`: numbers of the nonces. */
  constructor(name: string, io: Uint8Array, next: () => number = nextNonce) {
    this.#key = new X25519Key(sha256(fromUtf8(`client ${name}`)));
    this.#io = io;
    this.#next = next;
  }

  encrypt(codeHash: string, message: unknown): EncryptedMessage {
    return this.encryptText(codeHash, JSON.stringify(message));
  }

  encryptText(codeHash: string, json: string): EncryptedMessage {
    return this.encryptUnder(this.#nonce(), codeHash, json);
  }

  encryptUnder(nonce: Uint8Array, codeHash: string, json: string): EncryptedMessage {
    const key = this.#agree(this.#key, nonce);
    return { wire: encryptMessage(key, codeHash, json), key };
  }

  /** Encrypts for one sender and target, with a separate key (docs/spec/bound-messages.md). */
  encryptBound(codeHash: string, message: unknown, binding: Binding): EncryptedMessage {
    const random = this.#nonce();
    const key = this.#agree(new X25519Key(random), boundNonce(random.subarray(0, 24)));
    return { wire: encryptBoundMessage(key, codeHash, JSON.stringify(message), binding), key };
  }

  #nonce(): Uint8Array {
    return sha256(fromUtf8(`nonce ${this.#next()}`));
  }

  #agree(own: X25519Key, nonce: Uint8Array): MessageKey {
    const key = agreeMessageKey(own, this.#io, nonce);
    if (key === undefined) throw new Error("the network's key is of low order");
    return key;
  }
}
