// SPDX-License-Identifier: Apache-2.0
import { appendFlat } from "./flat.ts";
import type { Node } from "./node.ts";
import type { NodeWriter } from "./nodeStore.ts";
import { writeNumber } from "./numbers.ts";
import type { Merge } from "./stagedRows.ts";
import type { Tables } from "./tables.ts";
import { TreeBuilder } from "./treeBuilder.ts";

/** Rows of one transaction: LMDB keeps its changed pages in memory until its end. */
const ROWS_AT_ONCE = 65_536;

/**
 * Makes the tree of a store and its rows in the flat table, which has no rows of this store or of
 * later ones. Returns the root, and whether some keys are too long for the table. Only the version
 * record of a later transaction makes them count.
 */
export function writeFirst(
  tables: Tables,
  writer: NodeWriter,
  store: number,
  version: number,
  rows: Merge,
): { readonly root: Node | undefined; readonly long: boolean } {
  const tree = new TreeBuilder(version, (node) => writer.append(node));
  let long = false;
  for (let more = rows.next(); more; ) {
    tables.lmdb.write(() => {
      for (let i = 0; more && i < ROWS_AT_ONCE; i++) {
        const { text, value } = rows;
        const position = tree.add(text, value);
        long = appendFlat(tables, store, text, value, position) || long;
        more = rows.next();
      }
      if (long) writeNumber(tables.meta, "long", 1);
    });
  }
  const root = tree.finish();
  writer.flush();
  return { root, long };
}
