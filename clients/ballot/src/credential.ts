// SPDX-License-Identifier: Apache-2.0
import { sha256 } from "@noble/hashes/sha2.js";
import { randomBytes } from "@noble/hashes/utils.js";
import { base64 } from "@scure/base";

const SIZE = 32;
const FORM = "ballot credential 1";

/** Text that holds no credential. */
export class CredentialInvalid extends Error {
  override readonly name = "CredentialInvalid";
}

/**
 * What makes an entry count: 32 random bytes, whose hash was registered. It can be changed; the
 * last one counts. Who has it votes in its owner's place, so it is shown by `expose` only. A change
 * that may have taken effect is kept beside the former, until `settle`.
 */
export class Credential {
  #current: Uint8Array;
  #next: Uint8Array | undefined;

  private constructor(current: Uint8Array, next?: Uint8Array) {
    this.#current = current;
    this.#next = next;
  }

  static random(): Credential {
    return new Credential(randomBytes(SIZE));
  }

  /** Reads the text of `expose`. Throws CredentialInvalid. */
  static from(text: string): Credential {
    const [form, current, next, ...others] = text.split(":");
    if (form !== FORM || current === undefined || others.length > 0)
      throw new CredentialInvalid(`this is no credential of a ballot: its text begins with "${FORM}:"`);
    return new Credential(bytesOf(current), next === undefined ? undefined : bytesOf(next));
  }

  /** The text to keep in a safe place, also of a change that is under way. */
  expose(): string {
    const parts = [this.#current, ...(this.#next === undefined ? [] : [this.#next])];
    return [FORM, ...parts.map((part) => base64.encode(part))].join(":");
  }

  /** Whether a change was sent whose outcome is not known. */
  get isChanging(): boolean {
    return this.#next !== undefined;
  }

  /** SHA-256 of the current credential; a registration contains it. */
  get hash(): Uint8Array {
    return sha256(this.#current);
  }

  /** All that may count now, the likelier last. */
  candidates(): readonly Uint8Array[] {
    return this.#next === undefined ? [this.#current] : [this.#current, this.#next];
  }

  /** Begins a change; `expose` has both from here on. Answers the hash of the new one. */
  change(): Uint8Array {
    if (this.#next !== undefined)
      throw new CredentialInvalid("a change of this credential is under way: call settle, or cast with it as it is");
    this.#next = randomBytes(SIZE);
    return sha256(this.#next);
  }

  /** Ends a change: it took effect, or surely did not and never will. */
  settle(tookEffect: boolean): void {
    if (tookEffect && this.#next !== undefined) this.#current = this.#next;
    this.#next = undefined;
  }

  toString(): string {
    return "[credential]";
  }

  toJSON(): string {
    return this.toString();
  }
}

function bytesOf(text: string): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = base64.decode(text);
  } catch {
    throw new CredentialInvalid("this is no credential of a ballot: its bytes are not base64");
  }
  if (bytes.length !== SIZE) throw new CredentialInvalid(`a credential has ${SIZE} bytes, this one ${bytes.length}`);
  return bytes;
}
