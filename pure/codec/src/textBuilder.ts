// SPDX-License-Identifier: Apache-2.0
/** So many pieces of a text may be put together with `+=`, which is the fastest for few. */
export const FEW_PIECES = 256;

/**
 * A text of many pieces. Hazard: `+=` makes a rope, with 32 bytes and the piece for each, which V8
 * holds until the text is read: ten megabytes of one-letter pieces are half a gigabyte. Cost:
 * linear.
 */
export class TextBuilder {
  #text = "";
  readonly #waiting: string[] = [];

  add(piece: string): void {
    if (this.#waiting.push(piece) === FEW_PIECES) this.text();
  }

  text(): string {
    this.#text += this.#waiting.join("");
    this.#waiting.length = 0;
    return this.#text;
  }
}
