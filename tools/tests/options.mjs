// SPDX-License-Identifier: Apache-2.0
/**
 * Options of all runs of vitest. Built packages are outside of node_modules for it, and it would
 * transform each file of them for each test file.
 */
export const BUILT_AS_IT_IS = { server: { deps: { external: [/\/dist\//] } } };
