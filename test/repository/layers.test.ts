// SPDX-License-Identifier: Apache-2.0
import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkImports } from "../../tools/layers/cruise.mjs";
import { checkManifests } from "../../tools/layers/manifests.mjs";
import { rulesOf } from "../../tools/layers/zones.mjs";
import { repository, write } from "./fixture.ts";

const problemsOf = async (planted: Readonly<Record<string, string>>) =>
  (await checkImports(repository(planted))).problems;

describe("imports", () => {
  it("accepts a repository that follows the zone table, and reads every file of it", async () => {
    expect(await checkImports(repository())).toEqual({ modules: 4, problems: [] });
  });

  it("refuses an import across zones, planted in the host", async () => {
    const problems = await problemsOf({
      "host/store/src/peek.ts": 'import { seal } from "@sotto/platform";\n\nexport const peek = seal;\n',
    });
    expect(problems).toContainEqual(expect.stringMatching(/^host\/store\/src\/peek\.ts imports .*: host\/store: zone/));
  });

  it("refuses the same import of only a type, in every notation", async () => {
    for (const text of [
      'import type { Seal } from "@sotto/platform";\n\nexport type Peek = Seal;\n',
      'import { type Seal } from "@sotto/platform";\n\nexport type Peek = Seal;\n',
      'export type { Seal } from "@sotto/platform";\n',
    ]) {
      const problems = await problemsOf({ "host/store/src/peek.ts": text });
      expect(problems, text).toContainEqual(expect.stringContaining(": host/store: zone"));
    }
  });

  it("refuses forms of import that it cannot read", async () => {
    const problems = await problemsOf({
      "host/store/src/a.ts": 'export type Peek = import("@sotto/platform").Seal;\n',
      "host/store/src/b.ts": "export const peek = (name: string) => import(name);\n",
    });
    expect(problems).toEqual([
      'host/store/src/a.ts:1: import("@sotto/platform") as a type: write import type',
      "host/store/src/b.ts:1: import() of an expression hides what is imported",
    ]);
  });

  it("refuses an import against the layer order inside a zone", async () => {
    const problems = await problemsOf({
      "pure/bytes/src/up.ts": 'import { rows } from "@sotto/store";\n\nexport const up = rows;\n',
    });
    expect(problems).toContainEqual(expect.stringContaining(": pure/bytes: zone"));
  });

  it("refuses a path into another package, by name or by folder", async () => {
    const problems = await problemsOf({
      "host/store/src/folder.ts":
        'import { bytes } from "../../../pure/bytes/src/index.ts";\n\nexport const a = bytes;\n',
      "host/store/src/name.ts": 'import { bytes } from "@sotto/bytes/dist/index.js";\n\nexport const b = bytes;\n',
    });
    expect(problems).toContainEqual(expect.stringMatching(/folder\.ts imports pure\/bytes\/src.*: zone/));
    expect(problems).toContainEqual(expect.stringMatching(/name\.ts imports @sotto\/bytes\/dist.*: resolvable/));
  });

  it("refuses an npm package outside the driver that the table names, and one that is not declared", async () => {
    const use = 'import lmdb from "lmdb";\n\nexport const open = lmdb;\n';
    expect(await problemsOf({ "host/store/src/tree.ts": use })).toContainEqual(
      expect.stringContaining(": host/store: npm"),
    );
    const undeclared = await problemsOf({ "pure/bytes/src/open.ts": use });
    expect(undeclared).toContainEqual(expect.stringMatching(/open\.ts imports .*lmdb.*: declared/));
    expect(undeclared).toContainEqual(expect.stringContaining(": pure/bytes: npm"));
  });

  it("refuses Node's modules outside a driver, with and without the prefix", async () => {
    for (const specifier of ["node:fs", "fs", "node:crypto"]) {
      const problems = await problemsOf({ "pure/bytes/src/disk.ts": `export * as disk from "${specifier}";\n` });
      expect(problems, specifier).toContainEqual(expect.stringContaining(": pure/bytes: node"));
    }
  });

  it("refuses a cycle", async () => {
    const problems = await problemsOf({
      "pure/bytes/src/a.ts": 'import { b } from "./b.ts";\n\nexport const a = () => b;\n',
      "pure/bytes/src/b.ts": 'import { a } from "./a.ts";\n\nexport const b = () => a;\n',
    });
    expect(problems).toContainEqual(expect.stringContaining(": acyclic"));
  });

  it("refuses a workspace package that is imported without being declared", async () => {
    const manifest = { name: "@sotto/platform", exports: { ".": "./dist/index.js" }, dependencies: {} };
    const problems = await problemsOf({ "trusted/platform/package.json": JSON.stringify(manifest) });
    expect(problems).toEqual([
      "trusted/platform/src/index.ts imports @sotto/bytes: not declared in trusted/platform/package.json",
    ]);
  });

  it("allows a test to import its own sources and other packages by name, but not another package's sources", async () => {
    const problems = await problemsOf({
      "host/store/test/a.test.ts": 'import "../src/index.ts";\nimport "@sotto/platform";\n',
      "host/store/test/b.test.ts": 'import "../../../trusted/platform/src/index.ts";\n',
    });
    expect(problems).toEqual([expect.stringMatching(/^host\/store\/test\/b\.test\.ts imports trusted\/platform\/src/)]);
  });

  it("fails when it finds no file", async () => {
    const base = repository();
    for (const folder of ["pure", "trusted", "host"]) rmSync(join(base, folder), { recursive: true });
    expect(await checkImports(base)).toEqual({
      modules: 0,
      problems: [expect.stringContaining("nothing was checked")],
    });
  });

  it("fails on a package that the zone table does not name", async () => {
    const problems = await problemsOf({
      "pure/helpers/package.json": JSON.stringify({ name: "@sotto/helpers" }),
      "pure/helpers/src/index.ts": "export const help = 1;\n",
    });
    expect(problems).toContainEqual("pure/helpers: the zone table does not name this package");
  });
});

describe("manifests", () => {
  it("agree with the table in a repository that follows it", () => {
    expect(checkManifests(repository())).toEqual([]);
  });

  it("may not declare what the table forbids, an unpinned version or an unknown library", () => {
    const dependencies = { "@sotto/platform": "0.1.0", lmdb: "^3.5.6", lodash: "4.17.21" };
    const base = repository({
      "host/store/src/index.ts": 'import "@sotto/platform";\nimport "lodash/fp";\n',
      "host/store/package.json": JSON.stringify({ name: "@sotto/store", type: "module", exports: {}, dependencies }),
      "host/store/tsconfig.json": JSON.stringify({ references: [{ path: "../../trusted/platform" }] }),
    });
    expect(checkManifests(base)).toEqual([
      "host/store: declares @sotto/platform, which the zone table does not allow",
      "host/store: declares lodash, which is not in the zone table's npm list",
      "host/store: lmdb is not pinned to one version: ^3.5.6",
    ]);
  });

  it("agree with the project references", () => {
    const base = repository({
      "host/store/tsconfig.json": JSON.stringify({ references: [] }),
      "trusted/platform/tsconfig.json": JSON.stringify({
        references: [{ path: "../../pure/bytes" }, { path: "../../host/store" }],
      }),
    });
    expect(checkManifests(base)).toEqual([
      "trusted/platform: tsconfig.json references host/store, package.json does not declare it",
      "host/store: package.json declares pure/bytes, tsconfig.json has no reference to it",
    ]);
  });
});

describe("dependencies", () => {
  const store = (more: object) => ({
    "host/store/package.json": JSON.stringify({ name: "@sotto/store", type: "module", exports: {}, ...more }),
  });

  it("are all imports of src, including types, subpaths and required libraries", () => {
    const base = repository({
      ...store({ dependencies: { "@sotto/bytes": "0.1.0" } }),
      "host/store/src/lmdb.ts":
        'import { createRequire } from "node:module";\n\nexport const open = createRequire(import.meta.url);\n',
      "host/store/src/a.ts": 'import type { Open } from "lmdb/open";\n\nexport type A = Open;\n',
    });
    expect(checkManifests(base)).toEqual([
      "host/store: host/store/src/a.ts imports lmdb, which is not in dependencies",
    ]);
    const required =
      'import { createRequire } from "node:module";\n\nconst require = createRequire(import.meta.url);\n';
    write(base, "host/store/src/a.ts", `${required}export const lmdb = require("lmdb");\n`);
    expect(checkManifests(base)).toHaveLength(1);
    write(base, "host/store/src/a.ts", "export const url = import.meta.resolve('lmdb');\n");
    expect(checkManifests(base)).toHaveLength(1);
  });

  it("are only imports of src, not of tests", () => {
    const base = repository({
      "host/store/src/lmdb.ts": "export const open = 1;\n",
      "host/store/test/a.test.ts": 'import "lmdb";\n',
    });
    expect(checkManifests(base)).toEqual([
      "host/store: lmdb is in dependencies, and nothing there imports it",
      "host/store: host/store/test/a.test.ts imports lmdb, which is not in devDependencies",
    ]);
  });

  it("of tests are in devDependencies, once", () => {
    const dependencies = { "@sotto/bytes": "0.1.0", lmdb: "3.5.6" };
    const test = { "host/store/test/a.test.ts": 'import "lmdb";\nimport "vitest";\nimport "../src/index.ts";\n' };
    const planted = (devDependencies: object) => repository({ ...store({ dependencies, devDependencies }), ...test });
    expect(checkManifests(planted({ vitest: "4.1.12" }))).toEqual([]);
    expect(checkManifests(planted({}))).toEqual([
      "host/store: host/store/test/a.test.ts imports vitest, which is not in devDependencies",
    ]);
    expect(checkManifests(planted({ vitest: "4.1.12", lmdb: "3.5.6", wabt: "^1.0.39" }))).toEqual([
      "host/store: wabt is not pinned to one version: ^1.0.39",
      "host/store: lmdb is in devDependencies, and nothing there imports it",
      "host/store: wabt is in devDependencies, and nothing there imports it",
    ]);
  });

  it("of the root are all packages that tests, tools, benches and examples import or start", () => {
    const manifest = {
      workspaces: ["pure/*", "trusted/*", "host/store"],
      devDependencies: { buf: "1.0.0", wabt: "1.0.39" },
    };
    const base = repository({
      "package.json": JSON.stringify(manifest),
      "tools/a.mjs":
        'import "@sotto/bytes";\nimport "node:fs";\nimport "vitest/node";\n\nexport const path = "buf/bin";\n',
    });
    expect(checkManifests(base)).toEqual([
      "tools/a.mjs imports vitest, which package.json does not declare",
      "package.json declares wabt, and no test, tool, bench or example uses it",
    ]);
  });

  it("have one version each in the whole repository", () => {
    const base = repository({
      "package.json": JSON.stringify({
        workspaces: ["pure/*", "trusted/*", "host/store"],
        devDependencies: { lmdb: "3.5.5" },
      }),
      "test/a.ts": 'import "lmdb";\n',
    });
    expect(checkManifests(base)).toEqual(["lmdb has 2 versions: 3.5.5 in the root, 3.5.6 in host/store"]);
  });
});

describe("the zone table", () => {
  const all = [
    "proto",
    "pure/bytes",
    "vm/check",
    "vm/engine",
    "vm/interpreter",
    "vm/cosmwasm",
    "boundary/protocol",
    "trusted/keys",
    "trusted/call",
    "host/store",
    "host/modules/bank",
    "host/modules/compute",
    "host/node",
  ];
  const may = (from: string, to: string) => rulesOf(from, all)?.imports.includes(to);

  it("never allows imports between trusted and host", () => {
    for (const trusted of all.filter((folder) => folder.startsWith("trusted/"))) {
      for (const host of all.filter((folder) => folder.startsWith("host/"))) {
        expect([trusted, host, may(trusted, host), may(host, trusted)]).toEqual([trusted, host, false, false]);
      }
    }
  });

  it("excludes the interpreter from the measured base", () => {
    for (const folder of ["vm/cosmwasm", "trusted/call"]) expect(may(folder, "vm/interpreter")).toBe(false);
    expect(may("trusted/call", "vm/cosmwasm")).toBe(true);
  });

  it("allows imports of the boundary only in compute and registration, and no imports between modules", () => {
    expect(may("host/modules/compute", "boundary/protocol")).toBe(true);
    expect(may("host/modules/bank", "boundary/protocol")).toBe(false);
    expect(may("host/modules/compute", "host/modules/bank")).toBe(false);
    expect(may("host/modules/bank", "vm/check")).toBe(true);
  });
});
