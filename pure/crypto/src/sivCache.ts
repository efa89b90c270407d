import { toLatin1 } from "@sotto/bytes";
import { Lru } from "./lru.ts";
import { Siv } from "./siv.ts";

/** Prepared AES-SIV keys, by key, the most recently used ones kept. Each holds two native cipher contexts. */
export class SivCache {
  readonly #entries: Lru<string, Siv>;

  constructor(capacity: number) {
    this.#entries = new Lru(capacity);
  }

  /** The prepared key; made now when it is not kept. */
  get(key: Uint8Array): Siv {
    const name = toLatin1(key);
    const found = this.#entries.get(name);
    if (found !== undefined) return found;
    const siv = new Siv(key);
    this.#entries.set(name, siv);
    return siv;
  }
}
