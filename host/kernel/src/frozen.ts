/**
 * A value that nobody may change, at any depth: rows as they are read. The codecs and the stores
 * hand the same object to several readers, also to those of a branch that is dropped later. What
 * the runtime of protobuf keeps in a message (`$unknown`) has its own type.
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

/** The value itself, frozen when the process asked for it. */
export function frozen<T>(value: T): Frozen<T> {
  if (freezes) freeze(value);
  // A type without a form at run time: what is read-only is the same object.
  return value as Frozen<T>;
}
