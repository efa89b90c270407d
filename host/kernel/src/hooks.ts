// SPDX-License-Identifier: Apache-2.0
import { assert } from "@sotto/errors";

/**
 * Functions of other modules that a module calls when its state changes: an ordered list that the
 * application sets once, after all keepers exist. It cuts the cycle between a module and its
 * followers.
 */
export interface Hooks<H> {
  /** In order. Throws InvariantBroken before `set`. */
  readonly all: readonly H[];
  /** Throws InvariantBroken on the second call. */
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
