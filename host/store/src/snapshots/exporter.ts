// SPDX-License-Identifier: Apache-2.0
import { toHex } from "@sotto/bytes";
import { ProtoWriter } from "@sotto/codec";
import { StoreError } from "../errors.ts";
import { fromText } from "../latin1.ts";
import type { Node } from "../node.ts";
import { type RootRef, rootNode } from "../tree.ts";
import type { ItemWriter } from "./items.ts";
import { EXTENSION_FORMAT, Extension, type SnapshotNeeds, type StoresView } from "./needs.ts";

/** What a snapshot of one version is made of. */
export interface VersionSource {
  readonly version: number;
  /** Stores of the version with the roots of their trees, by name. */
  readonly roots: readonly (readonly [name: string, root: RootRef | undefined])[];
  readonly view: StoresView;
  /** Completes a node. */
  load(node: Node): void;
  /** Lets go of the pages of the database that were read so far. */
  refresh(): void;
  blob(hash: Uint8Array): Uint8Array | undefined;
  row(name: string): Uint8Array | undefined;
  /** Throws StoreError.versionPruned when the version was removed since. */
  assertKept(): void;
}

const NOTHING = new Uint8Array(0);
/** Nodes after which read pages are let go. */
const NODES_AT_ONCE = 8192;

/**
 * Writes all items of a version. `pause` is called after a few of them, and may throw. Throws
 * StoreError.snapshotRefused when a blob or row is missing.
 */
export function writeItems(source: VersionSource, needs: SnapshotNeeds, out: ItemWriter, pause: () => void): void {
  // First, because the writer may remove them while the trees are read.
  const rows = rowsOf(source, needs);
  for (const [name, root] of source.roots) {
    out.store(name);
    if (root !== undefined) writeTree(source, root, out, pause);
  }
  out.extension(Extension.blobs, EXTENSION_FORMAT);
  const seen = new Set<string>();
  for (const hash of needs.blobs(source.view)) {
    const text = toHex(hash);
    if (seen.has(text)) continue;
    seen.add(text);
    const bytes = source.blob(hash);
    if (bytes === undefined) throw StoreError.snapshotRefused(`the blob ${text} is missing`);
    out.payload(bytes);
    pause();
  }
  out.extension(Extension.rows, EXTENSION_FORMAT);
  for (const [name, value] of rows) {
    out.payload(new ProtoWriter(value.length + 64).string(1, name).bytes(2, value).finish());
    pause();
  }
}

function rowsOf(source: VersionSource, needs: SnapshotNeeds): (readonly [name: string, value: Uint8Array])[] {
  return needs.rows(source.version).map((name) => {
    const value = source.row(name);
    if (value === undefined) throw StoreError.snapshotRefused(`the row ${name} is missing`);
    return [name, value];
  });
}

/** Children before their parents, the left one first: iavl 1.2 export.go. */
function writeTree(source: VersionSource, root: RootRef, out: ItemWriter, pause: () => void): void {
  const stack: Node[] = [rootNode(root)];
  let count = 0;
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node.key === "") {
      source.load(node);
      if (node.height > 0) {
        const { left, right } = node as { left: Node; right: Node }; // an inner node has both
        node.left = undefined;
        node.right = undefined;
        stack.push(node, right, left);
        continue;
      }
    }
    out.node(fromText(node.key), node.value ?? NOTHING, node.version, node.height);
    if (++count % NODES_AT_ONCE === 0) source.refresh();
    pause();
  }
}
