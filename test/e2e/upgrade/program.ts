// SPDX-License-Identifier: Apache-2.0
/**
 * The next program of a node: its chain has the parts of this folder in place of `secretChain` and
 * `modules` of `@sotto/app`.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin } from "esbuild";
import { makeProgram } from "../../../tools/bundle.mjs";

const FOLDER = fileURLToPath(new URL("../../../.cache/next-program", import.meta.url));

/**
 * Resolves an import of a part to this folder, but that of the part itself, which takes the
 * original.
 */
const parts: Plugin = {
  name: "parts",
  setup(build) {
    build.onResolve({ filter: /\/(secretChain|modules)\.js$/ }, ({ path, resolveDir, importer, kind }) => {
      const name = path.slice(path.lastIndexOf("/") + 1, -3);
      const own = join(import.meta.dirname, `${name}.mjs`);
      const isOriginal = join(resolveDir, path).endsWith(join("host/app/dist", `${name}.js`));
      return kind === "entry-point" || !isOriginal || importer === own ? undefined : { path: own };
    });
  },
};

/** The launcher of the next program, made once for this process and removed with it. */
export async function makeNextProgram(): Promise<string> {
  const folder = join(FOLDER, String(process.pid));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  await makeProgram(join(folder, "dist"), [parts]);
  return join(folder, "dist", "main.js");
}

/** Its environment. */
export const upgradedEnv = (height: number): Record<string, string> => ({ SOTTO_TEST_UPGRADE: String(height) });
