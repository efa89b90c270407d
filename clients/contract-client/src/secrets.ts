// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from "@noble/hashes/utils.js";
import { base64 } from "@scure/base";
import { chainIdOf, type Permit, type SecretClient } from "./secretClient.ts";

/** 32 random bytes as base64: a contract's `entropy` or `prng_seed`. */
export const entropy = (): string => base64.encode(randomBytes(32));

/**
 * Permits of one account for one contract, each signed once. They are bearer secrets without an end
 * date: they stay in this object, and printing it does not show them.
 */
export class Permits {
  readonly #client: SecretClient;
  readonly #contract: string;
  readonly #chainId: string;
  readonly #isKeplr: boolean;
  #name = newName();
  readonly #signed = new Map<string, Promise<Permit>>();

  constructor(client: SecretClient, contract: string, { chainId = chainIdOf(client), keplr = false } = {}) {
    this.#client = client;
    this.#contract = contract;
    this.#chainId = chainId;
    this.#isKeplr = keplr;
  }

  /** The name under which all of them can be revoked. */
  get name(): string {
    return this.#name;
  }

  /**
   * Signs on first use: a wallet asks its user then. A failed signature is asked for again later.
   */
  for(permission: string): Promise<Permit> {
    const known = this.#signed.get(permission);
    if (known !== undefined) return known;
    const { permit } = this.#client.utils.accessControl;
    const made = permit.sign(
      this.#client.address,
      this.#chainId,
      this.#name,
      [this.#contract],
      [permission],
      this.#isKeplr,
    );
    this.#signed.set(permission, made);
    made.catch(() => this.#signed.delete(permission));
    return made;
  }

  /** Drops them; later ones have another name. */
  forget(): void {
    this.#signed.clear();
    this.#name = newName();
  }
}

const newName = (): string => `client ${base64.encode(randomBytes(9))}`;

/** A viewing key. Its text is read by `expose` only: printing the object does not show it. */
export class ViewingKey {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** 32 random bytes. */
  static random(): ViewingKey {
    return new ViewingKey(entropy());
  }

  expose(): string {
    return this.#text;
  }

  toString(): string {
    return "[viewing key]";
  }

  toJSON(): string {
    return this.toString();
  }
}
