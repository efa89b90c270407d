// SPDX-License-Identifier: Apache-2.0
/**
 * @typedef {object} Exception
 * @property {string} path
 * @property {number} [lines] of the file
 * @property {number} [functionLines] of each function, its own
 * @property {number} [wholeLines] of each function with the functions in it
 * @property {string} why
 */

/**
 * Files that may be longer than the limits of `check.mjs`, with reasons. An unused entry is an
 * error.
 * @type {readonly Exception[]}
 */
export const allowed = [];
