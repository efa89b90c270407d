// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { closing } from "../../tools/ci/closing.mjs";
import { checkEntries } from "../../tools/lock/check.mjs";
import { closure, render } from "../../tools/tcb.mjs";
import { countTests } from "../../tools/tests/run.mjs";
import { checkWords, findLongComments, findWords } from "../../tools/words/check.mjs";
import { findPhrases } from "../../tools/words/phrases.mjs";
import { reflow, wrap } from "../../tools/words/reflow.mjs";
import { repository, write } from "./fixture.ts";

describe("the lock check", () => {
  it("refuses an optional platform package without an entry", () => {
    const tool = { version: "1.0.0", optionalDependencies: { "@tool/cli-darwin-arm64": "1.0.0" } };
    const entry = { version: "1.0.0", optional: true };
    expect(checkEntries({ "node_modules/tool": tool })).toEqual([
      "@tool/cli-darwin-arm64@1.0.0, optional for node_modules/tool, has no entry: run node tools/lock/complete.mjs",
    ]);
    expect(checkEntries({ "node_modules/tool": tool, "node_modules/@tool/cli-darwin-arm64": entry })).toEqual([]);
    const nested = "node_modules/tool/node_modules/@tool/cli-darwin-arm64";
    expect(checkEntries({ "node_modules/tool": tool, [nested]: entry })).toEqual([]);
  });

  it("refuses the name of a registry, and accepts a link to a workspace", () => {
    expect(checkEntries({ "node_modules/a": { version: "1.0.0", resolved: "https://example.org/a.tgz" } })).toEqual([
      "node_modules/a names where it came from: https://example.org/a.tgz",
    ]);
    expect(checkEntries({ "node_modules/@sotto/bytes": { resolved: "pure/bytes", link: true } })).toEqual([]);
  });

  it("refuses a tool whose binaries are not named for every supported platform", () => {
    const swc = { "node_modules/@swc/core": { version: "1.0.0" }, "node_modules/@swc/core-linux-x64-gnu": {} };
    expect(checkEntries(swc)).toHaveLength(5);
    expect(checkEntries(swc)).toContain("@swc/core has no package for win32-arm64 in the lock");
  });
});

describe("the words check", () => {
  it("refuses hosts, paths of one machine and keys", () => {
    const planted = [
      ["https", "//registry.example.org/a"].join(":"),
      ["registry=https", "//example.org"].join(":"),
      ["see ", "work/main/file"].join("/"),
      ["see ", "home/someone/file"].join("/"),
      ["https", "//10.0.0.1/x"].join(":"),
      ["-----BEGIN", "PRIVATE KEY-----"].join(" "),
      ["shared", "spec/protocol.md"].join("/"),
    ];
    for (const text of planted) expect(findWords("a.md", text), text).toHaveLength(1);
    for (const text of ["/cosmos/bank/v1beta1/params", "the registry of keys", "127.0.0.1:26657", "homework/x"]) {
      expect(findWords("a.md", text), text).toEqual([]);
    }
  });

  it("reads the files that a commit would hold, and no ignored file", () => {
    const bad = `${["https", "//registry.example.org"].join(":")}\n`;
    const base = repository({ ".gitignore": "node_modules/\ndist/\n*.log\n", "docs/a.md": bad, "x.log": bad });
    write(base, "node_modules/lmdb/README.md", bad);
    execFileSync("git", ["init", "--quiet"], { cwd: base });
    expect(checkWords(base).problems).toEqual([expect.stringContaining("docs/a.md:1")]);
  });
});

describe("the prose check", () => {
  it("refuses phrases that are hard to read, in comments and documents", () => {
    const planted = [
      "it is written anew",
      "a table of ours",
      "none of them",
      "each door",
      "it is the chain's word",
      "whoever asks",
    ];
    for (const text of planted) {
      expect(findPhrases("a.md", `One line.\n${text}\n`), text).toEqual([expect.stringContaining("a.md:2")]);
      expect(findPhrases("a.ts", `/** ${text} */\nexport const a = 1;\n`), text).toHaveLength(1);
      expect(findPhrases("a.ts", `export const a = "${text}";\n`), text).toEqual([]);
      expect(findPhrases("a.md", `\`${text}\` and\n\`\`\`\n${text}\n\`\`\`\n`), text).toEqual([]);
    }
  });

  it("refuses comment lines over 100 columns, and does not see templates as comments", () => {
    const words = "word ".repeat(30).trim();
    for (const comment of [`// ${words}`, `/** ${words} */`, `/**\n * ${words}\n */`]) {
      const text = `${comment}\nexport const a = 1;\n`;
      expect(findLongComments("a.ts", text)).toEqual([expect.stringContaining("a.ts: a comment is wider")]);
      const wrapped = reflow("a.ts", text);
      expect(Math.max(...wrapped.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
      expect(wrapped.match(/word/g)).toHaveLength(30);
      expect(findLongComments("a.ts", wrapped)).toEqual([]);
    }
    const template = `export const a = \`\n// ${words}\n\`;\n// ${words}\n`;
    expect(reflow("a.ts", template).split("\n").slice(0, 3)).toEqual(template.split("\n").slice(0, 3));
  });

  it("wraps a paragraph into its next line, and leaves lists and indented lines", () => {
    expect(wrap(["one two three", "four", "", "five"], 9)).toEqual(["one two", "three", "four", "", "five"]);
    expect(wrap(["one two three four", "five"], 10)).toEqual(["one two", "three four", "five"]);
    expect(wrap(["one two three", "four five"], 13)).toEqual(["one two three", "four five"]);
    expect(wrap(["- one two", "- three"], 7)).toEqual(["- one", "  two", "- three"]);
    expect(wrap(["one two", "  code code code"], 9)).toEqual(["one two", "  code code code"]);
  });
});

describe("the measured base", () => {
  const planted = {
    "package.json": JSON.stringify({ workspaces: ["pure/*", "trusted/*", "host/store"] }),
    "package-lock.json": JSON.stringify({ packages: { "node_modules/lib": { version: "1.2.3" } } }),
    "trusted/enclave/package.json": JSON.stringify({ name: "@sotto/enclave" }),
    "trusted/enclave/src/index.ts": [
      'import { seal } from "@sotto/platform";',
      'import type { rows } from "@sotto/store";',
      'import lib from "lib/inner";',
      'import { randomBytes } from "node:crypto";',
      'export const lane = new URL("./lane.js", import.meta.url);',
      "export const all: [typeof rows, unknown] = [seal, lib(randomBytes)];",
      "",
    ].join("\n"),
    "trusted/enclave/src/lane.ts": "export const lane = 1;\n",
    "trusted/platform/src/unused.ts": "export const unused = 1;\n",
  };

  it("counts files that imports reach at run time, including workers, but no types and no unused files", () => {
    expect([...closure(repository(planted)).files]).toEqual([
      ["trusted/enclave/src/lane.ts", 1],
      ["trusted/enclave/src/index.ts", 6],
      ["trusted/platform/src/index.ts", 3],
      ["pure/bytes/src/index.ts", 1],
    ]);
  });

  it("has libraries that are required by name, with their dependencies, in the importer's versions", () => {
    const packages = {
      "node_modules/lib": { version: "1.2.3" },
      "node_modules/fast": { version: "1.0.0", dependencies: { old: "^1.0.0" } },
      "node_modules/old": { version: "1.0.0" },
      "trusted/platform/node_modules/fast": { version: "2.0.0", dependencies: { lib: "^1.0.0" } },
    };
    const text = render(
      repository({
        ...planted,
        "package-lock.json": JSON.stringify({ packages }),
        "trusted/platform/src/index.ts": [
          'import { createRequire } from "node:module";',
          "const require = createRequire(import.meta.url);",
          'export const seal = require("fast/native.js");',
        ].join("\n"),
      }),
    );
    expect(text).toContain("; 2 npm packages;");
    expect(text).toContain("| fast | 2.0.0 | trusted/platform |\n| lib | 1.2.3 | trusted/enclave |");
  });

  it("is reported with its libraries and Node's modules", () => {
    const text = render(repository(planted));
    expect(text).toContain("**11 lines written by hand** and 0 generated, in 4 files; 1 npm packages");
    expect(text).toContain("| lib | 1.2.3 | trusted/enclave |");
    expect(text).toContain("| node:crypto | trusted/enclave/src/index.ts |");
  });
});

describe("the closing line", () => {
  const report = (passed: number, failed: number, files: readonly object[] = []) => ({
    numPassedTests: passed,
    numFailedTests: failed,
    numPendingTests: 0,
    numTodoTests: 0,
    testResults: files,
  });

  it("counts tests and checks together and ends with the verdict", () => {
    const end = closing(report(10, 0), { passed: 9, failed: 0 }, { tests: 0, checks: 0 });
    expect([end.lines.at(-1), end.code]).toEqual(["19 passed, 0 failed", 0]);
    const bad = closing(report(10, 1), { passed: 8, failed: 1 }, { tests: 1, checks: 1 });
    expect([bad.lines.at(-1), bad.code]).toEqual(["18 passed, 2 failed", 1]);
  });

  it("never reports success for a run without tests or with an error", () => {
    expect(closing(undefined, undefined, { tests: 0, checks: 0 })).toMatchObject({ code: 1 });
    expect(closing(report(0, 0), { passed: 0, failed: 0 }, { tests: 0, checks: 0 })).toMatchObject({ code: 1 });
    expect(closing(report(5, 0), { passed: 9, failed: 0 }, { tests: 1, checks: 0 })).toMatchObject({ code: 1 });
    expect(closing(report(5, 0), undefined, { tests: 0, checks: 1 })).toMatchObject({ code: 1 });
  });

  it("counts a file that failed before its first test", () => {
    const broken = report(5, 0, [{ status: "failed", assertionResults: [] }]);
    expect(countTests(broken, 1)).toMatchObject({ passed: 5, failed: 1 });
  });
});
