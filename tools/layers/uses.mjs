// SPDX-License-Identifier: Apache-2.0
import { builtinModules } from "node:module";
import { listFiles } from "../source/files.mjs";
import { importsOf, parseFile } from "../source/syntax.mjs";

const SOURCES = [".ts", ".mjs"];

/**
 * The package that a specifier names, or undefined for a file, an import of the own package (`#x`)
 * and Node's modules.
 * @param {string} specifier
 */
function packageOf(specifier) {
  if (/^[./#]/.test(specifier) || /^[a-z]+:/.test(specifier)) return undefined;
  const name = specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
  return builtinModules.includes(name) ? undefined : name;
}

/**
 * The packages that the files below some folders name, types included, each with the first file
 * that does.
 * @param {string} base
 * @param {readonly string[]} folders relative to base
 * @returns {Map<string, string>}
 */
export function packagesUsed(base, folders) {
  /** @type {Map<string, string>} */
  const used = new Map();
  for (const path of folders.flatMap((folder) => listFiles(base, folder, SOURCES))) {
    if (path.endsWith(".d.ts")) continue;
    for (const { specifier } of importsOf(parseFile(base, path))) {
      const name = packageOf(specifier);
      if (name !== undefined && !used.has(name)) used.set(name, path);
    }
  }
  return used;
}
