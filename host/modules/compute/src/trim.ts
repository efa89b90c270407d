// SPDX-License-Identifier: Apache-2.0
const SPACE = "[\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const LEADING = new RegExp(`^${SPACE}+`);
const ANY = new RegExp(SPACE);

/**
 * Go's strings.TrimSpace: trims Unicode's White_Space. JavaScript's trim differs in two characters.
 */
export function trimSpace(text: string): string {
  let end = text.length;
  while (end > 0 && ANY.test(text[end - 1] as string)) end--;
  return text.slice(0, end).replace(LEADING, "");
}
