export { type Dec, dec, type ParsedDec } from "./dec.ts";
export { NumberFault } from "./fault.ts";
export { int, parseInteger } from "./int.ts";
