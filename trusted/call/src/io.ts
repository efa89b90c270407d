// SPDX-License-Identifier: Apache-2.0
import { equals, toLatin1 } from "@sotto/bytes";
import { createSiv, RecentMap, type Siv } from "@sotto/crypto";
import { buildEnvelope, isBoundNonce, open, parseEnvelope, seal, txKey } from "@sotto/message";
import { IO_AGREEMENTS } from "./limits.ts";

/**
 * The key of one client message, of all answers to it and of every call under it
 * (spec/cryptography.md 5.2).
 */
export interface IoSession {
  readonly nonce: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly siv: Siv;
  /** Its messages name sender and target (docs/spec/bound-messages.md). */
  readonly isBound: boolean;
}

/** A decrypted message. */
export interface OpenedMessage {
  readonly session: IoSession;
  readonly plaintext: Uint8Array;
}

/** The wire form of a message to a contract. */
export const sealMessage = ({ nonce, publicKey, siv }: IoSession, plaintext: Uint8Array): Uint8Array =>
  buildEnvelope({ nonce, publicKey, ciphertext: seal(siv, plaintext) });

/** Decrypts client messages, and caches expensive derivations. */
export class IoSessions {
  readonly #agree: (publicKey: Uint8Array) => Uint8Array | undefined;
  readonly #agreements = new RecentMap<string, Uint8Array>(IO_AGREEMENTS);
  /** All ciphertexts of a running call came with its message, so one session is enough to cache. */
  #last: IoSession | undefined;

  constructor(agree: (publicKey: Uint8Array) => Uint8Array | undefined) {
    this.#agree = agree;
  }

  /**
   * A message's session and plaintext; undefined unless a client with an honest key encrypted it.
   */
  openMessage(wire: Uint8Array): OpenedMessage | undefined {
    const envelope = parseEnvelope(wire);
    if (envelope === undefined) return undefined;
    const session = this.#session(envelope.nonce, envelope.publicKey);
    const plaintext = session === undefined ? undefined : open(session.siv, envelope.ciphertext);
    return session === undefined || plaintext === undefined ? undefined : { session, plaintext };
  }

  #session(nonce: Uint8Array, publicKey: Uint8Array): IoSession | undefined {
    const last = this.#last;
    if (last !== undefined && equals(last.nonce, nonce) && equals(last.publicKey, publicKey)) return last;
    const isBound = isBoundNonce(nonce);
    // A bound message has its own key, so in the cache it would only displace keys that are used
    // repeatedly.
    const shared = isBound ? this.#agree(publicKey) : this.#shared(publicKey);
    if (shared === undefined) return undefined;
    const siv = createSiv(txKey(shared, nonce));
    // Copies: both are views of the message. Not slice(), because a Buffer's shares memory.
    this.#last = { nonce: new Uint8Array(nonce), publicKey: new Uint8Array(publicKey), siv, isBound };
    return this.#last;
  }

  #shared(publicKey: Uint8Array): Uint8Array | undefined {
    const client = toLatin1(publicKey);
    const found = this.#agreements.get(client);
    if (found !== undefined) return found;
    const made = this.#agree(publicKey);
    if (made !== undefined) this.#agreements.set(client, made);
    return made;
  }
}
