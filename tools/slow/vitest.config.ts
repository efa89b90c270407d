// SPDX-License-Identifier: Apache-2.0
import { defineConfig } from "vitest/config";
import { root } from "../source/files.mjs";
import { BUILT_AS_IT_IS } from "../tests/options.mjs";

/** The checks that need Go or Rust, apart from `npm test`. */
export default defineConfig({
  test: { ...BUILT_AS_IT_IS, root, include: ["test/e2e/*.check.ts"], pool: "forks", hookTimeout: 120_000 },
});
