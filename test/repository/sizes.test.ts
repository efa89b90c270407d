// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import {
  MAX_FILE_LINES,
  MAX_FUNCTION_LINES,
  MAX_WHOLE_LINES,
  measureFile,
  measureFunctions,
} from "../../tools/sizes/check.mjs";

const lines = (n: number, line = "f();") => `${line}\n`.repeat(n);
const PATH = "host/kernel/src/planted.ts";

describe("the size check", () => {
  it("refuses a file with one line too many", () => {
    expect(measureFile(PATH, lines(MAX_FILE_LINES))).toEqual([]);
    expect(measureFile(PATH, lines(MAX_FILE_LINES + 1))).toEqual([`${PATH}: 501 lines, at most 500`]);
  });

  it("refuses a function with one line too many, in every form of function", () => {
    const body = lines(MAX_FUNCTION_LINES - 1);
    for (const [head, tail] of [
      ["function long() {", "}"],
      ["const long = () => {", "};"],
      ["const long = function () {", "};"],
      ["const o = { long() {", "} };"],
      ["class C { long() {", "} }"],
      ["class C { #long() {", "} }"],
    ]) {
      expect(measureFile(PATH, `${head}\n${body}${tail}\n`), head).toEqual([
        `${PATH}:1: long has 61 lines of its own, at most 60`,
      ]);
      expect(measureFile(PATH, `${head}\n${body.slice(5)}${tail}\n`), head).toEqual([]);
    }
  });

  it("counts a function inside another one separately", () => {
    const keeper = `function keeper() {\n  return {\n${"    put() {\n      f();\n    },\n".repeat(40)}  };\n}\n`;
    expect(measureFile(PATH, keeper)).toEqual([]);
    const [outer, inner] = measureFunctions(PATH, keeper);
    expect([outer?.own, inner?.own]).toEqual([44, 3]);
    expect([outer?.whole, inner?.whole]).toEqual([124, 3]);
  });

  it("refuses a function with too many lines in the functions inside it, and accepts an exception", () => {
    const keeper = (n: number) => `const keeper = () => {\n${"  const f = () => {\n    g();\n  };\n".repeat(n)}};\n`;
    expect(measureFile(PATH, keeper(49))).toEqual([]);
    const problem = `${PATH}:1: keeper has 152 lines with the functions in it, at most ${MAX_WHOLE_LINES}`;
    expect(measureFile(PATH, keeper(50))).toEqual([problem]);
    const why = "planted";
    expect(measureFile(PATH, keeper(50), [{ path: PATH, wholeLines: 152, why }])).toEqual([]);
    expect(measureFile(PATH, keeper(51), [{ path: PATH, wholeLines: 152, why }])).toHaveLength(1);
    expect(measureFile(PATH, keeper(49), [{ path: PATH, wholeLines: 152, why }])).toEqual([
      expect.stringContaining("is not needed"),
    ]);
  });

  it("limits only the file of a test suite, not its functions", () => {
    const suite = `describe("x", () => {\n${lines(100)}});\n`;
    expect(measureFile("host/kernel/test/x.test.ts", suite)).toEqual([]);
    expect(measureFile(PATH, suite)).toHaveLength(1);
  });

  it("accepts an exception up to its own limit, and refuses one that is not needed", () => {
    const exceptions = [{ path: PATH, lines: 600, why: "planted" }];
    expect(measureFile(PATH, lines(600), exceptions)).toEqual([]);
    expect(measureFile(PATH, lines(601), exceptions)).toHaveLength(1);
    expect(measureFile(PATH, lines(10), exceptions)).toEqual([expect.stringContaining("is not needed")]);
  });
});
