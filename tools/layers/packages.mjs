// SPDX-License-Identifier: Apache-2.0
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { readJson } from "../source/files.mjs";

/**
 * Every package of the workspaces in the root package.json, in the order in which they are listed
 * there.
 * @param {string} base
 * @returns {{ folder: string, manifest: any }[]}
 */
export function listPackages(base) {
  /** @type {string[]} */
  const globs = readJson(base, "package.json").workspaces;
  const folders = globs.flatMap((glob) => {
    if (!glob.endsWith("/*")) return [glob];
    const parent = glob.slice(0, -2);
    if (!existsSync(join(base, parent))) return [];
    return readdirSync(join(base, parent))
      .sort()
      .map((name) => `${parent}/${name}`);
  });
  return folders
    .filter((folder) => existsSync(join(base, folder, "package.json")))
    .map((folder) => ({ folder, manifest: readJson(base, `${folder}/package.json`) }));
}
