// SPDX-License-Identifier: Apache-2.0
// Wraps comment lines at 100 columns. Code does not change: the syntax trees are compared.
// Usage: node tools/words/reflow.mjs [path ...]      all covered files without a path
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { listCommittable, root } from "../source/files.mjs";
import { parseText } from "../source/syntax.mjs";
import { COLUMNS, commentsOf, hasComments, textsOf } from "./comments.mjs";
import { isCovered } from "./folders.mjs";

/** A list item, a tag or a line of usage begins a paragraph. */
const MARK = /^(- |\d+\. |@\w+ |[Uu]sage: )/;
/** Words do not break inside of inline code or a JSDoc type. */
const WORD = /(`[^`]*`|\{(?:[^{}]|\{[^{}]*\})*\}|\S)+/g;
/** Tags of one line become lines of their own when the line is too long. */
const TAGS = / (?=@(?:param|returns|type|typedef|template|property)\b)/;

/**
 * @param {string} text
 * @param {number} width
 * @param {string} hang indent of further lines
 * @returns {string[]}
 */
function split(text, width, hang) {
  const indent = /^ */.exec(text)?.[0] ?? "";
  /** @type {string[]} */
  const out = [];
  let line = "";
  for (const word of text.match(WORD) ?? []) {
    const prefix = out.length === 0 ? indent : hang;
    if (line !== "" && prefix.length + line.length + 1 + word.length > width) {
      out.push(prefix + line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...out, (out.length === 0 ? indent : hang) + line];
}

/**
 * Breaks lines that are too long; the rest of a line moves into the next line of its paragraph.
 * @param {readonly string[]} texts
 * @param {number} width
 * @returns {string[]}
 */
export function wrap(texts, width) {
  /** @type {string[]} */
  const out = [];
  /** @type {string | undefined} */
  let rest;
  let hang = "";
  for (const text of texts) {
    const body = text.slice(hang.length);
    const isSame = text.startsWith(hang) && /^[^\s|]/.test(body) && !MARK.test(body);
    let line = text;
    if (rest !== undefined && isSame) line = `${rest} ${body}`;
    else {
      if (rest !== undefined) out.push(rest);
      const mark = MARK.exec(text)?.[1];
      if (mark !== undefined) hang = /^[@Uu]/.test(mark) ? "" : " ".repeat(mark.length);
      else if (!isSame) hang = "";
    }
    rest = undefined;
    const isPlain = /^\S/.test(text) || isSame;
    if (line.length <= width || !isPlain) out.push(line);
    else {
      const parts = split(line, width, hang);
      out.push(...parts.slice(0, -1));
      rest = parts.at(-1);
    }
  }
  return rest === undefined ? out : [...out, rest];
}

/**
 * @param {import("./comments.mjs").Comment} comment
 * @returns {readonly string[]}
 */
function wrapComment(comment) {
  const { indent, isBlock, lines } = comment;
  if (lines.every((line) => line.length <= COLUMNS)) return lines;
  const mark = isBlock ? " * " : "// ";
  const width = COLUMNS - indent.length - mark.length;
  const texts = wrap(
    textsOf(comment).flatMap((text) => (text.length > width ? text.split(TAGS) : [text])),
    width,
  );
  const body = texts.map((text) => (indent + mark + text).trimEnd());
  return isBlock ? [`${indent}/**`, ...body, `${indent} */`] : body;
}

/** @param {string} path @param {string} text */
const treeOf = (path, text) =>
  JSON.stringify(parseText(path, text).module, (key, value) =>
    key === "ctxt" || (typeof value?.start === "number" && typeof value.end === "number") ? undefined : value,
  );

/**
 * A file with its comments wrapped. Throws when anything else would change.
 * @param {string} path
 * @param {string} text
 * @returns {string}
 */
export function reflow(path, text) {
  const lines = text.split("\n");
  if (!hasComments(path) || !lines.some((line) => line.length > COLUMNS && /^\s*(\/\/|\/?\*)/.test(line))) return text;
  for (const comment of commentsOf(path, text).reverse())
    lines.splice(comment.at, comment.lines.length, ...wrapComment(comment));
  const out = lines.join("\n");
  if (out !== text && treeOf(path, out) !== treeOf(path, text)) throw new Error(`${path}: the code would change`);
  return out;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const paths = process.argv.slice(2);
  const files = listCommittable(root).filter(
    (path) => hasComments(path) && (paths.length > 0 ? paths.some((start) => path.startsWith(start)) : isCovered(path)),
  );
  for (const path of files) {
    const text = readFileSync(join(root, path), "utf8");
    const out = reflow(path, text);
    if (out !== text) {
      writeFileSync(join(root, path), out);
      console.log(`wrapped ${path}`);
    }
  }
}
