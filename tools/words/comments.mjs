// SPDX-License-Identifier: Apache-2.0
import { parseText, visit } from "../source/syntax.mjs";

/** Columns of a comment line. */
export const COLUMNS = 100;

/** @typedef {{ at: number, indent: string, isBlock: boolean, lines: readonly string[] }} Comment */

/** Instructions for tools, which must stay on their line. */
const DIRECTIVE = /^\/\/(\/|!|#| ?(@ts-|biome-ignore|@__))/;
const CODE = /\.(ts|mts|mjs|js)$/;

/** @param {string} path */
export const hasComments = (path) => CODE.test(path);

/**
 * Numbers of the lines that begin inside a template literal, from 0.
 * @param {string} path
 * @param {string} text
 */
function linesOfTemplates(path, text) {
  const source = parseText(path, text);
  /** @type {Set<number>} */
  const lines = new Set();
  visit(source.module, (node) => {
    if (node.type !== "TemplateElement") return;
    for (let line = source.lineOf(node); line < source.endLineOf(node); line++) lines.add(line);
  });
  return lines;
}

/**
 * Comments that have their lines for themselves: blocks, and runs of line comments.
 * @param {string} path
 * @param {string} text
 * @returns {Comment[]}
 */
export function commentsOf(path, text) {
  const lines = text.split("\n");
  // Cost: a parse takes milliseconds, and few files have a template over several lines.
  const isOdd = (/** @type {string} */ line) => line.split("`").length % 2 === 0;
  const inTemplate = lines.some(isOdd) ? linesOfTemplates(path, text) : new Set();
  /** @type {Comment[]} */
  const found = [];
  for (let at = 0; at < lines.length; at++) {
    const [, indent = "", start] = /^([ \t]*)(\/\*\*|\/\/)/.exec(lines[at] ?? "") ?? [];
    if (start === undefined || inTemplate.has(at)) continue;
    let end = at + 1;
    if (start === "/**") {
      while (end < lines.length && !lines[end - 1]?.includes("*/")) end++;
      if (!lines[end - 1]?.trimEnd().endsWith("*/")) continue;
    } else {
      if (DIRECTIVE.test((lines[at] ?? "").trim())) continue;
      const isNext = (/** @type {string | undefined} */ line) =>
        line?.startsWith(`${indent}//`) === true && !DIRECTIVE.test(line.trim());
      while (end < lines.length && isNext(lines[end])) end++;
    }
    found.push({ at, indent, isBlock: start === "/**", lines: lines.slice(at, end) });
    at = end - 1;
  }
  return found;
}

/**
 * The texts of a comment's lines, without its marks. @param {Comment} comment @returns {string[]}
 */
export function textsOf({ isBlock, lines }) {
  if (!isBlock) return lines.map((line) => line.trim().replace(/^\/\/ ?/, ""));
  const texts = lines.map((line, i) =>
    line
      .trim()
      .replace(i === 0 ? /^\/\*\* ?/ : /^\* ?(?!\/)/, "")
      .replace(/ ?\*\/$/, ""),
  );
  if (texts[0] === "") texts.shift();
  if (texts.at(-1) === "" || texts.at(-1) === "*/") texts.pop();
  return texts;
}
