import { assert } from "@sotto/errors";

/**
 * What other modules do when something happens in one: an ordered list that the application sets
 * once, when all keepers are there. It cuts the cycle between a module and those that follow it.
 */
export interface Hooks<H> {
  /** In order. Throws InvariantBroken before `set`. */
  readonly all: readonly H[];
  /** Throws InvariantBroken the second time. */
  set(list: readonly H[]): void;
}

export function hooks<H>(): Hooks<H> {
  let known: readonly H[] | undefined;
  return {
    get all() {
      assert(known !== undefined, "hooks were called before the application set them");
      return known;
    },
    set(list) {
      assert(known === undefined, "hooks are set once");
      known = [...list];
    },
  };
}
