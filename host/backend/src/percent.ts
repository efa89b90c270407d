// SPDX-License-Identifier: Apache-2.0
/** Percent-decoded text; undefined when it is not UTF-8 or an escape is cut. */
export function percentDecode(text: string): string | undefined {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    // decodeURIComponent reports errors only by throwing.
    return undefined;
  }
}
