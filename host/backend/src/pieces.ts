// SPDX-License-Identifier: Apache-2.0
import { fromUtf8, join } from "@sotto/bytes";
import { type Body, bodyLength } from "./http.ts";

/**
 * Text as UTF-8, in pieces: a large text is never one string, and a piece goes to another thread
 * without a copy. Each piece owns its memory.
 */
export type Pieces = readonly Uint8Array<ArrayBuffer>[];

/** JSON, as one text where it is small. */
export type JsonText = string | readonly Uint8Array[];

/** Characters of one piece. */
const PIECE = 64 * 1024;
const encoder = new TextEncoder();

/** Collects a text as pieces. */
export class PieceWriter {
  readonly #pieces: Uint8Array<ArrayBuffer>[] = [];
  #text = "";

  write(text: string | Pieces): void {
    if (typeof text === "string") {
      this.#text += text;
      if (this.#text.length >= PIECE) this.#encode();
      return;
    }
    this.#encode();
    this.#pieces.push(...text);
  }

  #encode(): void {
    if (this.#text !== "") this.#pieces.push(encoder.encode(this.#text));
    this.#text = "";
  }

  /** The whole text. */
  finish(): Pieces {
    this.#encode();
    return this.#pieces;
  }
}

/** The bytes of a text. Cost: one copy. */
export const textBytes = (text: JsonText): Uint8Array => (typeof text === "string" ? fromUtf8(text) : join(text));

/** Texts up to this size are joined: a write to a socket costs more than a copy. */
const SHORT = 64 * 1024;

/** A text as the body of an answer: in one piece where that is short. */
export function textBody(text: JsonText): Body {
  if (typeof text === "string") return fromUtf8(text);
  return bodyLength(text) <= SHORT ? join(text) : text;
}

/** A short text as one piece. */
export const textPieces = (text: string): Pieces => [encoder.encode(text)];
