// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { listCommittable } from "../source/files.mjs";

const LICENSE = "SPDX-License-Identifier: Apache-2.0";
const ANY = "SPDX-License-Identifier:";
const SOURCE = /\.(ts|mts|mjs|go|rs|sh)$/;

/**
 * Sources without the line, by the beginning of their paths.
 * @type {readonly { readonly path: string, readonly why: string }[]}
 */
export const exempt = [
  { path: "proto/src/gen/", why: "protoc-gen-es writes it whole" },
  { path: "contracts/", why: "the numbers of lines are in the built bytes, which are compared" },
  { path: "bench/peers/hasher/", why: "the numbers of lines are in the built bytes, which are compared" },
];

/** The sources that need the line. @param {string} base @returns {string[]} */
export const listSources = (base) =>
  listCommittable(base).filter((path) => SOURCE.test(path) && !exempt.some((each) => path.startsWith(each.path)));

/**
 * The line in the language of a file, with its separator from the rest.
 * @param {string} path
 */
function headerOf(path) {
  if (path.endsWith(".sh")) return `# ${LICENSE}\n`;
  // Without an empty line, Go takes it for the documentation of the package.
  return path.endsWith(".go") ? `// ${LICENSE}\n\n` : `// ${LICENSE}\n`;
}

/**
 * The line with the interpreter of a program, which stays first, and the rest. @param {string} text
 */
function split(text) {
  const end = text.startsWith("#!") ? text.indexOf("\n") + 1 : 0;
  return { first: text.slice(0, end), rest: text.slice(end) };
}

/**
 * Whether a source begins with the line: undefined if so.
 * @param {string} path
 * @param {string} text
 */
export function findMissing(path, text) {
  const { rest } = split(text);
  if (rest.startsWith(headerOf(path))) return undefined;
  const [line = ""] = rest.split("\n");
  return line.includes(ANY) && !line.includes(LICENSE)
    ? `${path} names another license: ${line}`
    : `${path} does not begin with its license: run node tools/spdx/write.mjs`;
}

/**
 * The source with the line. One that names another license stays: a person decides.
 * @param {string} path
 * @param {string} text
 */
export function withHeader(path, text) {
  if (findMissing(path, text)?.endsWith("write.mjs") !== true) return text;
  const { first, rest } = split(text);
  const [line = ""] = rest.split("\n");
  return first + headerOf(path) + (line.includes(LICENSE) ? rest.slice(line.length + 1) : rest);
}

/** @param {string} base @returns {{ problems: string[], note: string }} */
export function checkSpdx(base) {
  const paths = listSources(base);
  const problems = paths.flatMap((path) => findMissing(path, readFileSync(join(base, path), "utf8")) ?? []);
  if (paths.length === 0) problems.push("no source was found: nothing was checked");
  return { problems, note: `${paths.length} files` };
}
