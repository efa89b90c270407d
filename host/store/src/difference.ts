// SPDX-License-Identifier: Apache-2.0
import { multistoreRoot } from "@sotto/merkle";
import { fromText } from "./latin1.ts";
import type { Node } from "./node.ts";
import type { TreeReader } from "./treeReader.ts";
import type { StateStore } from "./types.ts";

/** Application hash of a version. Throws StoreError as `StateStore.snapshot`. */
export const appHashOf = (store: Pick<StateStore, "commitInfo">, version: number): Uint8Array =>
  multistoreRoot(store.commitInfo(version).stores);

/** A row as one side has it. */
export interface DifferingRow {
  readonly value: Uint8Array;
  /** The version that wrote it last: it is part of the row's hash. */
  readonly version: number;
}

/**
 * The first difference of two trees. `row`: the first key whose rows differ in value or version, or
 * that one side lacks. `shape`: all rows are equal, and the inner nodes are not.
 */
export type TreeDifference =
  | {
      readonly kind: "row";
      readonly key: Uint8Array;
      readonly a: DifferingRow | undefined;
      readonly b: DifferingRow | undefined;
    }
  | { readonly kind: "shape" };

const rowOf = ({ value, version }: Node): DifferingRow => ({ value: value as Uint8Array, version });

/** The nodes that are still to be compared, the leftmost last. */
class Front {
  readonly #tree: TreeReader;
  readonly #nodes: Node[];

  constructor(tree: TreeReader) {
    this.#tree = tree;
    this.#nodes = tree.root === undefined ? [] : [tree.root];
  }

  get first(): Node | undefined {
    return this.#nodes.at(-1);
  }

  drop(): void {
    this.#nodes.pop();
  }

  /** Puts both children of the first node in its place. */
  descend(): void {
    const { left, right } = this.#tree.open(this.#nodes.pop() as Node);
    this.#nodes.push(right as Node, left as Node);
  }

  /** The first leaf, complete; undefined at the end. */
  leaf(): Node | undefined {
    for (let node = this.first; node !== undefined; node = this.first) {
      if (node.height === 0) return this.#tree.open(node);
      this.descend();
    }
    return undefined;
  }
}

/**
 * Walks both trees in the order of their keys, and skips subtrees of the same hash. Undefined for
 * equal trees. Cost: a read for each level of both, for one different row; reads of all nodes when
 * the shapes differ and no row does.
 */
export function firstDifference(a: TreeReader, b: TreeReader): TreeDifference | undefined {
  if (a.root?.hash === b.root?.hash) return undefined;
  const [ours, theirs] = [new Front(a), new Front(b)];
  for (;;) {
    const [left, right] = [ours.first, theirs.first];
    if (left === undefined && right === undefined) return { kind: "shape" };
    // All rows before are equal, so subtrees of one hash have the same rows.
    if (left?.hash === right?.hash) {
      ours.drop();
      theirs.drop();
    } else if (left === undefined || right === undefined || (left.height === 0 && right.height === 0)) {
      return ofLeaves(ours.leaf(), theirs.leaf());
    } else {
      const least = Math.max(left.height, right.height);
      if (left.height === least) ours.descend();
      if (right.height === least) theirs.descend();
    }
  }
}

/** The difference of the first leaves, of which at least one exists. */
function ofLeaves(a: Node | undefined, b: Node | undefined): TreeDifference {
  const key = a === undefined || (b !== undefined && b.key < a.key) ? (b as Node).key : a.key;
  const has = (leaf: Node | undefined) => (leaf?.key === key ? rowOf(leaf) : undefined);
  return { kind: "row", key: fromText(key), a: has(a), b: has(b) };
}
