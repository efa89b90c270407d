// SPDX-License-Identifier: Apache-2.0
// Checks that Untrusted is unwrapped only beside a check or with a reason, and writes the list of
// reasons.
// Usage: node tools/boundary/check.mjs        writes the section of docs/threats.md
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, posix } from "node:path";
import { pathToFileURL } from "node:url";
import { listFiles, root } from "../source/files.mjs";
import { importsOf, parseText, visit } from "../source/syntax.mjs";
import { wrappedReads } from "./reads.mjs";
import { BELIEVED, believers, casts, INDEX, lenders, REASONS, UNWRAP } from "./rules.mjs";

/** @typedef {import("../source/syntax.mjs").Node} Node */
/** @typedef {import("../source/syntax.mjs").Source} Source */
/** @typedef {{ gain: string, end: string }} Belief */
/**
 * @typedef {{ problems: string[], reasons: string[] }} Findings of a file, and the reasons it gives
 */

const DOCUMENT = "docs/threats.md";
const HEADING = "## Believed without a check";
const VERIFY = "trusted/verify/src/";
const BLIND = new Set(["any", "unknown", "never"]);

/** @param {Node | undefined} type */
const isBlind = (type) => type?.type === "TsKeywordType" && BLIND.has(type.kind);

/** @param {any} value @returns {boolean} whether a type or an expression names Untrusted */
function namesUntrusted(value) {
  let found = false;
  visit({ type: "Root", span: { start: 0, end: 0 }, value }, (node) => {
    if (node.type === "Identifier" && node.value === "Untrusted") found = true;
  });
  return found;
}

/** @param {Node} node @param {string} type @param {string} operator */
function contains(node, type, operator) {
  let found = false;
  visit(node, (inner) => {
    if (inner.type === type && inner.operator === operator) found = true;
  });
  return found;
}

/**
 * Casts that the compiler cannot check, and other forms without a check.
 * @param {Source} source @param {Node} node @param {readonly Node[]} parents
 * @returns {string | undefined}
 */
function blinds({ path }, node, parents) {
  if (node.type === "TsTypeAssertion") return "a cast in angle brackets";
  if (node.type === "TsKeywordType" && node.kind === "any") return "any";
  if (node.type === "TsAsExpression") {
    if (casts.includes(path)) return undefined;
    if (isBlind(node.typeAnnotation)) return `a cast to ${node.typeAnnotation.kind}`;
    if (namesUntrusted(node.typeAnnotation)) return "a cast to Untrusted";
  }
  if (node.type === "TsTypePredicate") {
    const owner = parents.findLast((parent) => Array.isArray(parent.params));
    const types = (owner?.params ?? []).map(
      (/** @type {Node} */ param) => (param.pat ?? param).typeAnnotation?.typeAnnotation,
    );
    const isBlindly = types.some((/** @type {Node | undefined} */ type) => isBlind(type) || namesUntrusted(type));
    if (isBlindly && owner && !contains(owner, "BinaryExpression", "instanceof")) return "a predicate over anything";
  }
  return undefined;
}

/**
 * A name that is used other than in a call: `const peek = unwrap`.
 * @param {Node} node @param {readonly Node[]} parents @param {string} key
 */
function isAlias(node, parents, key) {
  const parent = parents.at(-1);
  if (node.type !== "Identifier" || key === "property" || key === "key" || key === "params") return false;
  if (parent === undefined || parent.type.startsWith("Import")) return false;
  if (parent.type === "ExportSpecifier") return !parents.at(-2)?.source;
  const isCallee = parent.type === "CallExpression" && parent.callee === node;
  const isName = parent.type === "VariableDeclarator" && parent.id === node;
  return !isCallee && !isName;
}

/**
 * Whether a function returns exactly the value of a call.
 * @param {Node} node
 * @param {readonly Node[]} parents
 */
function isWholeAnswer(node, parents) {
  const parent = parents.at(-1);
  return parent?.type === "ReturnStatement" || (parent?.type === "ArrowFunctionExpression" && parent.body === node);
}

/**
 * Calls that unwrap without a check, or that only another file may make.
 * @param {string} path @param {Node} node @param {readonly Node[]} parents
 * @returns {string | undefined}
 */
function misuses(path, node, parents) {
  const name = node.callee?.value;
  if (name === "unwrap" && path !== BELIEVED && path.startsWith(VERIFY) && isWholeAnswer(node, parents))
    return "returns an unwrapped value without a check";
  const borrower = Object.hasOwn(lenders, name) ? lenders[name] : undefined;
  if (borrower !== undefined && path !== borrower) return `calls ${name}, which is for ${borrower} alone`;
  return undefined;
}

/** @param {Source} source @param {Node} node @returns {string[]} */
function imports(source, node) {
  /** @type {string[]} */
  const problems = [];
  const isInside = source.path.startsWith(VERIFY);
  const from = node.source?.value;
  if (typeof from !== "string") return problems;
  const target = from.startsWith(".") ? posix.join(posix.dirname(source.path), from) : from;
  const isUnwrap = target === UNWRAP || target.startsWith("@sotto/verify/");
  if (isUnwrap && (!isInside || node.type !== "ImportDeclaration")) problems.push(`imports unwrap from ${from}`);
  if (node.type !== "ImportDeclaration") return problems;
  for (const specifier of node.specifiers) {
    const imported = specifier.imported?.value ?? specifier.local.value;
    const isWatched = [...believers, ...Object.keys(lenders)].includes(imported) || isUnwrap;
    const isWhole = specifier.type === "ImportNamespaceSpecifier" && (isUnwrap || target === "@sotto/verify");
    if (isWhole || (isWatched && specifier.local.value !== imported)) problems.push(`renames ${imported} of ${from}`);
  }
  return problems;
}

/**
 * @param {string} path
 * @param {string} text
 * @param {ReadonlySet<string>} reasons those of the table
 * @returns {Findings}
 */
export function judgeFile(path, text, reasons) {
  const source = parseText(path, text);
  /** @type {Findings} */
  const found = { problems: [], reasons: [] };
  const watched = new Set([...believers, ...Object.keys(lenders)]);
  if (path.startsWith(VERIFY) && path !== UNWRAP) watched.add("unwrap");
  text.split("\n").forEach((line, i) => {
    if (/@ts-(ignore|expect-error|nocheck)/.test(line)) found.problems.push(`${path}:${i + 1}: silences the compiler`);
  });
  if (path.startsWith("trusted/"))
    for (const { line, what } of wrappedReads(source)) found.problems.push(`${path}:${line}: ${what}`);
  visit(source.module, (node, parents, key) => {
    const say = (/** @type {string | undefined} */ what) =>
      what !== undefined && found.problems.push(`${path}:${source.lineOf(node)}: ${what}`);
    if (/^(Import|ExportNamed|ExportAll)Declaration$/.test(node.type))
      for (const what of imports(source, node)) say(what);
    if (path.startsWith("trusted/")) say(blinds(source, node, parents));
    if (watched.has(node.value) && isAlias(node, parents, key))
      say(`uses ${node.value} as a value instead of calling it`);
    if (node.type !== "CallExpression") return;
    say(misuses(path, node, parents));
    if (!believers.includes(node.callee?.value)) return;
    const reason = node.arguments[1]?.expression;
    if (reason?.type !== "StringLiteral") say("believes without a literal reason");
    else if (!reasons.has(reason.value)) say(`believes for "${reason.value}", which ${REASONS} does not have`);
    else found.reasons.push(reason.value);
  });
  return found;
}

/** The table of reasons. @param {string} text of reasons.ts @returns {Map<string, Belief>} */
export function beliefsOf(text) {
  /** @type {Map<string, Belief>} */
  const beliefs = new Map();
  const fieldsOf = (/** @type {Node} */ node) => node.body?.body ?? node.members ?? [];
  const typeOf = (/** @type {Node} */ field) => field.typeAnnotation.typeAnnotation;
  const textOf = (/** @type {Node} */ field) => typeOf(field).literal?.value ?? "";
  visit(parseText(REASONS, text).module, (node) => {
    if (node.type !== "TsInterfaceDeclaration" || node.id.value !== "Reasons") return;
    for (const row of fieldsOf(node)) {
      const parts = Object.fromEntries(
        fieldsOf(typeOf(row)).map((/** @type {Node} */ part) => [part.key.value, textOf(part)]),
      );
      beliefs.set(row.key.value, { gain: parts.gain ?? "", end: parts.end ?? "" });
    }
  });
  return beliefs;
}

/**
 * @typedef
 * {{ files: number, problems: string[], beliefs: Map<string, Belief>, uses: Map<string, string[]> }}
 * Survey
 */

/** @param {string} base @returns {Survey} */
function survey(base) {
  const beliefs = beliefsOf(readFileSync(join(base, REASONS), "utf8"));
  const reasons = new Set(beliefs.keys());
  const files = [...listFiles(base, "trusted", [".ts"]), ...listFiles(base, "boundary", [".ts"])].filter((path) =>
    path.includes("/src/"),
  );
  /** @type {string[]} */
  const problems = [];
  /** @type {Map<string, string[]>} */
  const uses = new Map();
  for (const path of files) {
    const found = judgeFile(path, readFileSync(join(base, path), "utf8"), reasons);
    problems.push(...found.problems);
    for (const reason of new Set(found.reasons)) uses.set(reason, [...(uses.get(reason) ?? []), path]);
  }
  for (const [reason, { gain, end }] of beliefs)
    if (gain === "" || end === "") problems.push(`${REASONS}: "${reason}" does not say gain and end`);
  for (const reason of reasons) if (!uses.has(reason)) problems.push(`${REASONS}: nothing is believed for "${reason}"`);
  if (files.length === 0) problems.push("no file found: nothing was checked");
  return { files: files.length, problems, beliefs, uses };
}

/** @param {Map<string, Belief>} beliefs @param {Map<string, string[]>} uses */
function render(beliefs, uses) {
  const rows = [...beliefs].map(([reason, { gain, end }]) => {
    const where = (uses.get(reason) ?? []).map((path) => `\`${path}\``).join(", ");
    return `| ${reason} | ${where} | ${gain} | ${end} |`;
  });
  return [
    HEADING,
    "",
    `Values that the enclave takes from its host and cannot check (ADR 72): the reasons of \`${REASONS}\`. Written by \`npm run beliefs\`, compared by`,
    "`npm run check`. All other values from the host are unwrapped beside their check, in `trusted/verify/src`.",
    "",
    "| reason | where | gain of the host by a lie | change that will end it |",
    "| --- | --- | --- | --- |",
    ...rows,
    "",
  ].join("\n");
}

/** The document with the section of these reasons. @param {string} text @param {string} section */
function withSection(text, section) {
  const at = text.indexOf(`${HEADING}\n`);
  const end = at < 0 ? -1 : text.indexOf("\n## ", at + 1);
  const before = at < 0 ? `${text.trimEnd()}\n\n` : text.slice(0, at);
  return before + section + (end < 0 ? "" : text.slice(end));
}

/** @param {string} base */
export function checkBoundary(base) {
  const { files, problems, beliefs, uses } = survey(base);
  const index = readFileSync(join(base, INDEX), "utf8");
  for (const { specifier, names } of importsOf(parseText(INDEX, index)))
    if (specifier === "./unwrap.ts" || names.includes("unwrap")) problems.push(`${INDEX}: exports unwrap`);
  const path = join(base, DOCUMENT);
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  if (text !== withSection(text, render(beliefs, uses)))
    problems.push(`${DOCUMENT} does not list what is believed: run npm run beliefs, and say why in the change`);
  return { files, problems };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { problems, beliefs, uses } = survey(root);
  for (const problem of problems) console.error(problem);
  const path = join(root, DOCUMENT);
  writeFileSync(path, withSection(readFileSync(path, "utf8"), render(beliefs, uses)));
  console.log(`wrote ${DOCUMENT}`);
}
