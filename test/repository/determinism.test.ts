// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { checkDeterminism, lintText } from "../../tools/determinism/check.mjs";
import { rules } from "../../tools/determinism/rules.mjs";
import { repository } from "./fixture.ts";

const PATH = "host/modules/bank/src/planted.ts";
const found = (text: string, inScope = true) => lintText(PATH, text, inScope).map(({ rule, what }) => [rule, what]);

/** At least one violation of every rule, with the text of the lint. */
const planted: readonly (readonly [rule: string, text: string, what: string])[] = [
  ["date", "const now = Date.now();", "Date"],
  ["date", "const now = new Date();", "Date"],
  ["random", "const die = Math.random();", "Math.random"],
  ["random", 'const die = Math["random"]();', "Math.random"],
  ["float", "const half = 0.5;", "literal 0.5"],
  ["float", "const one = 1.0;", "literal 1.0"],
  ["float", "const tiny = 1e-3;", "literal 1e-3"],
  ["float", "const big = 9007199254740993;", "literal 9007199254740993 is beyond 2^53"],
  ["float", "const n = parseFloat(text);", "parseFloat"],
  ["float", "const n = Math.sqrt(2);", "Math.sqrt"],
  ["float", "const t = n.toFixed(2);", ".toFixed"],
  ["float", "const a = new Float64Array(1);", "Float64Array"],
  ["float", "view.setFloat64(0, n);", ".setFloat64"],
  ["locale", "const f = new Intl.NumberFormat();", "Intl"],
  ["locale", "a.localeCompare(b);", ".localeCompare"],
  ["locale", "n.toLocaleString();", ".toLocaleString"],
  ["locale", "s.normalize();", ".normalize"],
  ["locale", "const r = /\\p{L}/u;", "/\\p{L}/"],
  ["ambient", "const home = process.env;", "process"],
  ["ambient", "const b = Buffer.from(x);", "Buffer"],
  ["ambient", "console.log(1);", "console"],
  ["ambient", "setTimeout(f, 1);", "setTimeout"],
  ["ambient", "const c = globalThis.crypto;", "globalThis"],
  ["for-in", "for (const k in o) f(k);", "for...in"],
  ["sort", "const s = [2, 10].sort();", ".sort()"],
  ["sort", "const s = list?.sort();", ".sort()"],
  ["sort", "const s = list.toSorted();", ".toSorted()"],
  ["integer-keys", "const o = { 1: a, b };", "key 1"],
  ["integer-keys", 'const o = { "10": a };', 'key "10"'],
  ["async", "async function f() {}", "async"],
  ["async", "const f = async () => 1;", "async"],
  ["async", "const o = { async f() {} };", "async"],
  ["async", "class C { async f() {} }", "async"],
  ["async", "const p = Promise.resolve(1);", "Promise"],
  ["async", "await f();", "await"],
  ["json", "const o = JSON.parse(text);", "JSON"],
  ["protobuf", 'import { toBinary } from "@bufbuild/protobuf";', "import of toBinary"],
  ["protobuf", 'import { fromBinary as read } from "@bufbuild/protobuf";', "import of fromBinary"],
  ["protobuf", 'import { BinaryReader } from "@bufbuild/protobuf/wire";', "import of BinaryReader"],
  ["error", 'throw new Error("no");', "Error(...)"],
  ["error", 'throw Error("no");', "Error(...)"],
  ["named-error", 'throw new RangeError("no");', "RangeError(...)"],
  ["default-export", "export default 1;", "export default"],
  ["default-export", "export default function f() {}", "export default"],
  ["export-star", 'export * from "./a.ts";', "export *"],
  ["export-star", 'export * as a from "./a.ts";', "export * as"],
  ["erasable", "enum E { a }", "enum"],
  ["erasable", "namespace N { export const a = 1; }", "namespace"],
  ["any", "const x = (y: any) => y;", "any"],
  ["any", "const x = y as any;", "any"],
  ["wasm", "new WebAssembly.Module(bytes);", "WebAssembly"],
  ["key-bytes", 'import { concat } from "@sotto/bytes";', "import of concat"],
  ["key-bytes", 'import { readBeU64 as read } from "@sotto/bytes";', "import of readBeU64"],
  ["key-bytes", 'const row = ctx.store("bank").get(key);', ".store()"],
  ["put-off", `// ${"TO"}DO: later`, `// ${"TO"}DO: later`],
];

describe("the determinism lint", () => {
  it.each(planted)("finds %s in: %s", (rule, text, what) => {
    expect(found(text)).toContainEqual([rule, what]);
  });

  it("has a planted violation for every rule", () => {
    const tried = new Set(planted.map(([rule]) => rule));
    expect(rules.map(({ id }) => id).filter((id) => !tried.has(id))).toEqual([]);
  });

  it("accepts code that only looks like a violation", () => {
    const innocent = [
      "interface Rows { Date: string; sort(): void; any: number }",
      "const row = { Date: 1, process: 2, JSON: 3 };",
      "const when = row.Date;",
      "const crypto = seal; crypto(1);",
      "const sorted = keys.sort((a, b) => compare(a, b));",
      "const million = 1_000_000;",
      "const mask = 0xff_ff;",
      "const half = n / 2n;",
      "const down = Math.floor(n / 2);",
      "class OutOfGas extends Error {}",
      "const isError = thrown instanceof Error;",
      'export { a } from "./a.ts";',
      'const text = "Date.now() and Math.random()";',
      "// Date, Math.random and JSON are refused here",
      `// ${"TO"}DO(#12): later`,
      "for (const [k, v] of Object.entries(o)) f(k, v);",
    ];
    for (const text of innocent) expect(found(text), text).toEqual([]);
  });

  it("reports the line, also after characters of several bytes", () => {
    expect(lintText(PATH, "// é ☃ 𝄞\n\nconst a = 1;\nconst now = Date.now();\n", true)).toMatchObject([{ line: 4 }]);
  });

  it("allows functions for key bytes in the kernel only", () => {
    const text = 'import { concat } from "@sotto/bytes";\n';
    expect(lintText("host/kernel/src/state.ts", text, true)).toEqual([]);
    expect(lintText("host/modules/bank/test/planted.ts", text, false)).toEqual([]);
  });

  it("applies outside of the core only the rules for all code", () => {
    expect(found("const now = Date.now(); JSON.parse(x); setTimeout(f, 1);", false)).toEqual([]);
    expect(found("export default 1;", false)).toEqual([["default-export", "export default"]]);
  });

  it("reads the packages of a repository, except drivers and api", () => {
    const clock = "export const now = () => Date.now();\n";
    const base = repository({
      "host/store/src/clock.ts": clock,
      "host/store/src/lmdb.ts": clock,
      "pure/codec/package.json": JSON.stringify({ name: "@sotto/codec" }),
      "pure/codec/src/json.ts": "export const parse = (text: string) => JSON.parse(text);\n",
      "pure/errors/package.json": JSON.stringify({ name: "@sotto/errors" }),
      "pure/errors/src/index.ts": "export class Fault extends Error {}\n",
    });
    const codec = { files: /^pure\/codec\/src\//, rules: ["json"], why: "owns JSON" };
    const { findings, problems } = checkDeterminism(base, [codec]);
    expect(findings).toMatchObject([{ path: "host/store/src/clock.ts", line: 1, rule: "date" }]);
    expect(problems).toEqual([]);
  });

  it("fails when an exception names no file, and when it finds no file", () => {
    const { problems } = checkDeterminism(repository());
    expect(problems).toContainEqual(expect.stringMatching(/^the exception for .*codec.* matches no file$/));
  });
});
