import { existsSync } from "node:fs";
import { join, posix } from "node:path";
import { readJson } from "../source/files.mjs";
import { listPackages } from "./packages.mjs";
import { rulesOf } from "./zones.mjs";

const PINNED = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/;

/**
 * Whether every package.json and tsconfig.json says what the zone table allows, and both say the same.
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
  problems.push(...onePerDependency(packages));
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
  const name = folder.startsWith("host/modules/") ? `@sotto/x-${short}` : `@sotto/${short}`;
  if (manifest.name !== name) problems.push(`is named ${manifest.name}, not ${name}`);
  if (manifest.type !== "module") problems.push('package.json does not say "type": "module"');
  if (manifest.exports === undefined) problems.push("package.json has no exports: deep imports would be possible");

  const npm = new Set([...rules.npm, ...rules.drivers.flatMap((driver) => driver.npm ?? [])]);
  /** @type {string[]} */
  const internal = [];
  for (const [dependency, version] of Object.entries(manifest.dependencies ?? {})) {
    const target = folderOf.get(dependency);
    if (target !== undefined) {
      internal.push(target);
      if (!rules.imports.includes(target) && !rules.byUrl.includes(target)) {
        problems.push(`declares ${dependency}, which the zone table does not allow`);
      }
    } else if (dependency.startsWith("@sotto/")) problems.push(`declares ${dependency}, which does not exist`);
    else if (!npm.has(dependency)) problems.push(`declares ${dependency}, which is not in the zone table's npm list`);
    if (!PINNED.test(String(version))) problems.push(`${dependency} is not pinned to one version: ${version}`);
  }
  if (manifest.peerDependencies) problems.push("has peerDependencies");

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

/** Two versions of one library in one process is a bug that nobody sees. @param {{ folder: string, manifest: any }[]} packages */
function onePerDependency(packages) {
  /** @type {Map<string, Map<string, string>>} */
  const versions = new Map();
  for (const { folder, manifest } of packages) {
    for (const [name, version] of Object.entries(manifest.dependencies ?? {})) {
      const of = versions.get(name) ?? new Map();
      of.set(version, folder);
      versions.set(name, of);
    }
  }
  return [...versions]
    .filter(([, of]) => of.size > 1)
    .map(([name, of]) => `${name} has ${of.size} versions: ${[...of].map(([v, f]) => `${v} in ${f}`).join(", ")}`);
}
