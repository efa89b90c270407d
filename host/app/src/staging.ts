import { Branch, type ReadStores } from "@sotto/kernel";
import type { KvRead, Snapshot, StateStore } from "@sotto/store";

/**
 * Rows that the genesis file may have in memory before they go to the disk: about 500 bytes each.
 * Not consensus.
 */
const MOST_ROWS = 131_072;

/**
 * The state that a genesis file makes: its rows wait on the disk for the first commit, but for the
 * last ones.
 */
export class Staging {
  readonly branch: Branch;
  readonly #store: StateStore;
  #snapshot: Snapshot;

  constructor(store: StateStore) {
    this.#store = store;
    this.#snapshot = store.snapshot();
    const current = (): Snapshot => this.#snapshot;
    // The snapshot changes with each step, and who holds a store reads what was staged all the
    // same.
    const reader = (name: string): KvRead => ({
      get: (key) => current().store(name).get(key),
      has: (key) => current().store(name).has(key),
      iterate: (start, end, reverse) => current().store(name).iterate(start, end, reverse),
    });
    const below: ReadStores = { store: reader };
    this.branch = new Branch(below);
  }

  /**
   * Takes rows out of memory when there are many. Hazard: who walks through rows of the branch
   * meanwhile misses some.
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
