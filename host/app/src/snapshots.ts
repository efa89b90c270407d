// SPDX-License-Identifier: Apache-2.0
import { Branch, createCtx, GasMeter, NO_LIMIT, type ReadCtx } from "@sotto/kernel";
import type { SnapshotNeeds, StoresView } from "@sotto/store";
import { codeHashes } from "@sotto/x-compute";
import { ioKeyOf } from "@sotto/x-registration";

function over(view: StoresView): ReadCtx {
  const block = { chainId: "", height: view.version, time: 0n };
  return createCtx({ mode: "query", block, gas: new GasMeter(NO_LIMIT), branch: new Branch(view) });
}

/**
 * What a snapshot of this chain needs beside the trees: the bytes of all codes, and rows that the
 * caller names for a height, ascending (of its time and its results). Never the enclave's sealed
 * state.
 */
export function snapshotNeeds(rows: SnapshotNeeds["rows"]): SnapshotNeeds {
  return { blobs: (view) => codeHashes(over(view)), rows };
}

/** The network's public io key in a version; undefined when it has none. */
export const networkKey = (view: StoresView): Uint8Array | undefined => ioKeyOf(over(view));
