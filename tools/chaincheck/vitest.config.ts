import { defineConfig } from "vitest/config";
import { root } from "../source/files.mjs";

/** The check by public code, apart from `npm test` because it needs Go. */
export default defineConfig({
  test: { root, include: ["test/e2e/chaincheck.check.ts"], pool: "forks", hookTimeout: 120_000 },
});
