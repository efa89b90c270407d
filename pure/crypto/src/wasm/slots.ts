/** A slot in the memory, with what its owner has put there. */
export interface Slot {
  readonly address: number;
  owner: object | undefined;
}

/** What nobody has. */
export const NO_SLOT: Slot = { address: 0, owner: undefined };

/** Rooms of one size, given away in turns: each was somebody else's before. */
export class Slots {
  readonly #slots: readonly Slot[];
  #next = 0;

  constructor(first: number, size: number, count: number) {
    this.#slots = Array.from({ length: count }, (_, i) => ({ address: first + size * i, owner: undefined }));
  }

  /** A slot that is the owner's until it comes to its next turn. */
  take(owner: object): Slot {
    const slot = this.#slots[this.#next] as Slot; // There is one for each turn.
    slot.owner = owner;
    this.#next = (this.#next + 1) % this.#slots.length;
    return slot;
  }
}
