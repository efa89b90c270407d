// SPDX-License-Identifier: Apache-2.0
import { assert } from "@sotto/errors";
import { compareText, toText } from "./latin1.ts";
import type { Node } from "./node.ts";
import { Overlay } from "./overlay.ts";
import type { TextChange } from "./stagedRows.ts";
import type { CommitResult, RowChanges } from "./types.ts";

/** A version that exists in memory alone. */
export interface PreparedVersion extends CommitResult {
  readonly rows: ReadonlyMap<number, readonly TextChange[]>;
  readonly saved: readonly SavedTree[];
  /** Whether the rows of the genesis are part of it. */
  readonly isFirst: boolean;
}

/** The nodes that a version adds to a tree, and those that it no longer has. */
export interface SavedTree {
  readonly id: number;
  readonly created: readonly Node[];
  readonly orphans: readonly Node[];
}

/** Changes in byte order; for a repeated key the last change counts. */
export function sortChanges(changes: RowChanges): readonly TextChange[] {
  if (changes instanceof Overlay) return changes.textChanges();
  const rows = new Map<string, Uint8Array | undefined>();
  for (const [key, value] of changes) {
    assert(key.length > 0, "a key must not be empty");
    rows.set(toText(key), value);
  }
  return Array.from(rows).sort((a, b) => compareText(a[0], b[0]));
}
