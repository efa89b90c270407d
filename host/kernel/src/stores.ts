// SPDX-License-Identifier: Apache-2.0
import { type KvRead, type MemoryBudget, Overlay } from "@sotto/store";

/** Reads every named store of one version. */
export interface ReadStores {
  store(name: string): KvRead;
}

/** Writes over all named stores; nestable, merged by `write`. */
export class Branch implements ReadStores {
  readonly #below: ReadStores;
  readonly #overlays = new Map<string, Overlay>();
  readonly #budget: MemoryBudget | undefined;

  /** `budget` bounds the memory of this branch and of all branches over it. */
  constructor(below: ReadStores, budget?: MemoryBudget) {
    this.#below = below;
    this.#budget = budget;
  }

  /** Bytes of the budget that its own rows use. */
  get held(): number {
    let held = 0;
    for (const overlay of this.#overlays.values()) held += overlay.held;
    return held;
  }

  /** Number of rows in its own writes. */
  get size(): number {
    let size = 0;
    for (const overlay of this.#overlays.values()) size += overlay.size;
    return size;
  }

  store(name: string): Overlay {
    let overlay = this.#overlays.get(name);
    if (overlay === undefined) {
      overlay = new Overlay(this.#below.store(name), this.#budget);
      this.#overlays.set(name, overlay);
    }
    return overlay;
  }

  /** A branch over this one, whose writes are not visible here before its `write`. */
  branch(): Branch {
    return new Branch(this, this.#budget);
  }

  /** Merges the writes into the branch below, and clears them. */
  write(): void {
    for (const overlay of this.#overlays.values()) if (overlay.size > 0) overlay.write();
  }

  /** Drops the writes. */
  clear(): void {
    for (const overlay of this.#overlays.values()) overlay.clear();
  }

  /** The writes of each store, in the form that `StateStore.commit` takes. */
  changes(): ReadonlyMap<string, Overlay> {
    const out = new Map<string, Overlay>();
    for (const [name, overlay] of this.#overlays) if (overlay.size > 0) out.set(name, overlay);
    return out;
  }
}
