// SPDX-License-Identifier: Apache-2.0
import { fromUtf8 } from "@sotto/bytes";
import wabt from "wabt";

const tools = await wabt();

/** The binary form of WebAssembly text, not validated: the test does this. */
export function wat(text: string): Uint8Array {
  const module = tools.parseWat("test.wat", text, { simd: true, threads: true, exceptions: true });
  try {
    return new Uint8Array(module.toBinary({}).buffer);
  } finally {
    module.destroy();
  }
}

const unsigned = (value: number): number[] =>
  value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
export const vector = (items: readonly (readonly number[])[]): number[] => [...unsigned(items.length), ...items.flat()];
export const section = (id: number, content: readonly number[]): number[] => [
  id,
  ...unsigned(content.length),
  ...content,
];
export const name = (text: string): number[] => vector([...fromUtf8(text)].map((byte) => [byte]));
export const module = (...sections: readonly (readonly number[])[]): Uint8Array =>
  Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...sections.flat()]);

/**
 * A module with a memory, a table, an i32 and an i64 global, and one function () -> () with an i32
 * local.
 */
export const withCode = (...instructions: readonly number[]): Uint8Array => {
  const body = [...vector([[1, 0x7f]]), ...instructions];
  return module(
    section(1, vector([[0x60, 0, 0]])),
    section(3, vector([[0]])),
    section(4, vector([[0x70, 0, 1]])),
    section(5, vector([[0, 1]])),
    section(6, [2, 0x7f, 1, 0x41, 0, 0x0b, 0x7e, 1, 0x42, 0, 0x0b]),
    section(10, vector([[...unsigned(body.length), ...body]])),
  );
};
