import { compare, fromLatin1, toLatin1 } from "@sotto/bytes";
import type { KvRead, KvWrite } from "@sotto/store";

/** Keys are kept as latin1 text: their UTF-16 order is their byte order. */
const byText = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]) => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Writes over a reader, invisible to it until merged. Reads cost one map lookup; iteration sorts the writes in range.
 */
export class Overlay implements KvWrite {
  readonly #below: KvRead;
  readonly #writes = new Map<string, Uint8Array | undefined>();

  constructor(below: KvRead) {
    this.#below = below;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    const text = toLatin1(key);
    const written = this.#writes.get(text);
    if (written !== undefined) return written;
    return this.#writes.has(text) ? undefined : this.#below.get(key);
  }

  has(key: Uint8Array): boolean {
    const text = toLatin1(key);
    return this.#writes.has(text) ? this.#writes.get(text) !== undefined : this.#below.has(key);
  }

  set(key: Uint8Array, value: Uint8Array): void {
    this.#writes.set(toLatin1(key), value);
  }

  delete(key: Uint8Array): void {
    this.#writes.set(toLatin1(key), undefined);
  }

  /** Merges below and writes in order. Hazard: writing while iterating shows only what was there at the start. */
  *iterate(
    start: Uint8Array | undefined,
    end: Uint8Array | undefined,
    reverse = false,
  ): Iterable<readonly [Uint8Array, Uint8Array]> {
    const sign = reverse ? -1 : 1;
    const mine = this.#range(start, end);
    if (reverse) mine.reverse();
    let at = 0;
    for (const [key, value] of this.#below.iterate(start, end, reverse)) {
      let shadowed = false;
      while (at < mine.length && !shadowed) {
        const [text, written] = mine[at] as readonly [string, Uint8Array | undefined];
        const own = fromLatin1(text);
        const order = compare(own, key) * sign;
        if (order > 0) break;
        at++;
        if (written !== undefined) yield [own, written];
        shadowed = order === 0;
      }
      if (!shadowed) yield [key, value];
    }
    for (; at < mine.length; at++) {
      const [text, written] = mine[at] as readonly [string, Uint8Array | undefined];
      if (written !== undefined) yield [fromLatin1(text), written];
    }
  }

  /** Applies the writes to `target` in the order of their first write, and forgets them. */
  writeTo(target: Pick<KvWrite, "set" | "delete">): void {
    for (const [text, value] of this.#writes) {
      if (value === undefined) target.delete(fromLatin1(text));
      else target.set(fromLatin1(text), value);
    }
    this.#writes.clear();
  }

  /** The writes in byte order of their keys. */
  changes(): readonly (readonly [Uint8Array, Uint8Array | undefined])[] {
    return [...this.#writes].sort(byText).map(([text, value]) => [fromLatin1(text), value] as const);
  }

  get isEmpty(): boolean {
    return this.#writes.size === 0;
  }

  #range(start: Uint8Array | undefined, end: Uint8Array | undefined): (readonly [string, Uint8Array | undefined])[] {
    const low = start === undefined ? undefined : toLatin1(start);
    const high = end === undefined ? undefined : toLatin1(end);
    const rows: (readonly [string, Uint8Array | undefined])[] = [];
    for (const row of this.#writes) {
      if ((low === undefined || row[0] >= low) && (high === undefined || row[0] < high)) rows.push(row);
    }
    return rows.sort(byText);
  }
}
