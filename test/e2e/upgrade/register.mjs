// SPDX-License-Identifier: Apache-2.0
/**
 * Makes the next program of a node that runs with `NODE_OPTIONS=--import FILE`: its chain has the
 * parts of this folder in place of `secretChain` and `modules` of `@sotto/app`.
 */
import { register } from "node:module";

register("./hooks.mjs", import.meta.url);
