import { readFileSync } from "node:fs";
import { fromHex } from "@sotto/bytes";
import { expect } from "vitest";

/**
 * What `vectors/<name>.json` holds; the caller says of which type that is, and checks it entry by
 * entry.
 */
export const load = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`../../vectors/${name}.json`, import.meta.url), "utf8")) as T;

/** Fails on a field that no check knows. */
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
