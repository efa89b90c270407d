/**
 * What is made of each item when it is asked for: the streams of a genesis file. Rows are not
 * collected.
 */
export function* each<T, U>(items: Iterable<T>, make: (item: T) => U): Generator<U, void, void> {
  for (const item of items) yield make(item);
}
