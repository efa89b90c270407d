// SPDX-License-Identifier: Apache-2.0
/**
 * Default limit of values in a JSON text. Hazard: a value of three bytes, `{},`, is an object of
 * 200 bytes in memory, so a limit of length alone does not bound memory.
 */
export const MAX_JSON_VALUES = 65_536;

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;

const opens = (code: number): boolean => code === 0x5b || code === 0x7b;
const closes = (code: number): boolean => code === 0x5d || code === 0x7d;
const isSpace = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;

/** Past a string that begins at `at`. */
function skipString(bytes: Uint8Array, at: number): number {
  for (let i = at + 1; i < bytes.length; i++) {
    const code = bytes[i] as number;
    if (code === BACKSLASH) i++;
    else if (code === QUOTE) return i;
  }
  return bytes.length;
}

/**
 * The number of values that `parseJson` would make of a text, at most `most + 1`: objects, arrays
 * and scalars, without keys. Exact for JSON; for other text any number. No allocation. Cost:
 * linear, 1 to 2 ns a byte.
 */
export function countJsonValues(bytes: Uint8Array, most: number): number {
  let count = 1;
  let before = 0;
  for (let i = 0; i < bytes.length && count <= most; i++) {
    const code = bytes[i] as number;
    if (isSpace(code)) continue;
    if (code === QUOTE) i = skipString(bytes, i);
    if (opens(before) ? !closes(code) : before === COMMA) count++;
    before = code;
  }
  return count;
}
