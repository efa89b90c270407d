// SPDX-License-Identifier: Apache-2.0
import { fromUtf8, join } from "@sotto/bytes";
import { SdkError } from "@sotto/errors";

/**
 * The text that a signing device shows at one time (ADR-050). Empty title and content, indent 0 and
 * expert false are not encoded.
 */
export interface Screen {
  readonly title: string;
  readonly content: string;
  readonly indent: number;
  /** Shown only on request of the user. */
  readonly expert: boolean;
}

/**
 * Limit: one byte of a transaction can become 60 bytes of screens, and no user reads this many. The
 * reference has no limit.
 */
const MAX_SCREENS = 20_000;

/** Collects screens in their order. */
export class Screens {
  readonly list: Screen[] = [];
  /** The flag of the screens that are added next. */
  expert = false;

  add(title: string, content: string, indent: number): void {
    if (this.list.length >= MAX_SCREENS) throw SdkError.invalidRequest("too many screens");
    this.list.push({ title, content, indent, expert: this.expert });
  }
}

const Major = { uint: 0x00, text: 0x60, array: 0x80, map: 0xa0 } as const;
const TRUE = 0xf5;

/** The first bytes of a CBOR item, its number in the shortest form (RFC 8949, 3 and 4.2.1). */
function head(major: number, n: number): number[] {
  if (n < 24) return [major | n];
  if (n < 0x100) return [major | 24, n];
  if (n < 0x1_0000) return [major | 25, n >> 8, n & 255];
  return [major | 26, n >>> 24, (n >> 16) & 255, (n >> 8) & 255, n & 255];
}

/**
 * Deterministic CBOR of the sign document: a map from 1 to the array of screens (ADR-050, annex 1).
 * Cost: linear.
 */
export function encodeScreens(screens: readonly Screen[]): Uint8Array {
  const parts: ArrayLike<number>[] = [[...head(Major.map, 1), 1, ...head(Major.array, screens.length)]];
  for (const { title, content, indent, expert } of screens) {
    const keys = (title === "" ? 0 : 1) + (content === "" ? 0 : 1) + (indent === 0 ? 0 : 1) + (expert ? 1 : 0);
    parts.push([Major.map | keys]);
    if (title !== "") pushText(parts, 1, title);
    if (content !== "") pushText(parts, 2, content);
    if (indent !== 0) parts.push([3, ...head(Major.uint, indent)]);
    if (expert) parts.push([4, TRUE]);
  }
  return join(parts);
}

function pushText(parts: ArrayLike<number>[], key: number, text: string): void {
  const bytes = fromUtf8(text);
  parts.push([key, ...head(Major.text, bytes.length)], bytes);
}
