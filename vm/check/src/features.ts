// SPDX-License-Identifier: Apache-2.0
import { OP } from "./opcodes.ts";

/** The newest Rust compiler whose wasm stays within the accepted features. */
const LAST_RUST = "1.81";

/** First bytes of instructions of later WebAssembly, by the proposal that brought them. */
const FEATURES: readonly (readonly [from: number, to: number, feature: string])[] = [
  [0x06, 0x0a, "exception handling"],
  [0x12, 0x15, "tail calls"],
  [0x18, 0x19, "exception handling"],
  [0x1c, 0x1c, "reference types"],
  [0x1f, 0x1f, "exception handling"],
  [0x25, 0x26, "reference types"],
  [0xd0, 0xd6, "reference types"],
  [0xfb, 0xfb, "garbage collection"],
  [0xfc, 0xfc, "bulk memory"],
  [0xfd, 0xfd, "SIMD"],
  [0xfe, 0xfe, "threads"],
];

const hex = (byte: number): string => `0x${byte.toString(16).padStart(2, "0")}`;

/** Advice for a feature that the chain does not have: the user's compiler is too new. */
export const tooNew = (feature: string): string =>
  `${feature}: build with Rust ${LAST_RUST} or older, see contracts/README.md`;

/** The refusal of an instruction, with the feature that it belongs to. */
export function unsupportedText(op: number): string {
  const found = FEATURES.find(([from, to]) => op >= from && op <= to);
  const text = `unsupported opcode ${hex(op)}`;
  return found === undefined ? text : `${text} of ${tooNew(found[2])}`;
}

/**
 * The refusal of an index that WebAssembly 1.0 keeps zero, in one byte: compilers of later features
 * write more.
 */
export const nonZeroText = (op: number): string =>
  op === OP.callIndirect
    ? `zero byte expected; a longer table index belongs to ${tooNew("reference types")}`
    : "zero byte expected";
