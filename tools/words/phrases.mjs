// SPDX-License-Identifier: Apache-2.0
import { commentsOf, hasComments } from "./comments.mjs";

/**
 * Words and shapes of sentences that readers of other languages do not understand at once, or that
 * have another name in the glossary of ARCHITECTURE.md.
 * @type {readonly { pattern: RegExp, instead: string }[]}
 */
const phrases = [
  { pattern: /\banew\b/i, instead: "again, a second time, or a verb with re-" },
  { pattern: /\bof (ours|our own)\b/i, instead: "a noun: Sotto's, this package's" },
  { pattern: /\b(is|are|limits?:) ours\b/i, instead: "a noun: Sotto's, this package's" },
  { pattern: /\bnone of\b/i, instead: "no, not" },
  { pattern: /\b(that|which) (is|are) none\b/i, instead: "invalid, not a ..." },
  { pattern: /\bdoors?\b/i, instead: "endpoint, API, entry" },
  { pattern: /\btests? of the house\b|\bhouse checks?\b/i, instead: "repository checks" },
  { pattern: /\bcross(es|ed|ing)? the line\b|\bacross the line\b/i, instead: "trust boundary" },
  { pattern: /\b(chain|host|node|sender|enclave)'s word\b/i, instead: "not verified" },
  { pattern: /\b(known|only|left|up|open) to (who|what)\b/i, instead: "a noun" },
  { pattern: /\b(whoever|whomever|whatsoever)\b/i, instead: "a noun: the caller, a user, any ..." },
  { pattern: /\bfor who\b|\bto who\b|\bof who\b|\bby who\b/i, instead: "a noun" },
  { pattern: /\b(accounts?|one|those|anybody|somebody|nobody) who\b/i, instead: "a noun that says the role" },
  { pattern: /\bwhat (became|becomes) of\b/i, instead: "the result of" },
  { pattern: /\b(is|are) (settled|done|gone) for good\b/i, instead: "stays ..." },
  { pattern: /\bas it (stands|lies)\b|\bas they (stand|lie)\b/i, instead: "unchanged, current" },
  { pattern: /\bfor nothing\b/i, instead: "free, without gas" },
  { pattern: /\bmakes? room for\b/i, instead: "gives its slot to" },
  { pattern: /\bis no (use|part|business)\b/i, instead: "a verb with not" },
];

/** Code, quotations and addresses of links are not prose. @param {string} line */
const proseOf = (line) => line.replace(/`[^`]*`|"[^"]*"|\]\([^)]*\)/g, "``");

/**
 * The lines of prose in a file with their numbers from 1: of a document all but its code, of a
 * program its comments.
 * @param {string} path
 * @param {string} text
 * @returns {{ line: number, text: string }[]}
 */
function linesOf(path, text) {
  if (hasComments(path))
    return commentsOf(path, text).flatMap((comment) =>
      comment.lines.map((line, i) => ({ line: comment.at + i + 1, text: line })),
    );
  if (!path.endsWith(".md")) return [];
  let isCode = false;
  const lines = text.split("\n").map((line) => {
    if (line.startsWith("```")) isCode = !isCode;
    return isCode || line.startsWith("```") ? "" : line;
  });
  // Inline code may go over the end of a line, but not of a paragraph or a row of a table.
  const prose = lines
    .join("\n")
    .replace(/(?:^[^|\n].*\n?)+/gm, (paragraph) =>
      paragraph.replace(/`[^`]*`/g, (code) => code.replace(/[^\n]/g, "`")),
    );
  return prose.split("\n").map((line, i) => ({ line: i + 1, text: line }));
}

/**
 * @param {string} path
 * @param {string} text
 * @returns {string[]}
 */
export function findPhrases(path, text) {
  return linesOf(path, text).flatMap(({ line, text: prose }) =>
    phrases.flatMap(({ pattern, instead }) => {
      const match = pattern.exec(proseOf(prose));
      return match === null ? [] : [`${path}:${line}: "${match[0]}" is hard to read (write: ${instead})`];
    }),
  );
}
