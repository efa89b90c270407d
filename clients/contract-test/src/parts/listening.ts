// SPDX-License-Identifier: Apache-2.0
import type { Changes, StateStore } from "@sotto/store";

/** A store that reports the changes of a version before it makes it. */
export function listeningStore(store: StateStore, heard: (changes: Changes) => void): StateStore {
  return new Proxy(store, {
    get(target, name) {
      if (name === "prepare") {
        return (changes: Changes) => {
          heard(changes);
          return target.prepare(changes);
        };
      }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
