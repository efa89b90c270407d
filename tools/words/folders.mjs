// SPDX-License-Identifier: Apache-2.0
/**
 * Paths whose comments and documents the checks of this folder read, as beginnings. To cover all
 * files of the repository: `[""]`.
 * @type {readonly string[]}
 */
export const covered = [""];

/** The plan of the work, programs of public Go code, and generated or foreign text. */
const SKIPPED =
  /^(docs\/plan\.md$|tools\/words\/phrases\.mjs$|tools\/(oracle|sdkapp)\/|proto\/(facts|schema|src)\/|contracts\/(built|private-token|starter)\/|bench\/peers\/)/;

/** @param {string} path */
export const isCovered = (path) => covered.some((start) => path.startsWith(start)) && !SKIPPED.test(path);
