// SPDX-License-Identifier: Apache-2.0
// Reads that the compiler allows: it accepts any value as a condition, in a template literal and in
// a comparison with undefined, an untrusted one too. Names are followed within a function and from
// enclosing functions, not through other variables.
import { visit } from "../source/syntax.mjs";

/** @typedef {import("../source/syntax.mjs").Node} Node */
/** @typedef {import("../source/syntax.mjs").Source} Source */
/** @typedef {Map<Node, Map<string, boolean>>} Scopes whether a name of a function is untrusted */

const TYPES = ["Untrusted", "UntrustedFields", "ContractClaim", "HostReport"];
/** Methods of the host; the answer of any method with such a name is untrusted. */
const ASKS = new Set(["readState", "proveState", "queryChain", "readCode"]);
/** Functions that convert any value to text or a number. */
const CONVERTERS = new Set(["String", "Number", "Boolean", "BigInt", "JSON", "Object", "Reflect", "structuredClone"]);

/** @param {any} value @param {ReadonlySet<string>} names */
function mentions(value, names) {
  let found = false;
  visit({ type: "Root", span: { start: 0, end: 0 }, value }, (node) => {
    if (node.type === "Identifier" && names.has(node.value)) found = true;
  });
  return found;
}

/** The names of untrusted types in a file, its own aliases included. @param {Node} module */
function typesOf(module) {
  const types = new Set(TYPES);
  visit(module, (node) => {
    if (node.type === "TsTypeAliasDeclaration" && mentions(node.typeAnnotation, types)) types.add(node.id.value);
  });
  return types;
}

/**
 * The parameters of a function; methods of classes keep theirs deeper.
 * @param {Node} node
 * @returns {any[] | undefined}
 */
const paramsOf = (node) => (node.body === undefined ? node.function?.params : node.params);

/** @param {readonly Node[]} parents */
const owner = (parents) => parents.findLast((parent) => Array.isArray(paramsOf(parent)));

/** The names that a pattern binds. @param {any} pattern @returns {string[]} */
function namesOf(pattern) {
  if (pattern?.type === "Identifier") return [pattern.value];
  if (pattern?.type === "AssignmentPattern") return namesOf(pattern.left);
  if (pattern?.type !== "ObjectPattern") return [];
  return pattern.properties.flatMap((/** @type {any} */ property) =>
    property.type === "AssignmentPatternProperty" ? [property.key.value] : namesOf(property.value ?? property.argument),
  );
}

/**
 * Whether this expression is a value from the host that is still wrapped.
 * @param {any} node
 * @param {(name: string) => boolean} isSaid
 * @returns {boolean}
 */
function isUntrusted(node, isSaid) {
  if (node?.type === "ParenthesisExpression") return isUntrusted(node.expression, isSaid);
  if (node?.type === "Identifier") return isSaid(node.value);
  if (node?.type === "MemberExpression") return isUntrusted(node.object, isSaid);
  return isGivenUntrusted(node);
}

/** Whether a call returns an untrusted value. @param {any} node */
const isGivenUntrusted = (node) =>
  node?.type === "CallExpression" && (node.callee.value === "fieldsOf" || ASKS.has(node.callee.property?.value));

/** @param {Node} module @returns {Scopes} */
function scopesOf(module) {
  const types = typesOf(module);
  /** @type {Scopes} */
  const scopes = new Map();
  const bind = (/** @type {Node | undefined} */ at, /** @type {any} */ pattern, /** @type {boolean} */ said) => {
    const scope = at ?? module;
    const names = scopes.get(scope) ?? new Map();
    for (const name of namesOf(pattern)) names.set(name, said);
    scopes.set(scope, names);
  };
  visit(module, (node, parents) => {
    for (const param of paramsOf(node) ?? []) {
      const pattern = param.pat ?? param;
      bind(node, pattern, mentions(pattern.typeAnnotation, types));
    }
    if (node.type !== "VariableDeclarator") return;
    const said = isGivenUntrusted(node.init) || mentions(node.id.typeAnnotation, types);
    bind(owner(parents), node.id, said);
  });
  return scopes;
}

/** The parts of a node that are read directly. @param {Node} node @returns {readonly any[]} */
function readBy(node) {
  switch (node.type) {
    case "TemplateLiteral":
      return node.expressions;
    case "BinaryExpression":
      return [node.left, node.right];
    case "UnaryExpression":
      return [node.argument];
    case "IfStatement":
    case "ConditionalExpression":
    case "WhileStatement":
    case "DoWhileStatement":
      return [node.test];
    case "SwitchStatement":
      return [node.discriminant];
    case "CallExpression": {
      const name = node.callee.value ?? node.callee.object?.value;
      return CONVERTERS.has(name) ? node.arguments.map((/** @type {any} */ argument) => argument.expression) : [];
    }
    default:
      return [];
  }
}

/**
 * Where a file reads a wrapped value.
 * @param {Source} source
 * @returns {{ line: number, what: string }[]}
 */
export function wrappedReads(source) {
  const scopes = scopesOf(source.module);
  /** @type {{ line: number, what: string }[]} */
  const found = [];
  visit(source.module, (node, parents) => {
    const around = [node, ...parents.toReversed(), source.module];
    const isSaid = (/** @type {string} */ name) =>
      around.map((scope) => scopes.get(scope)?.get(name)).find((said) => said !== undefined) === true;
    for (const part of readBy(node))
      if (isUntrusted(part, isSaid)) found.push({ line: source.lineOf(node), what: "reads a wrapped value" });
  });
  return found;
}
