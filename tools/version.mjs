// SPDX-License-Identifier: Apache-2.0
// The version stands in the root package.json. All other places with the version are written from
// it and compared.
// usage: node tools/version.mjs (after a change of that one; then CHANGELOG.md gets a heading by
// hand)
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { listPackages } from "./layers/packages.mjs";
import { listFiles, readJson, root } from "./source/files.mjs";

const CONSTANT = "host/app/src/version.ts";
const LOCK = "package-lock.json";
const KINDS = ["dependencies", "devDependencies"];

/**
 * A manifest, of a package or in the lock, with the version in all its places.
 * @param {any} manifest
 * @param {string} version
 * @param {ReadonlySet<string>} own names of packages
 */
function stamp(manifest, version, own) {
  const stamped = manifest.version === undefined ? { ...manifest } : { ...manifest, version };
  for (const kind of KINDS) {
    if (manifest[kind] === undefined) continue;
    const entries = Object.entries(manifest[kind]);
    stamped[kind] = Object.fromEntries(entries.map(([name, has]) => [name, own.has(name) ? version : has]));
  }
  return stamped;
}

const textOf = (/** @type {any} */ json) => `${JSON.stringify(json, null, 2)}\n`;

/**
 * The files with the version, in their correct form.
 * @param {string} base
 * @returns {Map<string, string>}
 */
export function renderVersion(base) {
  const { version } = readJson(base, "package.json");
  const packages = listPackages(base);
  const own = new Set(packages.map(({ manifest }) => manifest.name));
  const files = new Map(
    packages.map(({ folder, manifest }) => [
      `${folder}/package.json`,
      textOf(stamp({ ...manifest, version }, version, own)),
    ]),
  );
  if (existsSync(join(base, LOCK))) {
    const lock = readJson(base, LOCK);
    const folders = new Set(["", ...packages.map(({ folder }) => folder)]);
    const entries = Object.entries(lock.packages).map(([path, entry]) => [
      path,
      folders.has(path) ? stamp(entry, version, own) : entry,
    ]);
    files.set(LOCK, textOf({ ...lock, version, packages: Object.fromEntries(entries) }));
  }
  if (existsSync(join(base, CONSTANT))) {
    const text = readFileSync(join(base, CONSTANT), "utf8");
    files.set(CONSTANT, text.replace(/(VERSION = ")[^"]*(")/, `$1${version}$2`));
  }
  return files;
}

/**
 * @param {string} base
 * @returns {string[]} one line per place that says another version, and per source that says it by
 * itself
 */
export function checkVersion(base) {
  const { version } = readJson(base, "package.json");
  if (!/^\d+\.\d+\.\d+$/.test(version)) return [`package.json has the version ${version}`];
  const problems = [...renderVersion(base)]
    .filter(([path, text]) => readFileSync(join(base, path), "utf8") !== text)
    .map(([path]) => `${path} does not say ${version}: run node tools/version.mjs`);
  const changes = existsSync(join(base, "CHANGELOG.md")) ? readFileSync(join(base, "CHANGELOG.md"), "utf8") : "";
  const heading = /^## (\S+)/m.exec(changes)?.[1];
  if (heading !== version) problems.push(`CHANGELOG.md begins with ${heading}, not with ${version}`);
  for (const path of listPackages(base).flatMap(({ folder }) => listFiles(base, folder, [".ts", ".mjs"]))) {
    if (path !== CONSTANT && readFileSync(join(base, path), "utf8").includes(`"${version}"`)) {
      problems.push(`${path} says ${version} by itself: import VERSION from @sotto/app/version`);
    }
  }
  return problems;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const [path, text] of renderVersion(root)) writeFileSync(join(root, path), text);
}
