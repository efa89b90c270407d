// SPDX-License-Identifier: Apache-2.0
import { existsSync } from "node:fs";
import { join } from "node:path";
import { listFiles } from "../source/files.mjs";
import { parseFile, visit } from "../source/syntax.mjs";
import { listPackages } from "./packages.mjs";
import { importsByUrl, rulesOf, zoneNames } from "./zones.mjs";

/** @param {readonly string[]} names */
const either = (names) => names.map((name) => name.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")).join("|");
const ANY_PACKAGE = `^(${zoneNames.join("|")})/`;
/**
 * Paths in these folders of any package; two patterns, because dependency-cruiser refuses a
 * repeated optional group.
 */
const inFolders = (/** @type {string} */ names) => [`${ANY_PACKAGE}(${names})/`, `${ANY_PACKAGE}.*/(${names})/`];

/**
 * The rules of one package, in the words of dependency-cruiser.
 * @param {string} folder
 * @param {readonly string[]} all
 */
function packageRules(folder, all) {
  const rules = rulesOf(folder, all);
  if (rules === undefined) return [];
  const src = `^${folder}/src/`;
  const targets = rules.imports.map((target) => `^${target}/dist/`);
  const machine = rules.drivers.map((driver) => `${src}(${driver.files})$`);
  const forbidden = [
    {
      name: `${folder}: zone`,
      comment: `may import ${rules.imports.join(", ") || "no other package"}, by name`,
      severity: "error",
      from: { path: src },
      to: { path: ANY_PACKAGE, pathNot: [`^${folder}/`, ...targets] },
    },
    {
      name: `${folder}: own sources`,
      comment: "a source file imports source files of its package, not what was built from them and not tests",
      severity: "error",
      from: { path: src },
      to: { path: `^${folder}/(?!src/|node_modules/)`, dependencyTypesNot: ["aliased-subpath-import"] },
    },
    {
      name: `${folder}: npm`,
      comment: `may import from npm: ${rules.npm.join(", ") || "nothing"}${machine.length > 0 ? " (drivers: more)" : ""}`,
      severity: "error",
      from: { path: src, ...(machine.length > 0 ? { pathNot: machine } : {}) },
      to: {
        path: "node_modules/",
        ...(rules.npm.length > 0 ? { pathNot: [`node_modules/(${either(rules.npm)})/`] } : {}),
      },
    },
    {
      name: `${folder}: node`,
      comment: "only the drivers named in the zone table import Node's modules",
      severity: "error",
      from: { path: src, ...(machine.length > 0 ? { pathNot: machine } : {}) },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: `${folder}: tests import the package entry`,
      comment: "a test imports the sources of its own package, and other packages by name",
      severity: "error",
      from: { path: `^${folder}/(test|bench)/` },
      to: { path: inFolders("src|test|bench"), pathNot: [`^${folder}/`] },
    },
  ];
  return [...forbidden, ...driverRules(folder, rules)];
}

/**
 * Drivers may import modules that other files of their package may not, but only those of the
 * table.
 * @param {string} folder
 * @param {NonNullable<ReturnType<typeof rulesOf>>} rules
 */
function driverRules(folder, rules) {
  return rules.drivers.flatMap((driver) => {
    const from = { path: `^${folder}/src/(${driver.files})$` };
    const npm = [...rules.npm, ...(driver.npm ?? [])];
    const libraries = {
      name: `${folder}: driver ${driver.files}: npm`,
      comment: `may import from npm: ${npm.join(", ") || "nothing"}`,
      severity: "error",
      from,
      to: { path: "node_modules/", ...(npm.length > 0 ? { pathNot: [`node_modules/(${either(npm)})/`] } : {}) },
    };
    if (driver.node === "all") return [libraries];
    const machine = {
      name: `${folder}: driver ${driver.files}: node`,
      comment: `may import from Node: ${driver.node.join(", ") || "nothing"}`,
      severity: "error",
      from,
      to: {
        dependencyTypes: ["core"],
        ...(driver.node.length > 0 ? { pathNot: [`^(node:)?(${either(driver.node)})$`] } : {}),
      },
    };
    return [libraries, machine];
  });
}

/**
 * The whole configuration of dependency-cruiser for the packages that exist below `base`.
 * @param {readonly string[]} folders
 */
export function cruiserOptions(folders) {
  return {
    // dependency-cruiser reads TypeScript only with a compiler below version 7, finds no imports
    // with version 7 and reports success; swc sees value and type imports
    parser: /** @type {const} */ ("swc"),
    validate: true,
    combinedDependencies: false,
    doNotFollow: { path: "node_modules|/dist/" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default"],
      extensions: [".ts", ".mjs", ".js", ".json", ".node", ".wasm"],
    },
    ruleSet: {
      forbidden: [
        {
          name: "resolvable",
          comment: "not found: never built, not installed, or an inside of a package that its exports do not offer",
          severity: "error",
          from: {},
          to: { couldNotResolve: true },
        },
        {
          name: "declared",
          comment: "an npm package is imported without standing in the package.json of the importer",
          severity: "error",
          from: { path: inFolders("src") },
          to: { dependencyTypes: ["npm-no-pkg", "npm-unknown", "npm-dev", "npm-peer", "npm-optional", "npm-bundled"] },
        },
        { name: "acyclic", comment: "a cycle of imports", severity: "error", from: {}, to: { circular: true } },
        {
          name: "tests import the package entry",
          comment: "tests of the whole import packages by name",
          severity: "error",
          from: { path: "^(test|bench|examples)/" },
          to: { path: inFolders("src|test|bench") },
        },
        ...folders.flatMap((folder) => packageRules(folder, folders)),
      ],
    },
  };
}

/**
 * Runs dependency-cruiser over every package below `base` and answers with one line per broken
 * rule.
 * @param {string} base
 * @returns {Promise<{ modules: number, problems: string[] }>}
 */
export async function checkImports(base) {
  const packages = listPackages(base);
  const folders = packages.map(({ folder }) => folder);
  /** @type {string[]} */
  const problems = [];
  for (const folder of folders) {
    if (rulesOf(folder, folders) === undefined) problems.push(`${folder}: the zone table does not name this package`);
  }
  const roots = [...folders, "test", "examples"].flatMap((folder) =>
    folder === "test" || folder === "examples" ? [folder] : [`${folder}/src`, `${folder}/test`, `${folder}/bench`],
  );
  const there = roots.filter((folder) => existsSync(join(base, folder)));
  const expected = there
    .flatMap((folder) => listFiles(base, folder, [".ts"]))
    .filter((path) => !path.endsWith(".d.ts"));
  if (expected.length === 0)
    return { modules: 0, problems: [...problems, "no source file found: nothing was checked"] };

  const { cruise } = await import("dependency-cruiser");
  const before = process.cwd();
  process.chdir(base);
  const result = await cruise(there, /** @type {any} */ (cruiserOptions(folders))).finally(() => process.chdir(before));
  const output = /** @type {import("dependency-cruiser").ICruiseResult} */ (result.output);
  const seen = new Set(output.modules.map((module) => module.source));
  const unseen = expected.filter((path) => !seen.has(path));
  if (unseen.length > 0) {
    problems.push(`dependency-cruiser did not read ${unseen.length} of ${expected.length} files, e.g. ${unseen[0]}`);
  }
  const known = new Map(packages.map(({ folder, manifest }) => [folder, manifest]));
  for (const violation of output.summary.violations) {
    const path = violation.cycle ? violation.cycle.map((step) => step.name).join(" -> ") : violation.to;
    const rule = output.summary.ruleSetUsed?.forbidden?.find(({ name }) => name === violation.rule.name);
    problems.push(`${violation.from} imports ${path}: ${violation.rule.name} (${rule?.comment ?? ""})`);
  }
  problems.push(...undeclared(output.modules, folders, known), ...hidden(base, expected));
  return { modules: expected.length, problems };
}

/**
 * npm has links for workspaces, for which dependency-cruiser reports no kind: this checks that they
 * are declared.
 * @param {readonly import("dependency-cruiser").IModule[]} modules
 * @param {readonly string[]} folders
 * @param {ReadonlyMap<string, any>} manifests
 */
function undeclared(modules, folders, manifests) {
  /** @type {Set<string>} */
  const problems = new Set();
  const ownerOf = (/** @type {string} */ path) => folders.find((folder) => path.startsWith(`${folder}/`));
  for (const module of modules) {
    const from = ownerOf(module.source);
    if (from === undefined || !module.source.startsWith(`${from}/src/`)) continue;
    for (const { resolved } of module.dependencies) {
      const to = ownerOf(resolved);
      if (to === undefined || to === from) continue;
      const name = manifests.get(to).name;
      if (manifests.get(from).dependencies?.[name] === undefined) {
        problems.add(`${module.source} imports ${name}: not declared in ${from}/package.json`);
      }
    }
  }
  return [...problems];
}

/**
 * Two forms of import that dependency-cruiser does not see: `import("x").T` as a type, and
 * `import(expression)`.
 * @param {string} base
 * @param {readonly string[]} paths
 */
function hidden(base, paths) {
  /** @type {string[]} */
  const problems = [];
  for (const path of paths) {
    if (path.includes("/gen/")) continue;
    const source = parseFile(base, path);
    visit(source.module, (node) => {
      if (node.type === "TsImportType") {
        problems.push(`${path}:${source.lineOf(node)}: import("${node.argument.value}") as a type: write import type`);
      } else if (node.type === "CallExpression" && node.callee.type === "Import") {
        if (node.arguments[0]?.expression.type === "StringLiteral" || !path.includes("/src/")) return;
        if (importsByUrl.includes(path)) return;
        problems.push(`${path}:${source.lineOf(node)}: import() of an expression hides what is imported`);
      }
    });
  }
  return problems;
}
