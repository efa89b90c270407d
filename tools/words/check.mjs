// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { listCommittable } from "../source/files.mjs";
import { isCovered } from "./folders.mjs";
import { findPhrases } from "./phrases.mjs";
import { reflow } from "./reflow.mjs";

/**
 * Text that a public repository must not contain. Each pattern is written so that it does not match
 * this file.
 * @type {readonly { pattern: RegExp, why: string }[]}
 */
const refused = [
  {
    pattern: /https?:\/\/[\w.-]*(registry|artifactory|nexus|verdaccio|npmjs|npmmirror)[\w.-]*/i,
    why: "a registry host",
  },
  { pattern: /\bregistry\s*=\s*["']?https?:/i, why: "a registry setting" },
  { pattern: /https?:\/\/(10|192\.168|172\.(1[6-9]|2\d|3[01]))\.\d+\.\d+/, why: "a private host" },
  { pattern: /(^|[\s"'`(=:])\/(work|farm|root|home\/[a-z]\w*|Users\/\w+)\//, why: "a path of one machine" },
  { pattern: /\b[A-Z]:\\Users\\/, why: "a path of one machine" },
  { pattern: /\bshared\/(spec|design|facts|vectors|tools|hooks)\//, why: "a folder outside the repository" },
  {
    pattern: /\b(cl[a]ude|anth[r]opic|open[a]i|chat-?g[p]t|co-?p[i]lot)\b/i,
    why: "how the code was written is no part of it",
  },
  {
    pattern: /\b(sub-?agent|language mod[e]l|helper agen[t]|the lea[d] said|this sessio[n])\b/i,
    why: "how the code was written",
  },
  { pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----/, why: "a private key" },
];

const BINARY = /\.(wasm|gz|png|ico|woff2?|zip|node)$/;
/** Facts and answers of other programs, and the lock, which `tools/lock` checks. */
const SKIPPED = /^(vectors\/|contracts\/(.+\/)?Cargo\.lock$|package-lock\.json$|tools\/(oracle|sdkapp)\/go\.sum$)/;

/**
 * @param {string} path
 * @param {string} text
 * @returns {string[]}
 */
export function findWords(path, text) {
  /** @type {string[]} */
  const found = [];
  text.split("\n").forEach((line, i) => {
    for (const { pattern, why } of refused) {
      const match = pattern.exec(line);
      if (match) found.push(`${path}:${i + 1}: ${match[0].trim()} (${why})`);
    }
  });
  return found;
}

/**
 * @param {string} path
 * @param {string} text
 * @returns {string[]}
 */
export const findLongComments = (path, text) =>
  reflow(path, text) === text ? [] : [`${path}: a comment is wider than 100 columns: node tools/words/reflow.mjs`];

/**
 * @param {string} base
 * @returns {{ files: number, problems: string[] }}
 */
export function checkWords(base) {
  const files = listCommittable(base).filter((path) => !BINARY.test(path) && !SKIPPED.test(path));
  return {
    files: files.length,
    problems: files.flatMap((path) => {
      const text = readFileSync(join(base, path), "utf8");
      const prose = isCovered(path) ? [...findPhrases(path, text), ...findLongComments(path, text)] : [];
      return [...findWords(path, text), ...prose];
    }),
  };
}
