// SPDX-License-Identifier: Apache-2.0
/**
 * A short part of a list for which `holds` is still true, by delta debugging: pieces are left out,
 * large ones first. In the end no single item can be left out, except when `isOver` ends it before.
 * Cost: calls of `holds` about k * log(n) when k of n items matter, n * n / 2 at worst.
 * @template T
 * @param {readonly T[]} list `holds` is true for it
 * @param {(part: readonly T[]) => boolean | Promise<boolean>} holds called only with parts in the
 * list's order
 * @param {() => boolean} [isOver] asked before each call of `holds`
 * @returns {Promise<readonly T[]>} the last part for which `holds` was true
 */
export async function shrink(list, holds, isOver = () => false) {
  let kept = list;
  let size = kept.length;
  while (size > 0) {
    const before = kept.length;
    for (let start = 0; start < kept.length; ) {
      if (isOver()) return kept;
      const rest = kept.toSpliced(start, size);
      if (await holds(rest)) kept = rest;
      else start += size;
    }
    const isLastPass = size === 1 && kept.length === before;
    size = isLastPass ? 0 : Math.min(kept.length, Math.max(1, size >> 1));
  }
  return kept;
}
