// SPDX-License-Identifier: Apache-2.0
import { globalName, memberName } from "../source/syntax.mjs";

/** @typedef {import("../source/syntax.mjs").Node} Node */

/**
 * @typedef {object} Rule
 * @property {string} id
 * @property {string} instead what to do instead, printed behind the finding
 * @property {boolean} everywhere also outside the deterministic folders
 * @property {RegExp} [within] only in these files
 * @property {(node: Node, parents: readonly Node[], key: string) => string | undefined} find what
 * was found, or undefined
 */

const MATH = new Set(["abs", "ceil", "clz32", "floor", "imul", "max", "min", "sign", "trunc"]);
const FLOAT_METHODS = new Set([
  "toFixed",
  "toPrecision",
  "toExponential",
  "getFloat32",
  "getFloat64",
  "setFloat32",
  "setFloat64",
]);
const FLOAT_GLOBALS = new Set(["parseFloat", "Float32Array", "Float64Array"]);
const LOCALE_METHODS = new Set([
  "localeCompare",
  "normalize",
  "toLocaleString",
  "toLocaleDateString",
  "toLocaleTimeString",
  "toLocaleLowerCase",
  "toLocaleUpperCase",
]);
const AMBIENT = new Set([
  "process",
  "Buffer",
  "console",
  "performance",
  "fetch",
  "crypto",
  "setTimeout",
  "setInterval",
  "setImmediate",
  "queueMicrotask",
  "structuredClone",
  "navigator",
  "eval",
  "Function",
]);
const NAMED_ERRORS = new Set(["TypeError", "RangeError", "SyntaxError", "EvalError", "URIError", "AggregateError"]);
const CODEC = new Set([
  "toBinary",
  "fromBinary",
  "toJson",
  "fromJson",
  "toJsonString",
  "fromJsonString",
  "mergeFromBinary",
  "mergeFromJson",
  "mergeFromJsonString",
  "BinaryReader",
  "BinaryWriter",
]);

/** Functions of @sotto/bytes that join bytes or write numbers. */
const KEY_BYTES = /^(concat|join|prefixEnd|(read)?[bl]eU(16|32|64))$/i;

/** The global class that an expression makes an instance of. @param {Node} node */
const constructed = (node) =>
  node.type === "NewExpression" || node.type === "CallExpression" ? globalName(node.callee) : undefined;

/** @type {readonly Rule[]} */
export const rules = [
  {
    id: "date",
    instead: "take block time or an injected clock",
    everywhere: false,
    find: (node) => (globalName(node) === "Date" || globalName(node) === "Temporal" ? node.value : undefined),
  },
  {
    id: "random",
    instead: "randomness comes from trusted/platform or is derived",
    everywhere: false,
    find: (node) =>
      node.type === "MemberExpression" && globalName(node.object) === "Math" && memberName(node) === "random"
        ? "Math.random"
        : undefined,
  },
  {
    id: "float",
    instead: "use bigint, or integers below 2^53",
    everywhere: false,
    find: (node) => {
      if (node.type === "NumericLiteral") {
        if (!Number.isInteger(node.value) || /^\d[\d_]*\.|^\./.test(node.raw ?? "")) return `literal ${node.raw}`;
        return Number.isSafeInteger(node.value) ? undefined : `literal ${node.raw} is beyond 2^53`;
      }
      if (FLOAT_GLOBALS.has(globalName(node) ?? "")) return node.value;
      const member = memberName(node);
      if (member === undefined) return undefined;
      const object = globalName(node.object);
      if (object === "Math" && member !== "random" && !MATH.has(member)) return `Math.${member}`;
      if (object === "Number" && (member === "parseFloat" || member === "EPSILON")) return `Number.${member}`;
      return FLOAT_METHODS.has(member) ? `.${member}` : undefined;
    },
  },
  {
    id: "locale",
    instead: "compare bytes; Unicode tables differ between versions of Node",
    everywhere: false,
    find: (node) => {
      if (globalName(node) === "Intl") return "Intl";
      if (node.type === "RegExpLiteral" && /\\p\{/i.test(node.pattern)) return `/${node.pattern}/`;
      const member = memberName(node);
      return member !== undefined && LOCALE_METHODS.has(member) ? `.${member}` : undefined;
    },
  },
  {
    id: "ambient",
    instead: "state an interface; only drivers and host/node touch the machine",
    everywhere: false,
    find: (node) => {
      const name = globalName(node);
      if (name !== undefined && AMBIENT.has(name)) return name;
      return node.type === "MemberExpression" && globalName(node.object) === "globalThis" ? "globalThis" : undefined;
    },
  },
  {
    id: "for-in",
    instead: "iterate Object.entries of a literal, or a Map",
    everywhere: true,
    find: (node) => (node.type === "ForInStatement" ? "for...in" : undefined),
  },
  {
    id: "sort",
    instead: "give a comparator: the default is UTF-16 order, Go's is byte order",
    everywhere: false,
    find: (node) => {
      if (node.type !== "CallExpression") return undefined;
      const member = memberName(node.callee.type === "OptionalChainingExpression" ? node.callee.base : node.callee);
      return (member === "sort" || member === "toSorted") && node.arguments.length === 0 ? `.${member}()` : undefined;
    },
  },
  {
    id: "integer-keys",
    instead: "use a Map or an array of pairs: an object puts integer keys first",
    everywhere: false,
    find: (node, parents, key) => {
      if (key !== "key" || parents.at(-1)?.type !== "KeyValueProperty") return undefined;
      if (node.type === "NumericLiteral") return `key ${node.raw}`;
      return node.type === "StringLiteral" && /^(0|[1-9]\d*)$/.test(node.value) ? `key "${node.value}"` : undefined;
    },
  },
  {
    id: "async",
    instead: "the core is synchronous; only abci, api, local and node wait",
    everywhere: false,
    find: (node) => {
      // methods of classes keep their function on a property without a type
      if (node.async === true || node.function?.async === true) return "async";
      if (node.type === "AwaitExpression") return "await";
      if (node.type === "ForOfStatement" && node.await === true) return "for await";
      return globalName(node) === "Promise" ? "Promise" : undefined;
    },
  },
  {
    id: "json",
    instead: "pure/codec owns JSON",
    everywhere: false,
    find: (node) => (globalName(node) === "JSON" ? "JSON" : undefined),
  },
  {
    id: "protobuf",
    instead: "pure/codec owns protobuf bytes",
    everywhere: false,
    find: (node, parents) => {
      if (node.type !== "ImportSpecifier") return undefined;
      const from = parents.at(-1)?.source?.value ?? "";
      const name = node.imported?.value ?? node.local.value;
      return from.startsWith("@bufbuild/protobuf") && CODEC.has(name) ? `import of ${name}` : undefined;
    },
  },
  {
    id: "key-bytes",
    instead: "declare rows with stateOf of @sotto/kernel: its codecs and ranges make the bytes of keys",
    everywhere: false,
    within: /^host\/modules\/\w+\/src\//,
    find: (node, parents) => {
      if (node.type === "ImportSpecifier") {
        const name = node.imported?.value ?? node.local.value;
        const isBytes = parents.at(-1)?.source?.value === "@sotto/bytes";
        return isBytes && KEY_BYTES.test(name) ? `import of ${name}` : undefined;
      }
      return node.type === "CallExpression" && memberName(node.callee) === "store" ? ".store()" : undefined;
    },
  },
  {
    id: "error",
    instead: "throw a ChainError of a codespace, OutOfGas, assert or an EnvironmentFault",
    everywhere: false,
    find: (node) => (constructed(node) === "Error" ? "Error(...)" : undefined),
  },
  {
    id: "named-error",
    instead: "throw a ChainError of a codespace, OutOfGas, assert or an EnvironmentFault",
    everywhere: false,
    find: (node) => (NAMED_ERRORS.has(constructed(node) ?? "") ? `${constructed(node)}(...)` : undefined),
  },
  {
    id: "default-export",
    instead: "export by name",
    everywhere: true,
    find: (node) =>
      node.type === "ExportDefaultExpression" || node.type === "ExportDefaultDeclaration"
        ? "export default"
        : undefined,
  },
  {
    id: "export-star",
    instead: "list the exports",
    everywhere: true,
    find: (node, parents) => {
      if (node.type === "ExportAllDeclaration") return "export *";
      return node.type === "ExportNamespaceSpecifier" && parents.at(-1)?.type === "ExportNamedDeclaration"
        ? "export * as"
        : undefined;
    },
  },
  {
    id: "erasable",
    instead: "use a union of literals or a const object",
    everywhere: true,
    find: (node) => {
      if (node.type === "TsEnumDeclaration") return "enum";
      if (node.type === "TsModuleDeclaration" && node.declare !== true) return "namespace";
      return node.type === "Decorator" ? "decorator" : undefined;
    },
  },
  {
    id: "any",
    instead: "use unknown and narrow it",
    everywhere: true,
    find: (node) => (node.type === "TsKeywordType" && node.kind === "any" ? "any" : undefined),
  },
  {
    id: "wasm",
    instead: "vm/engine is the only package that runs WebAssembly",
    everywhere: true,
    find: (node) => (globalName(node) === "WebAssembly" ? "WebAssembly" : undefined),
  },
];
