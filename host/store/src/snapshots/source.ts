// SPDX-License-Identifier: Apache-2.0
import { StoreError } from "../errors.ts";
import type { ExtraRows } from "../extraRows.ts";
import { compareText } from "../latin1.ts";
import type { Node } from "../node.ts";
import { loadNode } from "../nodeStore.ts";
import { versionKey } from "../records.ts";
import { VersionReader } from "../snapshot.ts";
import type { Tables } from "../tables.ts";
import { type RootRef, rootNode } from "../tree.ts";
import { TreeReader } from "../treeReader.ts";
import type { VersionSource } from "./exporter.ts";

/**
 * The trees of one version. It has no transaction, which would stop the reuse of pages for as long
 * as a snapshot takes: the nodes of a version are there, in the log or among the survivors, until
 * the version is pruned. Throws StoreError.versionPruned or versionInFuture.
 */
export function createSource(
  tables: Tables,
  ids: ReadonlyMap<string, number>,
  extras: ExtraRows,
  version: number,
): VersionSource {
  const { lmdb, versions, blobs } = tables;
  const roots = rootsOf(tables, ids, version);
  const byName = new Map(roots);
  const load = (node: Node): void => loadNode(tables, node);
  const store = (name: string): TreeReader => {
    const root = byName.get(name);
    return new TreeReader(root && rootNode(root), load);
  };
  const assertKept = (): void => {
    lmdb.refresh();
    if (versions.get(versionKey(version)) === undefined) {
      throw StoreError.versionPruned(`version ${version} was removed while it was read`);
    }
  };
  return {
    version,
    roots,
    view: { version, store },
    load,
    refresh: () => lmdb.refresh(),
    blob: (hash) => blobs.get(hash),
    row: (name) => extras.get(name),
    assertKept,
  };
}

function rootsOf(
  tables: Tables,
  ids: ReadonlyMap<string, number>,
  version: number,
): (readonly [string, RootRef | undefined])[] {
  const reader = new VersionReader(tables, ids, version);
  try {
    if (version < 1) throw StoreError.versionPruned("there is no version yet");
    const roots = reader.roots();
    const named = Array.from(ids).filter(([, id]) => roots.has(id));
    return named.map(([name, id]) => [name, roots.get(id)] as const).sort((a, b) => compareText(a[0], b[0]));
  } finally {
    reader.close();
  }
}
