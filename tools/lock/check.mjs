// SPDX-License-Identifier: Apache-2.0
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { listPackages } from "../layers/packages.mjs";
import { readJson } from "../source/files.mjs";
import { resolveLocked } from "./resolve.mjs";

const PLATFORMS = ["linux", "darwin", "win32"];

/**
 * Whether `npm ci --ignore-scripts` accepts the lock on every platform, made with any registry.
 * @param {string} base
 * @returns {string[]}
 */
export function checkLock(base) {
  const lock = readJson(base, "package-lock.json");
  const problems = checkEntries(lock.packages);
  if (lock.lockfileVersion !== 3) problems.push(`package-lock.json has version ${lock.lockfileVersion}, not 3`);
  problems.push(...checkAgreement(base, lock.packages));
  const npmrc = join(base, ".npmrc");
  const settings = existsSync(npmrc) ? readFileSync(npmrc, "utf8") : "";
  for (const setting of ["ignore-scripts=true", "save-exact=true", "omit-lockfile-registry-resolved=true"]) {
    if (!settings.split("\n").includes(setting)) problems.push(`.npmrc does not say ${setting}`);
  }
  return problems;
}

/**
 * @param {Record<string, any>} packages of a lock
 * @returns {string[]}
 */
export function checkEntries(packages) {
  /** @type {string[]} */
  const problems = [];
  for (const [path, entry] of Object.entries(packages)) {
    if (typeof entry.resolved === "string" && /^[a-z+]+:/.test(entry.resolved) && entry.link !== true) {
      problems.push(`${path} names where it came from: ${entry.resolved}`);
    }
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      // a range without an exact version names no platform package that the lock could state
      if (resolveLocked(packages, path, name) === undefined && /^\d/.test(String(version))) {
        problems.push(
          `${name}@${version}, optional for ${path || "the root"}, has no entry: run node tools/lock/complete.mjs`,
        );
      }
    }
  }
  return [...problems, ...checkPlatforms(packages)];
}

/**
 * Tools with one package per platform must name all supported platforms.
 * @param {Record<string, any>} packages
 */
function checkPlatforms(packages) {
  return [
    ["@biomejs/cli-", "@biomejs/biome"],
    ["@typescript/typescript-", "typescript"],
    ["@swc/core-", "@swc/core"],
    ["@lmdb/lmdb-", "lmdb"],
  ].flatMap(([prefix, tool]) => {
    if (packages[`node_modules/${tool}`] === undefined) return [];
    const names = Object.keys(packages).filter((path) => path.startsWith(`node_modules/${prefix}`));
    return PLATFORMS.flatMap((os) =>
      ["x64", "arm64"]
        .filter((cpu) => !names.some((name) => name.includes(`${os}-${cpu}`)))
        .map((cpu) => `${tool} has no package for ${os}-${cpu} in the lock`),
    );
  });
}

/**
 * `npm ci` refuses a lock that disagrees with a package.json.
 * @param {string} base
 * @param {Record<string, any>} packages
 */
function checkAgreement(base, packages) {
  const manifests = [{ folder: "", manifest: readJson(base, "package.json") }, ...listPackages(base)];
  return manifests.flatMap(({ folder, manifest }) => {
    const locked = packages[folder];
    if (locked === undefined) return [`${folder} has no entry in the lock`];
    return ["dependencies", "devDependencies", "optionalDependencies"].flatMap((kind) => {
      const wanted = JSON.stringify(Object.entries(manifest[kind] ?? {}).sort());
      const has = JSON.stringify(Object.entries(locked[kind] ?? {}).sort());
      return wanted === has ? [] : [`${folder || "the root"}: ${kind} of package.json and lock differ`];
    });
  });
}
