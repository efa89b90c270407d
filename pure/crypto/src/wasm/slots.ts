/** Rooms of one size in the memory, each with what its last owner has put there, given away in turns. */
export class Slots<Owner> {
  readonly #first: number;
  readonly #size: number;
  readonly #owners: (Owner | undefined)[];
  #next = 0;

  constructor(first: number, size: number, count: number) {
    this.#first = first;
    this.#size = size;
    this.#owners = Array<Owner | undefined>(count).fill(undefined);
  }

  has(owner: Owner, slot: number): boolean {
    return this.#owners[slot] === owner;
  }

  /** The number of a room that is the owner's now, and was somebody else's. */
  take(owner: Owner): number {
    const slot = this.#next;
    this.#owners[slot] = owner;
    this.#next = (slot + 1) % this.#owners.length;
    return slot;
  }

  address(slot: number): number {
    return this.#first + this.#size * slot;
  }
}
