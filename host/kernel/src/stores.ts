import type { Changes, KvRead, KvWrite } from "@sotto/store";
import { Overlay } from "./overlay.ts";

/** Reads every named store of one version. */
export interface ReadStores {
  store(name: string): KvRead;
}

/** Writes over all named stores; nestable, merged by `write`. */
export class Branch implements ReadStores {
  readonly #below: ReadStores;
  readonly #parent: Branch | undefined;
  readonly #overlays = new Map<string, Overlay>();

  constructor(below: ReadStores | Branch) {
    this.#below = below;
    this.#parent = below instanceof Branch ? below : undefined;
  }

  store(name: string): Overlay {
    let overlay = this.#overlays.get(name);
    if (overlay === undefined) {
      overlay = new Overlay(this.#below.store(name));
      this.#overlays.set(name, overlay);
    }
    return overlay;
  }

  /** A branch over this one: nothing of it is seen here before its `write`. */
  branch(): Branch {
    return new Branch(this);
  }

  /** Merges into the parent branch. */
  write(): void {
    for (const [name, overlay] of this.#overlays) {
      if (this.#parent !== undefined && !overlay.isEmpty) overlay.writeTo(this.#parent.store(name));
    }
  }

  /** What a block changed, per store, in byte order. */
  changes(): Changes {
    const out = new Map<string, Iterable<readonly [Uint8Array, Uint8Array | undefined]>>();
    for (const [name, overlay] of this.#overlays) if (!overlay.isEmpty) out.set(name, overlay.changes());
    return out;
  }
}

export type { KvRead, KvWrite };
