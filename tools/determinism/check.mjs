// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { listPackages } from "../layers/packages.mjs";
import { rulesOf } from "../layers/zones.mjs";
import { listFiles } from "../source/files.mjs";
import { parseText, visit } from "../source/syntax.mjs";
import { rules } from "./rules.mjs";
import { deterministic, exceptions } from "./scope.mjs";

/**
 * @typedef {{ path: string, line: number, rule: string, what: string, instead: string }} Finding
 */

/** Marks of unfinished work. Split, so that this file does not match itself. */
const PUT_OFF = new RegExp(`\\b(${["TO", "DO"].join("")}|${["FIX", "ME"].join("")}|XXX)\\b(?!\\s*\\(?#\\d+)`);

/**
 * Findings in one file. `inScope` says whether the deterministic rules apply or only those that
 * hold everywhere.
 * @param {string} path
 * @param {string} text
 * @param {boolean} inScope
 * @returns {Finding[]}
 */
export function lintText(path, text, inScope) {
  /** @type {Finding[]} */
  const findings = [];
  const active = rules.filter((rule) => (inScope || rule.everywhere) && (rule.within?.test(path) ?? true));
  const source = parseText(path, text);
  visit(source.module, (node, parents, key) => {
    for (const rule of active) {
      const what = rule.find(node, parents, key);
      // in some shapes the node with the mark of an async function has no span: the parent's span
      // is used
      const at = node.span ?? parents.findLast((parent) => parent.span)?.span;
      if (what !== undefined) {
        findings.push({ path, line: source.lineOf({ ...node, span: at }), rule: rule.id, what, instead: rule.instead });
      }
    }
  });
  text.split("\n").forEach((line, i) => {
    if (PUT_OFF.test(line)) {
      findings.push({
        path,
        line: i + 1,
        rule: "put-off",
        what: line.trim().slice(0, 60),
        instead: "name the issue: (#12)",
      });
    }
  });
  return findings;
}

/**
 * Lints the sources and tests of every package below `base`.
 * @param {string} base
 * @param {typeof exceptions} [excepted]
 * @returns {{ files: number, findings: Finding[], problems: string[] }}
 */
export function checkDeterminism(base, excepted = exceptions) {
  const packages = listPackages(base);
  const folders = packages.map(({ folder }) => folder);
  /** @type {Finding[]} */
  const findings = [];
  /** @type {Set<RegExp>} */
  const used = new Set();
  let files = 0;
  for (const folder of [...folders, "test", "examples", "bench"]) {
    const drivers = (rulesOf(folder, folders)?.drivers ?? []).map((d) => new RegExp(`^${folder}/src/(${d.files})$`));
    for (const path of listFiles(base, folder, [".ts"])) {
      if (path.includes("/gen/")) continue;
      files += 1;
      const source = path.startsWith(`${folder}/src/`);
      const inScope =
        source &&
        deterministic.some((prefix) => path.startsWith(prefix)) &&
        !drivers.some((driver) => driver.test(path));
      const allowed = excepted.filter((exception) => exception.files.test(path));
      for (const exception of allowed) used.add(exception.files);
      const exempt = new Set(allowed.flatMap((exception) => exception.rules));
      const wasm = folder === "vm/engine" || !source;
      for (const finding of lintText(path, readFileSync(join(base, path), "utf8"), inScope)) {
        if (exempt.has(finding.rule) || (wasm && finding.rule === "wasm")) continue;
        findings.push(finding);
      }
    }
  }
  const problems = excepted
    .filter((exception) => !used.has(exception.files))
    .map((exception) => `the exception for ${exception.files} in tools/determinism/scope.mjs matches no file`);
  if (files === 0) problems.push("no source file found: nothing was checked");
  return { files, findings, problems };
}
