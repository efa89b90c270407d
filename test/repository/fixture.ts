// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";

/**
 * Files of a small repository that follows the zone table: three packages in two zones and one npm
 * package.
 */
const obedient = {
  "package.json": JSON.stringify({
    name: "fixture",
    private: true,
    type: "module",
    workspaces: ["pure/*", "trusted/*", "host/store"],
  }),
  "pure/bytes/src/index.ts": "export const bytes = 1;\n",
  "trusted/platform/src/index.ts": 'import { bytes } from "@sotto/bytes";\n\nexport const seal = bytes;\n',
  "host/store/src/index.ts": 'import { bytes } from "@sotto/bytes";\n\nexport const rows = bytes;\n',
  "host/store/src/lmdb.ts": 'import lmdb from "lmdb";\n\nexport const open = lmdb;\n',
  "node_modules/lmdb/package.json": JSON.stringify({ name: "lmdb", version: "3.5.6", main: "index.js" }),
  "node_modules/lmdb/index.js": "module.exports = {};\n",
};

const packages = {
  "pure/bytes": { name: "@sotto/bytes", dependencies: {} },
  "trusted/platform": { name: "@sotto/platform", dependencies: { "@sotto/bytes": "0.1.0" } },
  "host/store": { name: "@sotto/store", dependencies: { "@sotto/bytes": "0.1.0", lmdb: "3.5.6" } },
};

export function write(base: string, path: string, text: string): void {
  mkdirSync(dirname(join(base, path)), { recursive: true });
  writeFileSync(join(base, path), text);
}

/**
 * A repository in a temporary folder, removed when the test ends. `planted` adds and replaces
 * files.
 */
export function repository(planted: Readonly<Record<string, string>> = {}): string {
  const base = mkdtempSync(join(tmpdir(), "sotto-repository-"));
  onTestFinished(() => rmSync(base, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(obedient)) write(base, path, text);
  for (const [folder, { name, dependencies }] of Object.entries(packages)) {
    write(
      base,
      `${folder}/package.json`,
      JSON.stringify({
        name,
        version: "0.1.0",
        type: "module",
        exports: { ".": { types: "./dist/index.d.ts", default: "./dist/index.js" } },
        dependencies,
      }),
    );
    const references = "@sotto/bytes" in dependencies ? [{ path: "../../pure/bytes" }] : [];
    write(base, `${folder}/tsconfig.json`, JSON.stringify({ references }));
    write(base, `${folder}/dist/index.js`, "export {};\n");
    mkdirSync(join(base, "node_modules/@sotto"), { recursive: true });
    symlinkSync(join(base, folder), join(base, "node_modules", name), "junction");
  }
  for (const [path, text] of Object.entries(planted)) write(base, path, text);
  return base;
}
