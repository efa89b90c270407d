// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { checkCitations, citable, findCitations } from "../../tools/citations/check.mjs";
import { repository } from "./fixture.ts";

const documents = {
  "docs/spec/gas.md": "# Gas\n\n## 1. Units\n\n## 2. Code\n\n### 2.1 Prices\n\n## 3. Rows\n",
  "docs/spec/engine.md": "# Engine\n\n## 7. Faults\n",
  "docs/adr/0007-flat-table.md": "# 0007. Flat table\n",
  "docs/adr/0009-random.md": "# 0009. Random\n",
  "docs/threats.md": "| 4 | a bearer token |\n| 9, rest | one key |\n",
};
const base = () => repository(documents);
const known = (at: string) => citable(at, Object.keys(documents));
const PATH = "host/kernel/src/planted.ts";
/** The problems that the check finds in a text, without the path. */
const of = (text: string, path = PATH) =>
  findCitations(path, text, known(base())).map((problem) => problem.slice(path.length + 1));

describe("citations of the specification", () => {
  it("name a document and sections that exist, also over the end of a comment's line", () => {
    const text = [
      "// Every price (spec/gas.md 2.1), and `docs/spec/gas.md`; spec/gas.md 1, 2.1 and 3.",
      "/** As spec/engine.md",
      " * 7 says. */",
    ].join("\n");
    expect(of(text)).toEqual([]);
  });

  it("are refused when the document or a section is missing", () => {
    expect(of("// spec/prices.md 2.1\n")).toEqual(["1: docs/spec has no document prices.md"]);
    expect(of("\n// see spec/gas.md 2.2.\n")).toEqual(["2: spec/gas.md has no section 2.2"]);
    expect(of("// spec/gas.md 1, 2.1 and 4\n")).toEqual(["1: spec/gas.md has no section 4"]);
    expect(of("/** As spec/engine.md\n * 8 says. */\n")).toEqual(["1: spec/engine.md has no section 8"]);
    expect(of("`docs/spec/gas.md`, section 9\n", "README.md")).toEqual(["1: spec/gas.md has no section 9"]);
  });

  it("are also read after links and inside a document", () => {
    const path = "docs/spec/gas.md";
    const right =
      "section 2.1; [engine.md](engine.md), section 7; section 7 of [engine.md](engine.md); RFC 5297, section 99";
    expect(of(right, path)).toEqual([]);
    expect(of("[engine.md](engine.md), sections 7 to 8\n", path)).toEqual(["1: spec/engine.md has no section 8"]);
    expect(of("section 8 of [engine.md](engine.md)\n", path)).toEqual(["1: spec/engine.md has no section 8"]);
    expect(of("sections 2 and 7\n", path)).toEqual(["1: spec/gas.md has no section 7"]);
  });
});

describe("citations of decisions and threats", () => {
  it("name numbers that exist", () => {
    expect(of("// ADR 7, ADR 9; ADRs 7 to 9, ADR 7 and 9: weaknesses 4 and 9. ADR-027 of the SDK.\n")).toEqual([]);
    expect(of("// ADR 8\n")).toEqual(["1: there is no ADR 8"]);
    expect(of("// ADR 7, 10\n")).toEqual(["1: there is no ADR 10"]);
    expect(of("// ADRs 7 to 12\n")).toEqual(["1: there is no ADR 12"]);
    expect(of("// as ADR\n// 8 says\n")).toEqual(["1: there is no ADR 8"]);
    expect(of("a bearer token (weakness 5)\n")).toEqual(["1: docs/threats.md has no row 5"]);
    expect(of("[threats.md](../threats.md), 5\n", "docs/spec/gas.md")).toEqual(["1: docs/threats.md has no row 5"]);
  });

  it("link to the decision that they name", () => {
    expect(of("[ADR 7](../adr/0007-flat-table.md)\n", "docs/spec/gas.md")).toEqual([]);
    expect(of("[ADR 9](../adr/0007-flat-table.md)\n", "docs/spec/gas.md")).toEqual([
      "1: ADR 9 is linked to ../adr/0007-flat-table.md",
    ]);
  });
});

describe("documents that are not in the repository", () => {
  it("are refused under each of their names", () => {
    for (const text of [
      "(protocol.md 11.2)",
      "wasm-engine.md",
      "see protocol 3.4",
      "architecture D12",
      "decision D7",
      "weaknesses of the study of the protocol",
      "docs/design.md",
      "../notes/plan.md",
    ]) {
      expect(of(`// ${text}\n`).length, text).toBeGreaterThan(0);
    }
  });

  it("may be named in web addresses, and existing documents by path or name", () => {
    const text = "https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md docs/threats.md engine.md **/*.md";
    expect(of(`// ${text}\n`)).toEqual([]);
  });

  it("are searched in all files that a commit would hold", () => {
    const at = repository({
      ...documents,
      ".gitignore": "node_modules/\n",
      "pure/bytes/src/a.ts": "// ADR 8\n",
      "vectors/README.md": "protocol.md\n",
    });
    execFileSync("git", ["init", "--quiet"], { cwd: at });
    const { files, problems } = checkCitations(at);
    expect(files).toBeGreaterThan(5);
    expect(problems).toEqual([
      "pure/bytes/src/a.ts:1: there is no ADR 8",
      "vectors/README.md:1: protocol.md is no document of the repository",
    ]);
  });
});
