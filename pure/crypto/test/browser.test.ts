// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import * as crypto from "../src/index.ts";
import { answers } from "./answers.mjs";

test("the build for browsers gives byte for byte the same answers", () => {
  const script = fileURLToPath(new URL("answers.mjs", import.meta.url));
  const text = execFileSync(process.execPath, ["--conditions=browser", script, "print"], { encoding: "utf8" });
  const [backend, ...lines] = text.trimEnd().split("\n");
  expect(backend).toBe("noble");
  const want = answers(crypto);
  expect(want.length).toBeGreaterThan(150);
  expect(lines).toEqual(want);
});
