// SPDX-License-Identifier: Apache-2.0
/**
 * Rows of one store, in byte order of their keys. Keys are not empty; a reader must not change
 * values.
 */
export interface KvRead {
  get(key: Uint8Array): Uint8Array | undefined;
  has(key: Uint8Array): boolean;
  /** Rows with start <= key < end, ascending or descending; an undefined bound is open. */
  iterate(
    start: Uint8Array | undefined,
    end: Uint8Array | undefined,
    reverse?: boolean,
  ): Iterable<readonly [key: Uint8Array, value: Uint8Array]>;
}

/**
 * A reader that also accepts a key's text: a layer that has made the text (`toText`) passes it on.
 */
export interface TextRead extends KvRead {
  getText(text: string, key: Uint8Array): Uint8Array | undefined;
  hasText(text: string, key: Uint8Array): boolean;
}

/** The caller of `set` must not change the value later: the store does not copy it. */
export interface KvWrite extends KvRead {
  set(key: Uint8Array, value: Uint8Array): void;
  delete(key: Uint8Array): void;
}

/** A store without rows. */
export const emptyKv: KvRead = {
  get: () => undefined,
  has: () => false,
  iterate: () => [],
};
