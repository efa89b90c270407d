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

  /** `budget`: what bounds the memory of this and all branches over it. */
  constructor(below: ReadStores, budget?: MemoryBudget) {
    this.#below = below;
    this.#budget = budget;
  }

  /** Bytes that its own rows have taken of the budget. */
  get held(): number {
    let held = 0;
    for (const overlay of this.#overlays.values()) held += overlay.held;
    return held;
  }

  /** How many rows its own writes concern. */
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

  /** A branch over this one: nothing of it is seen here before its `write`. */
  branch(): Branch {
    return new Branch(this, this.#budget);
  }

  /** Merges into the branch below, and forgets the writes. */
  write(): void {
    for (const overlay of this.#overlays.values()) if (overlay.size > 0) overlay.write();
  }

  /** Forgets the writes. */
  clear(): void {
    for (const overlay of this.#overlays.values()) overlay.clear();
  }

  /** What was written, per store: the form that `StateStore.commit` takes. */
  changes(): ReadonlyMap<string, Overlay> {
    const out = new Map<string, Overlay>();
    for (const [name, overlay] of this.#overlays) if (overlay.size > 0) out.set(name, overlay);
    return out;
  }
}
