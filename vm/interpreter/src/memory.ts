// SPDX-License-Identifier: Apache-2.0
import type { CheckedModule } from "@sotto/check";
import { Trap } from "@sotto/engine";
import type { Access, Value } from "./numeric.ts";
import { FREE_PAGES, GAS_PER_GROW, GAS_PER_LARGE_PAGE, GAS_PER_PAGE, MAX_PAGES, PAGE_BYTES } from "./rules.ts";

/**
 * Linear memory. `pages` is the size the contract sees; `bytes` may be larger, up to the slack, and
 * accesses there succeed. Growth beyond `bytes` gives the contract's new size and the slack, within
 * the maximum.
 */
export class Memory {
  bytes: Uint8Array;
  pages: number;
  readonly #maxPages: number;
  readonly #slackPages: number;

  constructor({ memory, data, bytes }: CheckedModule, slackPages: number) {
    this.#maxPages = memory === undefined ? 0 : Math.min(memory.max ?? MAX_PAGES, MAX_PAGES);
    this.#slackPages = slackPages;
    this.pages = memory?.min ?? 0;
    this.bytes = new Uint8Array(Math.min(this.pages + slackPages, this.#maxPages) * PAGE_BYTES);
    for (const { offset, start, end } of data) this.bytes.set(bytes.subarray(start, end), offset);
  }

  grow(delta: number, charge: (amount: number) => void): number {
    charge(GAS_PER_GROW);
    charge(delta * GAS_PER_PAGE);
    const before = this.pages;
    if (before + delta > this.#maxPages) return -1;
    charge(Math.max(0, before + delta - Math.max(before, FREE_PAGES)) * GAS_PER_LARGE_PAGE);
    this.pages = before + delta;
    if (this.pages * PAGE_BYTES > this.bytes.length) {
      const grown = new Uint8Array(Math.min(this.pages + this.#slackPages, this.#maxPages) * PAGE_BYTES);
      grown.set(this.bytes);
      this.bytes = grown;
    }
    return before;
  }

  load(at: number, { bytes, isSigned, is64 }: Access): Value {
    this.#bound(at, bytes);
    let raw = 0n;
    for (let i = 0; i < bytes; i++) raw |= BigInt(this.bytes[at + i] as number) << BigInt(8 * i);
    const value = isSigned ? BigInt.asIntN(8 * bytes, raw) : raw;
    return is64 ? value : Number(value);
  }

  store(at: number, bytes: number, value: Value): void {
    this.#bound(at, bytes);
    let rest = BigInt.asUintN(8 * bytes, BigInt(value));
    for (let i = 0; i < bytes; i++) {
      this.bytes[at + i] = Number(rest & 0xffn);
      rest >>= 8n;
    }
  }

  #bound(at: number, length: number): void {
    if (at + length > this.bytes.length) throw new Trap("memoryOutOfBounds");
  }
}
