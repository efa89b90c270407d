// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { listCommittable } from "../source/files.mjs";
import { globalName, importsOf, memberName, parseText, visit } from "../source/syntax.mjs";
import { isShared, ruleOf } from "./layers.mjs";

const TEST = /\.test\.ts$/;
/** Tests and what they import or start beside them. */
const OF_TESTS = /(^|\/)test\/.*\.(ts|mjs)$/;

/**
 * Files that may use random values without the seed of the run.
 * @type {Readonly<Record<string, { readonly draws: string, readonly why: string }>>}
 */
export const unseeded = {
  "test/support/ports.ts": { draws: "randomInt", why: "ports: two runs on one machine must not try the same" },
};

const OWN = "use tools/tests/seed.mjs";
const CRYPTO = new Set(["randomBytes", "randomInt", "randomUUID", "getRandomValues", "randomFillSync"]);

/** @param {import("../source/syntax.mjs").Node} node @param {string} name */
const holds = (node, name) => {
  let found = false;
  visit(node, (inner) => {
    if (globalName(inner) === name) found = true;
  });
  return found;
};

const CLOCKS = ["Date", "performance"];
const FAST_CHECK = /(^|\/)fast-check\b/;

/** @typedef {import("../source/syntax.mjs").Node} Node */

/**
 * The random values of an import without the seed, and their replacement.
 * @param {string} path
 * @param {{ specifier: string, names: readonly string[] }} imported
 * @returns {[name: string, instead: string][]}
 */
function ofImport(path, { specifier, names }) {
  if (FAST_CHECK.test(specifier)) {
    // The alias of vitest sets the seed. It does not apply to a program that a test starts.
    const isSeeded = specifier === "fast-check" && path.endsWith(".ts");
    return isSeeded
      ? []
      : [[specifier, "only TypeScript imports fast-check, by its name, behind which the seed is set"]];
  }
  if (!/^(node:)?crypto$/.test(specifier)) return [];
  return names.filter((name) => CRYPTO.has(name)).map((name) => [name, OWN]);
}

/**
 * The same for any other node.
 * @param {Node} node
 * @returns {[name: string, instead: string] | undefined}
 */
function ofNode(node) {
  const member = memberName(node);
  if (member === "random" && globalName(node.object) === "Math") return ["Math.random", OWN];
  if (member !== undefined && CRYPTO.has(member)) return [member, OWN];
  if (member === "configureGlobal") return [member, "the seed of the run is set already"];
  if (node.type === "CallExpression" && memberName(node.callee) !== undefined && node.callee.object.value === "fc") {
    const isRun = /^(assert|check|sample)$/.test(memberName(node.callee) ?? "");
    return isRun && setsSeed(node.arguments.at(-1)?.expression) ? ["seed", "SOTTO_SEED would not reach it"] : undefined;
  }
  return undefined;
}

/**
 * The uses of random values without the seed of the run in a file of the tests (ADR 80).
 * @param {string} path
 * @param {string} text
 * @returns {string[]} one line for each
 */
export function findUnseeded(path, text) {
  const source = parseText(path, text);
  const found = importsOf(source).flatMap((imported) =>
    ofImport(path, imported).map(([name, instead]) => ({ line: imported.line, name, instead })),
  );
  visit(source.module, (node) => {
    const [name, instead] = ofNode(node) ?? [];
    if (name !== undefined && instead !== undefined) found.push({ line: source.lineOf(node), name, instead });
    const clock = clockSeed(node);
    if (clock) found.push({ line: source.lineOf(clock), name: "a seed of the clock", instead: OWN });
  });
  return found
    .filter(({ name }) => unseeded[path]?.draws !== name)
    .map(({ line, name, instead }) => `${path}:${line}: ${name}: ${instead}`);
}

/** Options of fast-check that name a seed. @param {any} options */
const setsSeed = (options) =>
  options?.type === "ObjectExpression" &&
  options.properties.some((/** @type {any} */ each) => (each.key ?? each).value === "seed");

/** The name in `const seed = Date.now()` and `{ seed: Date.now() }`. @param {Node} node */
function clockSeed(node) {
  const [name, value] =
    node.type === "VariableDeclarator"
      ? [node.id, node.init]
      : node.type === "KeyValueProperty"
        ? [node.key, node.value]
        : [];
  const isOne = /seed/i.test(String(name?.value)) && value && CLOCKS.some((clock) => holds(value, clock));
  return isOne ? name : undefined;
}

/**
 * The changes to a process that a test shares with others: mocks, stubs and resets of vitest.
 * @param {string} path
 * @param {string} text
 * @returns {string[]} one line for each
 */
export function findShared(path, text) {
  const rule = ruleOf(path);
  if (rule === undefined || !isShared(rule)) return [];
  const source = parseText(path, text);
  /** @type {string[]} */
  const found = [];
  visit(source.module, (node) => {
    if (node.type !== "MemberExpression" || node.object.value !== "vi") return;
    found.push(
      `${path}:${source.lineOf(node)}: vi.${memberName(node)}: its process is shared (tools/tests/layers.mjs)`,
    );
  });
  return found;
}

/** The tests of no layer. @param {readonly string[]} tests @returns {string[]} */
export const findLayerless = (tests) =>
  tests
    .filter((path) => ruleOf(path) === undefined)
    .map((path) => `${path}: no rule of tools/tests/layers.mjs names its folder`);

/** @param {string} base @returns {{ files: number, problems: string[] }} */
export function checkTests(base) {
  const paths = listCommittable(base);
  const tests = paths.filter((path) => TEST.test(path));
  const random = paths.filter((path) => OF_TESTS.test(path));
  const problems = [
    ...findLayerless(tests),
    ...random.flatMap((path) => {
      const text = readFileSync(join(base, path), "utf8");
      return [...findUnseeded(path, text), ...findShared(path, text)];
    }),
  ];
  return { files: tests.length, problems };
}
