/**
 * Bytes that must not leave the enclave. Nothing prints them: a string, JSON, an inspection or a clone of a Secret
 * holds no byte of it. `expose` is the one way in, and easy to search for.
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

  /** The bytes themselves, not a copy. Do not keep them. */
  expose(): Uint8Array {
    return this.#bytes;
  }

  toString(): string {
    return "[secret]";
  }
}
