// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { fromHex } from "@sotto/bytes";
import { expect } from "vitest";

/** The content of `vectors/<name>.json`. The caller names its type and checks every entry. */
export const load = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`../../vectors/${name}.json`, import.meta.url), "utf8")) as T;

/** Throws on a field that no check reads. */
export function fields<T extends object>(value: T, ...known: (keyof T & string)[]): T {
  expect(Object.keys(value).filter((key) => !known.includes(key as keyof T & string))).toEqual([]);
  return value;
}

/** The bytes of a vector's hex. */
export function bytes(hex: string): Uint8Array {
  const out = fromHex(hex);
  if (out === undefined) throw new Error(`not hex: ${hex}`);
  return out;
}
