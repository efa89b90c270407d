// SPDX-License-Identifier: Apache-2.0
import { FEW_PIECES, TextBuilder } from "./textBuilder.ts";

/**
 * Whether every UTF-16 unit is printable ASCII other than `"` and `\` (and, for Go, `<`, `>`, `&`):
 * there is no escape.
 */
function isPlain(text: string, html: boolean): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code > 0x7e || code === 0x22 || code === 0x5c) return false;
    if (html && (code === 0x26 || code === 0x3c || code === 0x3e)) return false;
  }
  return true;
}

/**
 * A JSON string with its quotes as Rust's serde_json writes it: only `"`, `\` and control
 * characters are escaped. A lone surrogate, which Rust text cannot hold, is written as an escape.
 */
export function jsonString(text: string): string {
  return text.length < 64 && isPlain(text, false) ? `"${text}"` : JSON.stringify(text);
}

/**
 * A JSON string with its quotes as Go's encoding/json writes it: `<`, `>`, `&`, U+2028 and U+2029
 * are escaped too, and a lone surrogate becomes `\ufffd`. Sign bytes of every amino document depend
 * on it.
 */
export function goJsonString(text: string): string {
  return isPlain(text, true) ? `"${text}"` : escapeGo(text);
}

function escapeGo(text: string): string {
  let out = '"';
  let many: TextBuilder | undefined;
  let from = 0;
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    let escaped: string | undefined;
    if (code < 0x80) {
      if (code >= 0x20 && code !== 0x22 && code !== 0x5c && code !== 0x26 && code !== 0x3c && code !== 0x3e) continue;
      escaped = escapeAscii(code);
    } else if (code === 0x2028 || code === 0x2029) escaped = `\\u${code.toString(16)}`;
    else if (code >= 0xd800 && code < 0xe000) {
      const next = text.charCodeAt(i + 1);
      if (code < 0xdc00 && next >= 0xdc00 && next < 0xe000) {
        i++;
        continue;
      }
      escaped = "\\ufffd";
    } else continue;
    const piece = text.slice(from, i) + escaped;
    if (++count < FEW_PIECES) out += piece;
    else {
      many ??= new TextBuilder();
      many.add(piece);
    }
    from = i + 1;
  }
  return `${out}${many === undefined ? "" : many.text()}${text.slice(from)}"`;
}

function escapeAscii(code: number): string {
  switch (code) {
    case 0x22:
      return '\\"';
    case 0x5c:
      return "\\\\";
    case 0x08:
      return "\\b";
    case 0x0c:
      return "\\f";
    case 0x0a:
      return "\\n";
    case 0x0d:
      return "\\r";
    case 0x09:
      return "\\t";
    default:
      return `\\u00${code < 16 ? "0" : ""}${code.toString(16)}`;
  }
}

/**
 * Order of the UTF-8 bytes of two strings, which is the order of their code points: Go's and Rust's
 * order of text. JavaScript's own order differs where surrogate pairs meet U+E000 to U+FFFF.
 */
export function compareText(a: string, b: string): number {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) {
    let x = a.charCodeAt(i);
    let y = b.charCodeAt(i);
    if (x === y) continue;
    // A surrogate is part of a code point above every other unit.
    if (x >= 0xd800 && y >= 0xd800) {
      if (x < 0xe000) x += 0x2000;
      else x -= 0x800;
      if (y < 0xe000) y += 0x2000;
      else y -= 0x800;
    }
    return x - y;
  }
  return a.length - b.length;
}
