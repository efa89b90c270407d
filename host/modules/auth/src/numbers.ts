// SPDX-License-Identifier: Apache-2.0
/**
 * Account numbers in the order of a file, without a limit of their count. Cost: 8 bytes a number.
 */
export class Numbers {
  #list = new BigUint64Array(1024);
  #length = 0;

  push(number: bigint): void {
    if (this.#length === this.#list.length) {
      const longer = new BigUint64Array(this.#length * 2);
      longer.set(this.#list);
      this.#list = longer;
    }
    this.#list[this.#length++] = number;
  }

  /** The number that was pushed last; there must be one. */
  get last(): bigint {
    return this.#list[this.#length - 1] as bigint;
  }

  get length(): number {
    return this.#length;
  }

  /**
   * When several accounts share a number, the first keeps it and the others get the lowest free
   * numbers, in the order of number and position (x/auth types SanitizeGenesisAccounts). Cost: 20
   * bytes an account, and a sort.
   */
  distinct(): BigUint64Array {
    const wanted = this.#list.subarray(0, this.#length);
    const sorted = wanted.slice().sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    const isShared = (i: number): boolean => i > 0 && sorted[i] === sorted[i - 1];
    if (!sorted.some((_, i) => isShared(i))) return wanted;
    const places = Uint32Array.from(wanted, (_, i) => i);
    const of = (i: number): bigint => wanted[i] as bigint;
    places.sort((a, b) => (of(a) < of(b) ? -1 : of(a) > of(b) ? 1 : a - b));
    const numbers = wanted.slice();
    let free = 0n;
    let at = 0;
    places.forEach((place, i) => {
      if (!isShared(i)) return;
      // `sorted` has every taken number, in order. Assigned numbers are below `free`, so the search
      // does not meet them again.
      for (; at < sorted.length && (sorted[at] as bigint) <= free; at++) if (sorted[at] === free) free += 1n;
      numbers[place] = free;
      free += 1n;
    });
    return numbers;
  }
}
