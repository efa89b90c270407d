// SPDX-License-Identifier: Apache-2.0
/**
 * Converts each item when the reader requests it, for the streams of a genesis file. Items are not
 * collected.
 */
export function* each<T, U>(items: Iterable<T>, make: (item: T) => U): Generator<U, void, void> {
  for (const item of items) yield make(item);
}
