// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

describe("proto/", () => {
  it("equals the tool's output from facts, overlay and hand-written schema", () => {
    const root = fileURLToPath(new URL("../..", import.meta.url));
    const out = execFileSync(process.execPath, ["tools/proto/generate.mjs", "--check"], {
      cwd: root,
      encoding: "utf8",
    });
    expect(out).toMatch(/^proto: \d+ files are as generated/);
    // buf and 74 files: 12 s alone, a minute on a busy machine.
  }, 240_000);
});
