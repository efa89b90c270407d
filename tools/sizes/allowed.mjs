/**
 * @typedef {object} Exception
 * @property {string} path
 * @property {number} [lines] of the file
 * @property {number} [functionLines] of each function, its own
 * @property {number} [wholeLines] of each function with the functions in it
 * @property {string} why
 */

/**
 * Files that may be longer than the limits of `check.mjs`, and why. An entry that is not needed is an error.
 * @type {readonly Exception[]}
 */
export const allowed = [
  {
    path: "host/modules/compute/src/contractAnswers.ts",
    wholeLines: 169,
    why: "contractAnswers makes a closure for each kind of query; to be split by kind",
  },
  {
    path: "host/modules/compute/src/keeper.ts",
    wholeLines: 283,
    why: "computeKeeper makes every operation of the module; to be split by operation",
  },
];
