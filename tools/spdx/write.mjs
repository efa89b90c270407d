// SPDX-License-Identifier: Apache-2.0
// Writes the license's line into every source that lacks it. usage: node tools/spdx/write.mjs
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "../source/files.mjs";
import { checkSpdx, listSources, withHeader } from "./check.mjs";

/** @param {string} base @returns {number} how many were written */
export function writeSpdx(base) {
  let written = 0;
  for (const path of listSources(base)) {
    const text = readFileSync(join(base, path), "utf8");
    const wanted = withHeader(path, text);
    if (wanted === text) continue;
    writeFileSync(join(base, path), wanted);
    written++;
  }
  return written;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  console.log(`${writeSpdx(root)} written`);
  const { problems } = checkSpdx(root);
  for (const problem of problems) console.log(problem);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
