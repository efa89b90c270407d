// SPDX-License-Identifier: Apache-2.0
import { existsSync, readFileSync } from "node:fs";
import { basename, join, posix } from "node:path";
import { listCommittable } from "../source/files.mjs";
import { elsewhere, refused } from "./names.mjs";

// A citation may break at the end of a line, inside a comment too.
const SPACE = String.raw`(?:[ \t]+|[ \t]*\r?\n[ \t]*(?:\*|\/\/|#|>)?[ \t]*)`;
const list = (/** @type {string} */ item) => `(${item}(?:(?:,${SPACE}and|,|${SPACE}and|${SPACE}to)${SPACE}${item})*)`;
const SECTIONS = list(String.raw`\d+(?:\.\d+)*`);
const DECISIONS = list(String.raw`(?:ADR${SPACE})?\d{1,4}(?![\d.]*\d)`);
const CITED = `,?${SPACE}(?:sections?${SPACE})?${SECTIONS}`;

/** `spec/gas.md 3.2`; also as code and with the word: `spec/gas.md`, section 3. */
const SPEC = new RegExp(String.raw`\bspec/([a-z-]+)\.md(?:\x60?${CITED})?`, "g");
/** `[gas.md](gas.md), section 3`. */
const LINK = new RegExp(String.raw`\]\(([^()\s#]+\.md)(?:#[^()\s]*)?\)${CITED}`, "g");
/**
 * `section 3.2` is one of the same document, `section 3.2 of [gas.md](gas.md)` one of another. RFCs
 * have their own.
 */
const BEFORE = String.raw`(?<!(?:\.md(?:#[^()\s]*)?[\x60)]*|RFC \d+),?${SPACE})`;
const BEHIND = String.raw`(?!${SPACE}there)(?:${SPACE}of${SPACE}\[[^\]]*\]\(([^()\s#]+\.md))?`;
const OWN = new RegExp(String.raw`${BEFORE}\bsections?${SPACE}${SECTIONS}${BEHIND}`, "g");
const ADR = new RegExp(String.raw`\bADRs?${SPACE}${DECISIONS}`, "g");
const ADR_LINK = new RegExp(String.raw`\[ADR${SPACE}(\d+)\]\(([^()\s]+)\)`, "g");
const WEAKNESS = new RegExp(String.raw`\bweakness(?:es)?${SPACE}${list(String.raw`\d+`)}`, "g");
const DOCUMENT = /(?:[\w-][\w.-]*|\.{1,2})(?:\/[\w.-]+)*\.md\b|(?<=\/)[\w./-]*\w\.md\b/g;

const HEADING = /^#{2,6} (\d+(?:\.\d+)*)\.? /gm;
const BINARY = /\.(wasm|gz|png|ico|woff2?|zip|node|pb|bin)$/;
/** Data of other programs, locks, and the tests with planted violations of this check. */
const SKIPPED =
  /^(vectors\/.*(?<!\.md)$|test\/repository\/|tools\/citations\/names\.mjs$|proto\/facts\/)|(^|\/)(package-lock\.json|Cargo\.lock|go\.sum)$/;

/**
 * Things that can be cited.
 * @typedef {object} Citable
 * @property {ReadonlySet<string>} files every path of the repository
 * @property {ReadonlySet<string>} names last parts of the paths of documents
 * @property {ReadonlyMap<string, ReadonlySet<string>>} sections numbers of headings, by path of a
 * document
 * @property {ReadonlySet<number>} decisions
 * @property {ReadonlySet<number>} weaknesses rows of docs/threats.md
 */

/** @param {string} base @param {readonly string[]} paths @returns {Citable} */
export function citable(base, paths) {
  const documents = paths.filter((path) => path.endsWith(".md"));
  const sections = new Map(
    documents.map((path) => {
      const text = readFileSync(join(base, path), "utf8");
      return [path, new Set([...text.matchAll(HEADING)].map(([, number]) => number ?? ""))];
    }),
  );
  const threats = join(base, "docs/threats.md");
  const rows = existsSync(threats) ? readFileSync(threats, "utf8").matchAll(/^\| ([\d, ]+)[^|]*\|/gm) : [];
  return {
    files: new Set(paths),
    names: new Set(documents.map((path) => basename(path))),
    sections,
    decisions: new Set(documents.flatMap((path) => /^docs\/adr\/(\d{4})-/.exec(path)?.[1] ?? []).map(Number)),
    weaknesses: new Set([...rows].flatMap(([, numbers = ""]) => numbers.match(/\d+/g) ?? []).map(Number)),
  };
}

/** @param {string} text a list of numbers, of ADRs or of sections */
const numbersOf = (text) => text.match(/\d+(?:\.\d+)*/g) ?? [];

/**
 * @param {string} path
 * @param {string} text
 * @param {Citable} known
 * @returns {string[]} one line per citation of what does not exist
 */
export function findCitations(path, text, known) {
  /** @type {{ at: number, what: string }[]} */
  const found = [];
  const add = (/** @type {number} */ at, /** @type {string} */ what) => found.push({ at, what });
  /** @param {RegExpExecArray} match @param {string} document @param {string | undefined} cited */
  const sectionsOf = (match, document, cited) => {
    const there = known.sections.get(document);
    if (there === undefined) return;
    const name = document.replace(/^docs\//, "");
    for (const number of numbersOf(cited ?? "").filter((n) => !there.has(n))) {
      add(match.index, `${name} has no section ${number}`);
    }
  };
  /** @param {RegExpExecArray} match @param {string | undefined} cited */
  const rowsOf = (match, cited) => {
    for (const number of missing(cited, known.weaknesses)) add(match.index, `docs/threats.md has no row ${number}`);
  };
  for (const match of text.matchAll(SPEC)) {
    const document = `docs/spec/${match[1]}.md`;
    if (!known.files.has(document)) add(match.index, `docs/spec has no document ${match[1]}.md`);
    sectionsOf(match, document, match[2]);
  }
  for (const match of text.matchAll(LINK)) {
    const document = posix.join(posix.dirname(path), match[1] ?? "");
    if (document === "docs/threats.md") rowsOf(match, match[2]);
    else sectionsOf(match, document, match[2]);
  }
  if ((known.sections.get(path)?.size ?? 0) > 0) {
    for (const match of text.matchAll(OWN)) {
      sectionsOf(match, match[2] === undefined ? path : posix.join(posix.dirname(path), match[2]), match[1]);
    }
  }
  for (const match of text.matchAll(WEAKNESS)) rowsOf(match, match[1]);
  for (const match of text.matchAll(ADR)) {
    for (const number of missing(match[1], known.decisions)) add(match.index, `there is no ADR ${number}`);
  }
  for (const match of text.matchAll(ADR_LINK)) {
    if (!basename(match[2] ?? "").startsWith(`${match[1]}-`.padStart(5, "0"))) {
      add(match.index, `ADR ${match[1]} is linked to ${match[2]}`);
    }
  }
  found.push(...foreign(path, text, known));
  const lineOf = (/** @type {number} */ at) => text.slice(0, at).split("\n").length;
  return found.sort((a, b) => a.at - b.at).map(({ at, what }) => `${path}:${lineOf(at)}: ${what}`);
}

/** @param {string | undefined} cited @param {ReadonlySet<number>} known */
const missing = (cited, known) => numbersOf(cited ?? "").filter((number) => !known.has(Number(number)));

/**
 * Documents outside of the repository, by their names or their form of numbers.
 * @param {string} path
 * @param {string} text
 * @param {Citable} known
 */
function foreign(path, text, known) {
  /** @type {{ at: number, what: string }[]} */
  const found = [];
  for (const { pattern, why } of refused) {
    for (const match of text.matchAll(pattern)) found.push({ at: match.index, what: `${match[0]}: ${why}` });
  }
  for (const match of text.includes(".md") ? text.matchAll(DOCUMENT) : []) {
    const [name] = match;
    // those of docs/spec are read above
    if (/^(.*\/)?spec\/[a-z-]+\.md$/.test(name)) continue;
    if (elsewhere.some((entry) => entry.path === path && entry.name === name)) continue;
    // a part of a web address
    if (/\w:\/\S*$/.test(text.slice(Math.max(0, match.index - 200), match.index))) continue;
    const there = [posix.join(posix.dirname(path), name), posix.normalize(name)].some((at) => known.files.has(at));
    if (!there && !(name === basename(name) && known.names.has(name))) {
      found.push({ at: match.index, what: `${name} is no document of the repository` });
    }
  }
  return found;
}

/**
 * @param {string} base
 * @returns {{ files: number, problems: string[] }}
 */
export function checkCitations(base) {
  const paths = listCommittable(base);
  const known = citable(base, paths);
  const files = paths.filter((path) => !BINARY.test(path) && !SKIPPED.test(path));
  const problems = files.flatMap((path) => findCitations(path, readFileSync(join(base, path), "utf8"), known));
  for (const { path, name } of elsewhere) {
    if (known.files.has(path) && !readFileSync(join(base, path), "utf8").includes(name)) {
      problems.push(`tools/citations/names.mjs: ${path} does not name ${name}`);
    }
  }
  return { files: files.length, problems };
}
