/** A room in the memory, with what its owner has put there. */
export interface Room {
  readonly address: number;
  owner: object | undefined;
}

/** What nobody has. */
export const NO_ROOM: Room = { address: 0, owner: undefined };

/** Rooms of one size, given away in turns: each was somebody else's before. */
export class Slots {
  readonly #rooms: readonly Room[];
  #next = 0;

  constructor(first: number, size: number, count: number) {
    this.#rooms = Array.from({ length: count }, (_, i) => ({ address: first + size * i, owner: undefined }));
  }

  /** A room that is the owner's until it comes to its next turn. */
  take(owner: object): Room {
    const room = this.#rooms[this.#next] as Room; // There is one for each turn.
    room.owner = owner;
    this.#next = (this.#next + 1) % this.#rooms.length;
    return room;
  }
}
