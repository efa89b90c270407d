// SPDX-License-Identifier: Apache-2.0
import { existsSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { PROGRAM_PACKAGES } from "../bundle.mjs";
import { listFiles, readJson } from "../source/files.mjs";
import { listPackages } from "./packages.mjs";
import { packagesUsed } from "./uses.mjs";
import { products, rulesOf } from "./zones.mjs";

const KINDS = ["dependencies", "devDependencies"];
/** Folders with files that belong to no package. */
const OF_THE_WHOLE = ["test", "tools", "bench", "examples"];
const PINNED = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/;

/**
 * Whether every package.json and tsconfig.json says what the zone table allows and the files of the
 * package import, and both say the same.
 * @param {string} base
 * @returns {string[]} one line per disagreement
 */
export function checkManifests(base) {
  const packages = listPackages(base);
  const folders = packages.map(({ folder }) => folder);
  const folderOf = new Map(packages.map(({ folder, manifest }) => [manifest.name, folder]));
  const problems = packages.flatMap(({ folder, manifest }) =>
    checkPackage(base, folder, manifest, folders, folderOf).map((problem) => `${folder}: ${problem}`),
  );
  for (const file of ["tsconfig.json", "tsconfig.tests.json"]) {
    if (!existsSync(join(base, file))) continue;
    const listed = references(base, file, "");
    const missing = folders.filter((folder) => !listed.includes(folder));
    if (missing.length > 0) problems.push(`${file}: no reference to ${missing.join(", ")}`);
  }
  const whole = { folder: "", manifest: readJson(base, "package.json") };
  problems.push(...checkWhole(base, whole.manifest, folderOf), ...onePerDependency([whole, ...packages]));
  return problems;
}

/**
 * @param {string} base
 * @param {string} file
 * @param {string} folder
 * @returns {string[]}
 */
const references = (base, file, folder) =>
  (readJson(base, file).references ?? []).map((/** @type {{ path: string }} */ { path }) =>
    posix.join(folder, path).replace(/\/$/, ""),
  );

/**
 * @param {string} base
 * @param {string} folder
 * @param {any} manifest
 * @param {readonly string[]} folders
 * @param {ReadonlyMap<string, string>} folderOf
 */
function checkPackage(base, folder, manifest, folders, folderOf) {
  const rules = rulesOf(folder, folders);
  if (rules === undefined) return ["the zone table does not name this package"];
  /** @type {string[]} */
  const problems = [];
  const short = folder.slice(folder.lastIndexOf("/") + 1);
  const name = `@sotto/${nameOf(folder, short)}`;
  if (manifest.name !== name) problems.push(`is named ${manifest.name}, not ${name}`);
  if (manifest.type !== "module") problems.push('package.json does not say "type": "module"');
  if (manifest.exports === undefined) problems.push("package.json has no exports: deep imports would be possible");

  const npm = new Set([...rules.npm, ...rules.drivers.flatMap((driver) => driver.npm ?? [])]);
  for (const dependency of Object.keys(manifest.dependencies ?? {})) {
    const target = folderOf.get(dependency);
    if (target !== undefined) {
      if (!rules.imports.includes(target) && !rules.byUrl.includes(target)) {
        problems.push(`declares ${dependency}, which the zone table does not allow`);
      }
    } else if (!dependency.startsWith("@sotto/") && !npm.has(dependency)) {
      problems.push(`declares ${dependency}, which is not in the zone table's npm list`);
    }
  }
  for (const kind of KINDS) {
    for (const [dependency, version] of Object.entries(manifest[kind] ?? {})) {
      if (dependency.startsWith("@sotto/") && !folderOf.has(dependency)) {
        problems.push(`declares ${dependency}, which does not exist`);
      }
      if (!PINNED.test(String(version))) problems.push(`${dependency} is not pinned to one version: ${version}`);
    }
  }
  for (const kind of ["peerDependencies", "optionalDependencies"]) if (manifest[kind]) problems.push(`has ${kind}`);
  problems.push(...compareUses(base, folder, manifest), ...checkReferences(base, folder, manifest, folderOf));
  return problems;
}

/** @param {string} folder @param {string} short its last part */
function nameOf(folder, short) {
  if (folder.startsWith("host/modules/")) return `x-${short}`;
  return products.includes(folder) ? `${short}-client` : short;
}

/**
 * `dependencies` are what src and the program of the launcher import, `devDependencies` what tests
 * and benches import beside that.
 * @param {string} base
 * @param {string} folder
 * @param {any} manifest
 */
function compareUses(base, folder, manifest) {
  const bySource = packagesUsed(base, [`${folder}/src`]);
  const byTest = packagesUsed(base, [`${folder}/test`, `${folder}/bench`]);
  for (const name of [manifest.name, ...bySource.keys()]) byTest.delete(name);
  bySource.delete(manifest.name);
  if (folder === "sotto") for (const name of PROGRAM_PACKAGES) bySource.set(name, "tools/bundle.mjs");
  return [
    ...difference(bySource, manifest.dependencies ?? {}, "dependencies"),
    ...difference(byTest, manifest.devDependencies ?? {}, "devDependencies"),
  ];
}

/**
 * @param {ReadonlyMap<string, string>} used
 * @param {Readonly<Record<string, string>>} declared
 * @param {string} kind
 */
function difference(used, declared, kind) {
  const missing = [...used].filter(([name]) => declared[name] === undefined);
  const unused = Object.keys(declared).filter((name) => !used.has(name));
  return [
    ...missing.map(([name, path]) => `${path} imports ${name}, which is not in ${kind}`),
    ...unused.map((name) => `${name} is in ${kind}, and nothing there imports it`),
  ];
}

/**
 * @param {string} base
 * @param {string} folder
 * @param {any} manifest
 * @param {ReadonlyMap<string, string>} folderOf
 */
function checkReferences(base, folder, manifest, folderOf) {
  const internal = Object.keys(manifest.dependencies ?? {}).flatMap((name) => folderOf.get(name) ?? []);
  /** @type {string[]} */
  const problems = [];

  const tsconfig = `${folder}/tsconfig.json`;
  if (!existsSync(join(base, tsconfig))) return [...problems, "has no tsconfig.json"];
  const referenced = references(base, tsconfig, folder);
  for (const target of internal.filter((t) => !referenced.includes(t))) {
    problems.push(`package.json declares ${target}, tsconfig.json has no reference to it`);
  }
  for (const target of referenced.filter((t) => !internal.includes(t))) {
    problems.push(`tsconfig.json references ${target}, package.json does not declare it`);
  }
  return problems;
}

/**
 * The package.json of the whole: what tests, tools, benches and examples import or start. It need
 * not name the packages of the repository, which npm links for it.
 * @param {string} base
 * @param {any} manifest
 * @param {ReadonlyMap<string, string>} folderOf
 */
function checkWhole(base, manifest, folderOf) {
  const declared = { ...manifest.dependencies, ...manifest.devDependencies };
  const used = packagesUsed(base, OF_THE_WHOLE);
  const texts = OF_THE_WHOLE.flatMap((folder) => listFiles(base, folder, [".ts", ".mjs", ".json"])).map((path) =>
    readFileSync(join(base, path), "utf8"),
  );
  const missing = [...used].filter(([name]) => declared[name] === undefined && !folderOf.has(name));
  const unused = Object.keys(declared).filter(
    (name) => !name.startsWith("@types/") && !used.has(name) && !texts.some((text) => text.includes(name)),
  );
  return [
    ...missing.map(([name, path]) => `${path} imports ${name}, which package.json does not declare`),
    ...unused.map((name) => `package.json declares ${name}, and no test, tool, bench or example uses it`),
  ];
}

/**
 * Two versions of one library in one process are an invisible bug.
 * @param {{ folder: string, manifest: any }[]} packages
 */
function onePerDependency(packages) {
  /** @type {Map<string, Map<string, string>>} */
  const versions = new Map();
  for (const { folder, manifest } of packages) {
    for (const [name, version] of KINDS.flatMap((kind) => Object.entries(manifest[kind] ?? {}))) {
      const of = versions.get(name) ?? new Map();
      of.set(version, folder);
      versions.set(name, of);
    }
  }
  return [...versions]
    .filter(([, of]) => of.size > 1)
    .map(
      ([name, of]) =>
        `${name} has ${of.size} versions: ${[...of].map(([v, f]) => `${v} in ${f || "the root"}`).join(", ")}`,
    );
}
