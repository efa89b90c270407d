// SPDX-License-Identifier: Apache-2.0
import { assert } from "@sotto/errors";
import { iavlInnerHashText, iavlLeafHashText } from "@sotto/merkle";
import { measure, type Node, newInner, newLeaf } from "./node.ts";

/**
 * The tree that results when ascending keys are set in an empty tree, one after the other, with the
 * shape and the hashes of `Tree`. Only the right edge can still change, so each other node is
 * hashed and saved at once. Cost: amortised one rotation and two hashed nodes a key; memory of one
 * path.
 *
 * Each insertion makes the right side deeper, so no node ever leans to the left, and a single
 * rotation to the left is enough (iavl 1.2 mutable_tree.go, balance).
 */
export class TreeBuilder {
  readonly #version: number;
  readonly #save: (node: Node) => void;
  /** Inner nodes of the right edge from the root on; their right sides are the next entries. */
  readonly #edge: Node[] = [];
  #last: Node | undefined;
  #lastKey = "";

  /** `save` writes the record of a hashed node and sets its position; children come first. */
  constructor(version: number, save: (node: Node) => void) {
    this.#version = version;
    this.#save = save;
  }

  /** Adds a key that is greater than all others, and returns the position of its leaf. */
  add(key: string, value: Uint8Array): number {
    assert(key > this.#lastKey, "keys of a new tree must ascend");
    this.#lastKey = key;
    const leaf = newLeaf(key, value);
    leaf.version = this.#version;
    leaf.hash = iavlLeafHashText(this.#version, key, value);
    this.#save(leaf);
    leaf.key = "";
    leaf.value = undefined;
    if (this.#last !== undefined) {
      this.#edge.push(newInner(key, this.#last, leaf));
      this.#balance();
    }
    this.#last = leaf;
    return leaf.position;
  }

  /** Restores the balance from the new leaf's parent upwards. */
  #balance(): void {
    const edge = this.#edge;
    for (let i = edge.length - 2; i >= 0; i--) {
      const node = edge[i] as Node;
      const below = edge[i + 1] as Node;
      const left = node.left as Node;
      node.right = below;
      if (below.height - left.height > 1) {
        node.right = below.left;
        this.#close(node);
        below.left = node;
        below.height = Math.max(node.height, (below.right as Node).height) + 1;
        edge.splice(i, 1);
        // The rotation restores the height that the subtree had before.
        return;
      }
      const height = Math.max(left.height, below.height) + 1;
      if (height === node.height) return;
      node.height = height;
    }
  }

  /** Hashes and saves a node that no longer changes, and drops what its record contains. */
  #close(node: Node): void {
    measure(node);
    node.version = this.#version;
    const { left, right } = node as { left: Node; right: Node }; // an inner node has both
    node.hash = iavlInnerHashText(node.height, node.size, this.#version, left.hash, right.hash);
    this.#save(node);
    node.key = "";
    node.left = undefined;
    node.right = undefined;
  }

  /** Saves the right edge and returns the root; undefined for no keys. */
  finish(): Node | undefined {
    let right = this.#last;
    for (let node = this.#edge.pop(); node !== undefined; node = this.#edge.pop()) {
      node.right = right;
      this.#close(node);
      right = node;
    }
    return right;
  }
}
