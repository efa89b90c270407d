// SPDX-License-Identifier: Apache-2.0
/**
 * Bytes that must not leave the enclave. They cannot be printed: a string, JSON, an inspection or a
 * clone of a Secret has no byte of it. `expose` is the only access, and easy to search for.
 */
export class Secret {
  readonly #bytes: Uint8Array;

  /** Takes a copy. */
  constructor(bytes: Uint8Array) {
    this.#bytes = new Uint8Array(bytes);
  }

  get length(): number {
    return this.#bytes.length;
  }

  /** The bytes themselves, not a copy. Do not store them. */
  expose(): Uint8Array {
    return this.#bytes;
  }

  toString(): string {
    return "[secret]";
  }
}
