/**
 * Files that may be longer than the limits of `check.mjs`, and why. An entry that is not needed is an error.
 * @type {readonly { path: string, lines?: number, functionLines?: number, why: string }[]}
 */
export const allowed = [];
