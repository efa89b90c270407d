// SPDX-License-Identifier: Apache-2.0
import { assert } from "@sotto/errors";
import { StoreError } from "./errors.ts";
import { ExtraRows } from "./extraRows.ts";
import { putFlat, removeFlat } from "./flat.ts";
import { Node } from "./node.ts";
import { loadNode } from "./nodeStore.ts";
import { readNumber, writeNumber } from "./numbers.ts";
import { decodeVersion, type VersionRecord, versionKey } from "./records.ts";
import { openTables, type Tables } from "./tables.ts";
import { type RootRef, rootNode } from "./tree.ts";

/**
 * Takes the latest version away: the version before it is the latest again, as it was before the
 * commit. `extra`: rows beside the state that change with it; undefined removes. One transaction,
 * durable on return. Returns the version that is the latest now. Nobody else may have the folder
 * open. Throws StoreError.versionPruned when the version before does not exist, or no longer.
 * Cost: linear in the changes of the version, which are in memory together.
 */
export function takeBackVersion(path: string, extra: ReadonlyMap<string, Uint8Array | undefined>): number {
  const tables = openTables({ path, readOnly: false, noSync: false });
  try {
    return takeBack(tables, extra);
  } finally {
    tables.lmdb.close();
  }
}

function takeBack(tables: Tables, extra: ReadonlyMap<string, Uint8Array | undefined>): number {
  const { lmdb, meta, versions, orphans, extraLog } = tables;
  const version = readNumber(meta, "version");
  const target = version - 1;
  const before = recordOf(tables, target);
  const after = recordOf(tables, version);
  if (before === undefined || after === undefined) throw StoreError.versionPruned(String(target));
  lmdb.write(() => {
    for (const [id, root] of after.roots) takeBackRows(tables, id, before.roots.get(id), root, before.end);
    versions.remove(versionKey(version));
    orphans.remove(versionKey(version));
    new ExtraRows(tables, undefined).write(target, false, extra);
    writeNumber(meta, "version", target);
    extraLog.seal();
    // Order: after this nothing may be appended. The next start drops the bytes behind the end.
    writeNumber(meta, "nodes", before.end);
  });
  return target;
}

function recordOf({ versions }: Tables, version: number): VersionRecord | undefined {
  const bytes = version < 1 ? undefined : versions.get(versionKey(version));
  return bytes === undefined ? undefined : decodeVersion(bytes);
}

/**
 * Rows of one store as they were. `end`: of the log before the version, behind which all its nodes
 * are.
 */
function takeBackRows(
  tables: Tables,
  id: number,
  before: RootRef | undefined,
  after: RootRef | undefined,
  end: number,
): void {
  const shared = new Set<number>();
  const added = leaves(tables, after, ({ position }) => {
    if (position >= end) return true;
    shared.add(position);
    return false;
  });
  const lost = leaves(tables, before, ({ position }) => !shared.has(position));
  for (const { key } of added) removeFlat(tables, id, key);
  for (const { key, value, position } of lost) {
    assert(value !== undefined, "a leaf has a value");
    putFlat(tables, id, key, value, position);
  }
}

/** Complete leaves below the nodes for which `visit` returns true. */
function leaves(tables: Tables, root: RootRef | undefined, visit: (node: Node) => boolean): Node[] {
  const found: Node[] = [];
  const stack: Node[] = root === undefined ? [] : [rootNode(root)];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (!visit(node)) continue;
    const open = new Node(node.height, node.size, node.position, node.hash);
    loadNode(tables, open);
    if (open.height === 0) found.push(open);
    else stack.push(open.right as Node, open.left as Node);
  }
  return found;
}
