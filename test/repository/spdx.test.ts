// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkSpdx, findMissing, withHeader } from "../../tools/spdx/check.mjs";
import { writeSpdx } from "../../tools/spdx/write.mjs";
import { repository } from "./fixture.ts";

// The text is split, because the license check reads this file too.
const LINE = ["SPDX-License-Identifier", "Apache-2.0"].join(": ");

const planted = {
  ".gitignore": "node_modules/\ndist/\n",
  "pure/bytes/src/bare.ts": "export const bare = 1;\n",
  "pure/bytes/src/good.ts": `// ${LINE}\nexport const good = 1;\n`,
  "tools/start.sh": "#!/bin/sh\nexit 0\n",
  "tools/run.mjs": "#!/usr/bin/env node\nprocess.exit();\n",
  "tools/go/main.go": "// Package main does nothing.\npackage main\n",
  "tools/rust/lib.rs": "//! Nothing.\n",
  "contracts/token/src/lib.rs": "//! Nothing.\n",
  "proto/src/gen/a.ts": "export const a = 1;\n",
  "pure/bytes/README.md": "# @sotto/bytes\n",
};

function planting(more: Readonly<Record<string, string>> = {}): string {
  const base = repository({ ...planted, ...more });
  execFileSync("git", ["init", "--quiet"], { cwd: base });
  return base;
}

describe("the license line", () => {
  it("is required in each kind of source, but not in built contracts, generated files and documents", () => {
    const missing = checkSpdx(planting()).problems.map((problem) => problem.split(" ")[0]);
    expect(missing).toEqual(expect.arrayContaining(["pure/bytes/src/bare.ts", "tools/start.sh", "tools/run.mjs"]));
    expect(missing).toEqual(expect.arrayContaining(["tools/go/main.go", "tools/rust/lib.rs"]));
    expect(missing.filter((path) => /good|contracts|gen|README/.test(path ?? ""))).toEqual([]);
  });

  it("is written as a comment of each language, after the interpreter line, and once", () => {
    const base = planting();
    expect(writeSpdx(base)).toBeGreaterThan(5);
    expect(checkSpdx(base).problems).toEqual([]);
    expect(writeSpdx(base)).toBe(0);
    const read = (path: string) => readFileSync(join(base, path), "utf8");
    expect(read("pure/bytes/src/bare.ts")).toBe(`// ${LINE}\nexport const bare = 1;\n`);
    expect(read("pure/bytes/src/good.ts")).toBe(planted["pure/bytes/src/good.ts"]);
    expect(read("tools/start.sh")).toBe(`#!/bin/sh\n# ${LINE}\nexit 0\n`);
    expect(read("tools/run.mjs")).toBe(`#!/usr/bin/env node\n// ${LINE}\nprocess.exit();\n`);
    expect(read("tools/go/main.go")).toBe(`// ${LINE}\n\n// Package main does nothing.\npackage main\n`);
    expect(read("tools/rust/lib.rs")).toBe(`// ${LINE}\n//! Nothing.\n`);
    expect(read("contracts/token/src/lib.rs")).toBe("//! Nothing.\n");
  });

  it("of another license is refused, and not changed", () => {
    const other = `// ${LINE.replace("Apache-2.0", "MIT")}\nexport const other = 1;\n`;
    expect(findMissing("a.ts", other)).toContain("a.ts names another license");
    expect(withHeader("a.ts", other)).toBe(other);
  });

  it("must be the first line", () => {
    expect(findMissing("a.ts", `import "b";\n// ${LINE}\n`)).toContain("does not begin with its license");
    const closeUp = `// ${LINE}\npackage main\n`;
    expect(findMissing("a.go", closeUp)).toContain("does not begin with its license");
    expect(withHeader("a.go", closeUp)).toBe(`// ${LINE}\n\npackage main\n`);
  });
});
