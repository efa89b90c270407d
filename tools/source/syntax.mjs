// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseSync } from "@swc/core";

/** swc's resolver gives this context to names that no scope of the file declares: globals. */
const UNRESOLVED = 1;

/**
 * @typedef {{ type: string, span: { start: number, end: number }, [key: string]: any }} Node
 * @typedef
 * {{ path: string, text: string, module: Node, lineOf: (node: Node) => number, endLineOf: (node: Node) => number }}
 * Source
 */

/**
 * Parses one TypeScript or JavaScript file.
 * @param {string} base
 * @param {string} path
 * @returns {Source}
 */
export function parseFile(base, path) {
  return parseText(path, readFileSync(join(base, path), "utf8"));
}

/**
 * @param {string} path
 * @param {string} text
 * @returns {Source}
 */
export function parseText(path, text) {
  const module = parseModule(path, text);
  const bytes = Buffer.from(text);
  /** @type {number[]} */
  const starts = [0];
  for (let i = 0; i < bytes.length; i++) if (bytes[i] === 10) starts.push(i + 1);
  // swc counts bytes of UTF-8 from 1
  /** @param {number} position */
  const line = (position) => {
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (/** @type {number} */ (starts[middle]) <= position - 1) low = middle;
      else high = middle;
    }
    return low + 1;
  };
  return {
    path,
    text,
    module,
    lineOf: (node) => line(node.span.start),
    endLineOf: (node) => line(Math.max(node.span.start, node.span.end - 1)),
  };
}

/** @param {string} path @param {string} text @returns {Node} */
function parseModule(path, text) {
  try {
    const module = parseSync(text, { syntax: "typescript", tsx: path.endsWith(".tsx"), target: "es2022" });
    return /** @type {Node} */ (/** @type {unknown} */ (module));
  } catch (cause) {
    throw new Error(`${path} does not parse`, { cause });
  }
}

/**
 * Calls `enter` for every node below `node`, parents first. `enter` gets the ancestors, nearest
 * last.
 * @param {Node} node
 * @param {(node: Node, parents: readonly Node[], key: string) => void} enter
 */
export function visit(node, enter) {
  /** @type {Node[]} */
  const parents = [];
  /**
   * @param {any} value
   * @param {string} key
   */
  const walk = (value, key) => {
    if (Array.isArray(value)) {
      for (const item of value) walk(item, key);
      return;
    }
    if (value === null || typeof value !== "object") return;
    const isNode = typeof value.type === "string";
    if (isNode) {
      enter(value, parents, key);
      parents.push(value);
    }
    for (const [name, child] of Object.entries(value)) {
      if (name !== "span" && child !== null && typeof child === "object") walk(child, name);
    }
    if (isNode) parents.pop();
  };
  walk(node, "");
}

/**
 * The name of a global that this node reads, or undefined: names that the file declares or imports
 * do not count.
 * @param {Node} node
 * @returns {string | undefined}
 */
export const globalName = (node) => (node.type === "Identifier" && node.ctxt === UNRESOLVED ? node.value : undefined);

/**
 * The name of a member access, or undefined when it is computed from another value than a string.
 * @param {Node} node
 * @returns {string | undefined}
 */
export function memberName(node) {
  if (node.type !== "MemberExpression") return undefined;
  const { property } = node;
  if (property.type === "Identifier" || property.type === "PrivateName") return property.value;
  if (property.type === "Computed" && property.expression.type === "StringLiteral") return property.expression.value;
  return undefined;
}

/**
 * Every module that a file names: imports, re-exports, dynamic imports with a literal,
 * `import("x")` types, `new URL("./x.js", import.meta.url)`, which is how workers are named, and
 * with a literal `require("x")`, `require.resolve("x")` and `import.meta.resolve("x")`.
 * @param {Source} source
 * @returns {{ specifier: string, typeOnly: boolean, names: string[], line: number }[]}
 */
export function importsOf(source) {
  /** @type {{ specifier: string, typeOnly: boolean, names: string[], line: number }[]} */
  const found = [];
  visit(source.module, (node) => {
    const line = node.span ? source.lineOf(node) : 0;
    if (node.type === "ImportDeclaration") {
      const value = node.specifiers.filter((/** @type {Node} */ s) => s.isTypeOnly !== true);
      const typeOnly = node.typeOnly || (node.specifiers.length > 0 && value.length === 0);
      const names = node.specifiers.map((/** @type {Node} */ s) => s.imported?.value ?? s.local.value);
      found.push({ specifier: node.source.value, typeOnly, names, line });
    } else if (node.type === "ExportNamedDeclaration" && node.source) {
      const value = node.specifiers.filter((/** @type {Node} */ s) => s.isTypeOnly !== true);
      const typeOnly = node.typeOnly || (node.specifiers.length > 0 && value.length === 0);
      const names = node.specifiers.map((/** @type {Node} */ s) => s.orig?.value ?? "*");
      found.push({ specifier: node.source.value, typeOnly, names, line });
    } else if (node.type === "ExportAllDeclaration") {
      found.push({ specifier: node.source.value, typeOnly: node.typeOnly === true, names: ["*"], line });
    } else if (node.type === "TsImportType") {
      found.push({ specifier: node.argument.value, typeOnly: true, names: [], line });
    } else if (node.type === "CallExpression" && node.callee.type === "Import") {
      const argument = node.arguments[0]?.expression;
      if (argument?.type === "StringLiteral") {
        found.push({ specifier: argument.value, typeOnly: false, names: ["*"], line });
      }
    } else if (node.type === "CallExpression" && node.arguments.length === 1 && namesModule(node.callee)) {
      const argument = node.arguments[0].expression;
      if (argument.type === "StringLiteral") {
        found.push({ specifier: argument.value, typeOnly: false, names: ["*"], line });
      }
    } else if (node.type === "NewExpression" && globalName(node.callee) === "URL" && node.arguments?.length === 2) {
      const argument = node.arguments[0].expression;
      if (argument.type === "StringLiteral" && /^\.{1,2}\/.*\.(js|ts)$/.test(argument.value)) {
        found.push({ specifier: argument.value, typeOnly: false, names: [], line });
      }
    }
  });
  return found;
}

/**
 * Whether a call of this is one of a module's name: `require`, as Node's `createRequire` makes it
 * too, or a `resolve`.
 * @param {Node} callee
 */
function namesModule(callee) {
  if (callee.type === "Identifier") return callee.value === "require";
  if (memberName(callee) !== "resolve") return false;
  const { object } = callee;
  return (object.type === "Identifier" && object.value === "require") || object.type === "MetaProperty";
}
