// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { beliefsOf, checkBoundary, judgeFile } from "../../tools/boundary/check.mjs";
import { root } from "../../tools/source/files.mjs";
import { repository } from "./fixture.ts";

const REASONS = new Set(["gasLimit", "absentRow"]);
const ENCLAVE = "trusted/enclave/src/planted.ts";
const VERIFY = "trusted/verify/src/planted.ts";
const judge = (text: string, path = ENCLAVE) =>
  judgeFile(path, text, REASONS).problems.map((problem) => problem.slice(problem.indexOf(": ") + 2));

describe("the check of the boundary", () => {
  it.each([
    ["imports unwrap from ../../verify/src/unwrap.ts", 'import { unwrap } from "../../verify/src/unwrap.ts";\n'],
    ["imports unwrap from @sotto/verify/unwrap", 'import { unwrap } from "@sotto/verify/unwrap";\n'],
    ["imports unwrap from ../../verify/src/unwrap.ts", 'export { unwrap } from "../../verify/src/unwrap.ts";\n'],
    ["a cast to unknown", "export const peek = (said: Said) => said as unknown as number;\n"],
    ["a cast to never", "export const peek = (said: Said): number => said as never;\n"],
    ["any", "export const peek = (said: any) => said.gasLimit;\n"],
    ["a cast in angle brackets", "export const peek = (said: Said) => <Plain>said;\n"],
    ["a cast to Untrusted", "export const make = (it: It) => it as Untrusted<It>;\n"],
    ["a predicate over anything", "export const isPlain = (said: Untrusted<It>): said is It & Said => true;\n"],
    ["a predicate over anything", "export function isPlain(said: unknown): said is It {\n  return true;\n}\n"],
    ["silences the compiler", "// @ts-ignore\nexport const gas = said.gasLimit;\n"],
    ["believes without a literal reason", "export const gas = believed(said, reason);\n"],
    ["believes without a literal reason", "export const gas = given(said);\n"],
    [`believes for "hurry", which`, 'export const gas = believed(said, "hurry");\n'],
    ["uses believed as a value instead of calling it", "export const read = believed;\n"],
    ["uses openRow as a value instead of calling it", "rows.map(openRow);\n"],
    ["renames believed of @sotto/verify", 'import { believed as sure } from "@sotto/verify";\n'],
    ["renames", 'import * as verify from "@sotto/verify";\n'],
    ["calls openRow, which is for", "export const row = openRow(cipher, name, said);\n"],
    ["reads a wrapped value", "const late = (said: Untrusted<number>) => said === undefined;\n"],
    ["reads a wrapped value", "const text = (said: Untrusted<number>) => `height \x24{said}`;\n"],
    ["reads a wrapped value", "class C {\n  #is({ ok }: UntrustedFields<It>) {\n    return ok === 5;\n  }\n}\n"],
    [
      "reads a wrapped value",
      "class C {\n  is(said: Said) {}\n  get(said: Untrusted<It>) {\n    return `\x24{said}`;\n  }\n}\n",
    ],
    ["reads a wrapped value", "const o = {\n  is(said: Untrusted<It>) {\n    return said && 1;\n  },\n};\n"],
    ["reads a wrapped value", "const text = (said: Untrusted<string>) => String(said);\n"],
    ["reads a wrapped value", "const json = (said: Untrusted<It>) => JSON.stringify(said);\n"],
    ["reads a wrapped value", "const is = ({ ok }: UntrustedFields<It>) => (ok ? 1 : 2);\n"],
    [
      "reads a wrapped value",
      "function is(said: Untrusted<It>) {\n  const { ok } = fieldsOf(said);\n  if (ok) f();\n}\n",
    ],
    ["reads a wrapped value", "type Said = UntrustedFields<It>;\nconst is = (said: Said) => !said.ok;\n"],
    [
      "reads a wrapped value",
      "class C {\n  #is(said: Untrusted<It>) {\n    return () => fieldsOf(said).ok ?? 1;\n  }\n}\n",
    ],
    ["reads a wrapped value", "function has() {\n  const row = host.readState(key);\n  return row != null;\n}\n"],
  ])("in trusted refuses: %s", (problem, text) => {
    expect(judge(text)).toEqual([expect.stringContaining(problem)]);
  });

  it.each([
    ["returns an unwrapped value", "export const peek = (said: Said) => unwrap(said);\n"],
    ["returns an unwrapped value", "export function peek(said: Said) {\n  return unwrap(said);\n}\n"],
    ["uses unwrap as a value", "export const peek = unwrap;\n"],
    ["uses unwrap as a value", "export const peek = { unwrap };\n"],
    ["uses unwrap as a value", 'import { unwrap } from "./unwrap.ts";\nexport { unwrap };\n'],
    ["imports unwrap from ./unwrap.ts", 'export { unwrap } from "./unwrap.ts";\n'],
    ["imports unwrap from ./unwrap.ts", 'export * from "./unwrap.ts";\n'],
    ["renames unwrap of ./unwrap.ts", 'import { unwrap as look } from "./unwrap.ts";\n'],
  ])("in trusted/verify refuses: %s", (problem, text) => {
    expect(judge(text, VERIFY)).toEqual([expect.stringContaining(problem)]);
  });

  it("accepts a verifier that unwraps beside its check, other functions of that name, and a narrow predicate", () => {
    for (const text of [
      'import { unwrap } from "./unwrap.ts";\nexport const isFive = (said: Said) => unwrap(said) === 5;\n',
      "export const row = (cipher: { open(row: Row): Row }) => cipher.open(bytes);\n",
      "export const isRefusal = (thrown: unknown): thrown is ChainError => thrown instanceof ChainError;\n",
      "export const isMap = (value: Json | undefined): value is Fields => value instanceof Map;\n",
      'const row = (host: UntrustedHost) => {\n  const row = given(host.readState(key), "absentRow");\n  return row === undefined;\n};\n',
      "const f = (said: Untrusted<It>) => g((said) => said === undefined, names(said, address) || isSame(said, 5));\n",
    ])
      expect(judge(text, VERIFY)).toEqual([]);
    expect(judgeFile(ENCLAVE, 'const gas = believed(fields.gasLimit, "gasLimit");\n', REASONS)).toEqual({
      problems: [],
      reasons: ["gasLimit"],
    });
  });

  it("holds for this repository", () => {
    expect(checkBoundary(root)).toEqual({ files: expect.any(Number), problems: [] });
  });

  it("refuses an unused reason, and a document that does not list the beliefs", () => {
    const texts = Object.fromEntries(
      ["trusted/verify/src/reasons.ts", "trusted/verify/src/index.ts", "docs/threats.md"].map((path) => [
        path,
        readFileSync(join(root, path), "utf8"),
      ]),
    );
    const reasons = [...beliefsOf(texts["trusted/verify/src/reasons.ts"] as string).keys()];
    expect(reasons.length).toBeGreaterThan(10);
    const { problems } = checkBoundary(repository(texts));
    for (const reason of reasons)
      expect(problems).toContain(`trusted/verify/src/reasons.ts: nothing is believed for "${reason}"`);
    expect(problems.at(-1)).toContain("docs/threats.md does not list what is believed");
  });

  it("refuses a reason without the gain of a lie or the end of the belief", () => {
    const base = repository({
      "trusted/verify/src/reasons.ts": 'export interface Reasons {\n  hurry: { gain: "time"; end: "" };\n}\n',
      "trusted/verify/src/index.ts": "export {};\n",
    });
    expect(checkBoundary(base).problems).toContain('trusted/verify/src/reasons.ts: "hurry" does not say gain and end');
  });

  it("refuses an index that exports unwrap", () => {
    const reasons = readFileSync(join(root, "trusted/verify/src/reasons.ts"), "utf8");
    const base = repository({
      "trusted/verify/src/reasons.ts": reasons,
      "trusted/verify/src/index.ts": 'export { unwrap } from "./unwrap.ts";\n',
    });
    expect(checkBoundary(base).problems).toContain("trusted/verify/src/index.ts: exports unwrap");
  });
});
