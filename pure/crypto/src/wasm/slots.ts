// SPDX-License-Identifier: Apache-2.0
/** A slot in the memory, with its owner. */
export interface Slot {
  readonly address: number;
  owner: object | undefined;
}

/** The slot without an owner. */
export const NO_SLOT: Slot = { address: 0, owner: undefined };

/** Slots of one size, assigned in turn: each has an earlier owner. */
export class Slots {
  readonly #slots: readonly Slot[];
  #next = 0;

  constructor(first: number, size: number, count: number) {
    this.#slots = Array.from({ length: count }, (_, i) => ({ address: first + size * i, owner: undefined }));
  }

  /** A slot that belongs to the owner until its next turn. */
  take(owner: object): Slot {
    const slot = this.#slots[this.#next] as Slot; // There is one for each turn.
    slot.owner = owner;
    this.#next = (this.#next + 1) % this.#slots.length;
    return slot;
  }
}
