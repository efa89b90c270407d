// SPDX-License-Identifier: Apache-2.0
export { type Dec, type DecParseResult, dec } from "./dec.ts";
export { NumberFault } from "./fault.ts";
export { int, parseInteger } from "./int.ts";
