// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { listCommittable } from "../source/files.mjs";
import { parseText, visit } from "../source/syntax.mjs";
import { allowed } from "./allowed.mjs";

export const MAX_FILE_LINES = 500;
export const MAX_FUNCTION_LINES = 60;
/**
 * Of a function with the functions inside it: a keeper of many small closures is also one unit to
 * read.
 */
export const MAX_WHOLE_LINES = 150;

const SOURCE = /\.(ts|tsx|mjs|rs|go|sh)$/;
const PARSED = /\.(ts|tsx|mjs)$/;
/** Generated files. */
const GENERATED = /(^|\/)(gen|vectors|node_modules|dist)\//;
/** A suite is one call with a long callback; its file is measured, its callbacks are not. */
const SUITE = /(^|\/)(test|bench)\//;

const FUNCTIONS = new Set([
  "FunctionDeclaration",
  "FunctionExpression",
  "ArrowFunctionExpression",
  "ClassMethod",
  "PrivateMethod",
  "Constructor",
  "MethodProperty",
  "GetterProperty",
  "SetterProperty",
]);

/**
 * Functions of a file with their lines, and the lines without inner functions: a function inside
 * another one counts separately.
 * @param {string} path
 * @param {string} text
 * @returns {{ name: string, line: number, own: number, whole: number }[]}
 */
export function measureFunctions(path, text) {
  const source = parseText(path, text);
  /**
   * @type
   * {Map<import("../source/syntax.mjs").Node, { name: string, line: number, own: number, whole: number }>}
   */
  const measured = new Map();
  visit(source.module, (node, parents) => {
    if (!FUNCTIONS.has(node.type) || !node.span) return;
    const line = source.lineOf(node);
    const lines = source.endLineOf(node) - line + 1;
    measured.set(node, { name: nameOf(node, parents), line, own: lines, whole: lines });
    const outer = parents.findLast((parent) => measured.has(parent));
    const around = outer && measured.get(outer);
    // the first line of an inner function is also a line of the outer one: it names it
    if (around) around.own -= lines - 1;
  });
  return [...measured.values()];
}

/**
 * @param {import("../source/syntax.mjs").Node} node
 * @param {readonly import("../source/syntax.mjs").Node[]} parents
 */
function nameOf(node, parents) {
  const holder = parents.at(-1);
  return (
    node.identifier?.value ??
    node.key?.value ??
    (holder?.type === "VariableDeclarator" ? holder.id.value : holder?.key?.value) ??
    "a function"
  );
}

/**
 * @param {string} path
 * @param {string} text
 * @param {readonly import("./allowed.mjs").Exception[]} [exceptions]
 * @returns {string[]}
 */
export function measureFile(path, text, exceptions = allowed) {
  const exception = exceptions.find((entry) => entry.path === path);
  const lines = text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
  /** @type {string[]} */
  const problems = [];
  if (lines > (exception?.lines ?? MAX_FILE_LINES)) {
    problems.push(`${path}: ${lines} lines, at most ${exception?.lines ?? MAX_FILE_LINES}`);
  }
  if (exception?.lines !== undefined && lines <= MAX_FILE_LINES) {
    problems.push(`${path}: ${lines} lines, the exception in tools/sizes/allowed.mjs is not needed`);
  }
  if (!PARSED.test(path) || SUITE.test(path)) return problems;
  const limit = exception?.functionLines ?? MAX_FUNCTION_LINES;
  const wholeLimit = exception?.wholeLines ?? MAX_WHOLE_LINES;
  const functions = measureFunctions(path, text);
  for (const { name, line, own } of functions.filter((f) => f.own > limit)) {
    problems.push(`${path}:${line}: ${name} has ${own} lines of its own, at most ${limit}`);
  }
  for (const { name, line, whole } of functions.filter((f) => f.whole > wholeLimit)) {
    problems.push(`${path}:${line}: ${name} has ${whole} lines with the functions in it, at most ${wholeLimit}`);
  }
  if (exception?.functionLines !== undefined && functions.every((f) => f.own <= MAX_FUNCTION_LINES)) {
    problems.push(`${path}: the exception for functions in tools/sizes/allowed.mjs is not needed`);
  }
  if (exception?.wholeLines !== undefined && functions.every((f) => f.whole <= MAX_WHOLE_LINES)) {
    problems.push(`${path}: the exception for functions with all in them in tools/sizes/allowed.mjs is not needed`);
  }
  return problems;
}

/**
 * @param {string} base
 * @returns {{ files: number, problems: string[] }}
 */
export function checkSizes(base) {
  const files = listCommittable(base).filter((path) => SOURCE.test(path) && !GENERATED.test(path));
  const problems = files.flatMap((path) => measureFile(path, readFileSync(join(base, path), "utf8")));
  const missing = allowed.filter((entry) => !files.includes(entry.path));
  problems.push(...missing.map((entry) => `tools/sizes/allowed.mjs names ${entry.path}, which does not exist`));
  if (files.length === 0) problems.push("no source file found: nothing was checked");
  return { files: files.length, problems };
}
