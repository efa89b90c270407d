// SPDX-License-Identifier: Apache-2.0
/**
 * A value that is read-only at any depth, such as a row that was read. The codecs and the stores
 * return the same object to several readers, also to those of a branch that is dropped later. The
 * field of the protobuf runtime (`$unknown`) keeps its own type.
 */
export type Frozen<T> = T extends Primitive | Uint8Array
  ? T
  : { readonly [K in keyof T]: K extends `$${string}` ? T[K] : Frozen<T[K]> };

type Primitive = string | number | bigint | boolean | symbol | null | undefined;

let freezes = false;

/**
 * From now on rows are frozen when they are decoded, and a change throws TypeError. For tests: it
 * costs time.
 */
export function freezeRows(): void {
  freezes = true;
}

function freeze(value: unknown): void {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value) || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const part of Object.values(value)) freeze(part);
}

/** The value itself, frozen after a call of `freezeRows`. */
export function frozen<T>(value: T): Frozen<T> {
  if (freezes) freeze(value);
  // The type has no run-time form: the read-only value is the same object.
  return value as Frozen<T>;
}
