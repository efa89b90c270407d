// SPDX-License-Identifier: Apache-2.0
import { Branch, type ReadStores } from "@sotto/kernel";
import type { KvRead, Snapshot, StateStore } from "@sotto/store";

/**
 * Memory of rows of the genesis file before they are written to the disk, as `Overlay` counts it:
 * key, value and about 500 bytes a row. A contract's code or state has long rows. Not consensus.
 */
const MOST_BYTES = 64 * 1024 * 1024;

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
    // The branch counts its memory only with a budget; this one never ends.
    this.branch = new Branch(below, { take: () => {} });
  }

  /**
   * Moves rows from memory to the disk when they use much memory. Hazard: an open iteration over
   * the branch misses some rows.
   */
  relieve(): void {
    if (this.branch.held < MOST_BYTES) return;
    this.#store.stage(this.branch.changes());
    this.branch.clear();
    this.#snapshot.close();
    this.#snapshot = this.#store.snapshot();
  }

  close(): void {
    this.#snapshot.close();
  }
}
