// SPDX-License-Identifier: Apache-2.0
import { Branch, createCtx, GasMeter, NO_LIMIT } from "@sotto/kernel";
import type { SnapshotNeeds } from "@sotto/store";
import { codeHashes } from "@sotto/x-compute";

/**
 * What a snapshot of this chain needs beside the trees: the bytes of all codes, and rows that the
 * caller names for a height, ascending (of its time and its results). Never the enclave's sealed
 * state.
 */
export function snapshotNeeds(rows: SnapshotNeeds["rows"]): SnapshotNeeds {
  return {
    blobs: (view) => {
      const block = { chainId: "", height: view.version, time: 0n };
      return codeHashes(createCtx({ mode: "query", block, gas: new GasMeter(NO_LIMIT), branch: new Branch(view) }));
    },
    rows,
  };
}
