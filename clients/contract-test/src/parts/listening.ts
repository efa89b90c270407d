// SPDX-License-Identifier: Apache-2.0
import type { Changes, StateStore } from "@sotto/store";

/** A store that reports its changes before it commits them. */
export function listeningStore(store: StateStore, heard: (changes: Changes) => void): StateStore {
  return new Proxy(store, {
    get(target, name) {
      if (name === "commit") {
        return (...[changes, extra]: Parameters<StateStore["commit"]>) => {
          heard(changes);
          return target.commit(changes, extra);
        };
      }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
