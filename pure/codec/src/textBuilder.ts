/** So many pieces of a text may be put together with `+=`, which is the fastest for few. */
export const FEW_PIECES = 256;

/**
 * A text of many pieces. Hazard: `+=` makes no text but a rope, of 32 bytes and the piece for each,
 * and V8 keeps it until somebody reads it: ten megabytes of one-letter pieces are half a gigabyte.
 * Cost: linear.
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
