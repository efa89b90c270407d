// SPDX-License-Identifier: Apache-2.0
/** `docs/privacy.md` cites code and tests that exist. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const ROOT = new URL("../../../../", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, ROOT), "utf8");
const folder = (path: string): string[] => readdirSync(new URL(path, ROOT)).map((name) => read(`${path}/${name}`));

const page = read("docs/privacy.md");
const rust = folder("contracts/leaky/src").join("\n");
const tests = folder("clients/contract-test/test/leaks");
const planted = read("clients/contract-test/test/leaks/planted.test.ts");

const blocks = (language: string): string[] =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``, "g"))].flatMap(([, code]) =>
    code === undefined ? [] : [code],
  );

describe("docs/privacy.md", () => {
  it("shows code of the contract with planted leaks", () => {
    const code = blocks("rust");
    expect(code.length).toBeGreaterThan(3);
    for (const each of code) expect(rust).toContain(each);
  });

  it("shows calls that the tests make", () => {
    const lines = blocks("ts").flatMap((code) => code.trim().split("\n"));
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines)
      expect(
        tests.some((text) => text.includes(line)),
        line,
      ).toBe(true);
  });

  it("names a planted leak and its cured form, or tests by their titles, for each rule", () => {
    const rules = page
      .split(/^### /m)
      .slice(1)
      .map((text) => text.split(/^## /m)[0] ?? "");
    expect(rules.length).toBeGreaterThan(10);
    for (const rule of rules) {
      const [title = ""] = rule.split("\n");
      const named = rule.match(/^(Leaks?|Tests?)[^:]*: .*$/m)?.[0] ?? "";
      const names = [...named.matchAll(/`([^`]+)`/g)].flatMap(([, name]) =>
        name === undefined || name.endsWith(".ts") ? [] : [name],
      );
      expect(names.length, title).toBeGreaterThan(0);
      for (const name of names) {
        const isCase = planted.includes(`name: "${name}"`);
        expect(isCase || tests.some((text) => text.includes(`"${name}"`)), `${title}: ${name}`).toBe(true);
      }
    }
  });
});
