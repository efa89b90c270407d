// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the repository, without a slash at its end. */
export const root = fileURLToPath(new URL("../../", import.meta.url)).replace(/[\\/]$/, "");

const NEVER = new Set(["node_modules", "dist", ".git", ".cache", "target"]);

/**
 * Files below `folder` that end in one of `endings`, as paths with forward slashes relative to
 * `base`, in byte order.
 * @param {string} base
 * @param {string} folder relative to base
 * @param {readonly string[]} endings
 * @returns {string[]}
 */
export function listFiles(base, folder, endings) {
  /** @type {string[]} */
  const found = [];
  /** @param {string} at */
  const walk = (at) => {
    for (const entry of readdirSync(join(base, at), { withFileTypes: true })) {
      if (NEVER.has(entry.name)) continue;
      const path = at === "" ? entry.name : `${at}/${entry.name}`;
      if (entry.isDirectory()) walk(path);
      else if (endings.some((ending) => entry.name.endsWith(ending))) found.push(path);
    }
  };
  if (existsSync(join(base, folder)) && statSync(join(base, folder)).isDirectory()) walk(folder);
  return found.sort((a, b) => (a < b ? -1 : 1));
}

/**
 * The files of a commit of everything: tracked files and new ones that are not ignored. Needs git.
 * @param {string} base
 * @returns {string[]}
 */
export function listCommittable(base) {
  const out = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: base,
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  return out.split("\0").filter((path) => path !== "" && existsSync(join(base, path)));
}

/**
 * @param {string} base
 * @param {string} path
 * @returns {any}
 */
export const readJson = (base, path) => JSON.parse(readFileSync(join(base, path), "utf8"));

/**
 * The file with a run's counts for the closing line of CI. Ignored by git.
 * @param {"tests" | "checks"} what
 */
export const reportPath = (what) => `.cache/${what}.json`;

/**
 * The report of the last run, or undefined when it ended before it wrote one.
 * @param {"tests" | "checks"} what
 * @returns {any}
 */
export function readReport(what) {
  return existsSync(join(root, reportPath(what))) ? readJson(root, reportPath(what)) : undefined;
}
