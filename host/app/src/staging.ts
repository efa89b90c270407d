// SPDX-License-Identifier: Apache-2.0
import { Branch, type ReadStores } from "@sotto/kernel";
import type { KvRead, Snapshot, StateStore } from "@sotto/store";

/**
 * Rows of the genesis file in memory before they are written to the disk: about 500 bytes each.
 * Not consensus.
 */
const MOST_ROWS = 131_072;

/**
 * The state of a genesis file. Its rows wait for the first commit: the last ones in memory, all
 * others on the disk.
 */
export class Staging {
  readonly branch: Branch;
  readonly #store: StateStore;
  #snapshot: Snapshot;

  constructor(store: StateStore) {
    this.#store = store;
    this.#snapshot = store.snapshot();
    const current = (): Snapshot => this.#snapshot;
    // The snapshot changes with each step, so a store looks it up at each read.
    const reader = (name: string): KvRead => ({
      get: (key) => current().store(name).get(key),
      has: (key) => current().store(name).has(key),
      iterate: (start, end, reverse) => current().store(name).iterate(start, end, reverse),
    });
    const below: ReadStores = { store: reader };
    this.branch = new Branch(below);
  }

  /**
   * Moves rows from memory to the disk when there are many. Hazard: an open iteration over the
   * branch misses some rows.
   */
  relieve(): void {
    if (this.branch.size < MOST_ROWS) return;
    this.#store.stage(this.branch.changes());
    this.branch.clear();
    this.#snapshot.close();
    this.#snapshot = this.#store.snapshot();
  }

  close(): void {
    this.#snapshot.close();
  }
}
