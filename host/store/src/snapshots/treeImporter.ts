// SPDX-License-Identifier: Apache-2.0
import { iavlInnerHashText, iavlLeafHashText } from "@sotto/merkle";
import { StoreError } from "../errors.ts";
import { toText } from "../latin1.ts";
import { type Node, newInner, newLeaf } from "../node.ts";
import type { TreeItem } from "./items.ts";

/**
 * Subtrees that wait for their parent. No AVL tree of fewer than 2^63 leaves is higher, so a stream
 * with more of them is no tree.
 */
const MOST_OPEN = 92;

const refuse = (why: string) => StoreError.snapshotRefused(why);

/**
 * Builds a tree from its nodes in post-order, and verifies that it is one that iavl can have made:
 * ascending keys, balanced, inner nodes with the smallest key of their right side. Each node is
 * hashed and saved at once. Memory: one path.
 *
 * Hazard: the key of an inner node is in no hash, so the root hash alone proves less.
 */
export class TreeImporter {
  readonly #version: number;
  readonly #save: (node: Node) => void;
  readonly #open: Node[] = [];
  /** Smallest key of each open subtree. */
  readonly #lows: string[] = [];
  #last = "";

  /** `save` writes the record of a hashed node and sets its position. */
  constructor(version: number, save: (node: Node) => void) {
    this.#version = version;
    this.#save = save;
  }

  /** Key of the last leaf. */
  get lastKey(): string {
    return this.#last;
  }

  /**
   * Returns the position of a leaf; undefined for an inner node. Throws StoreError.snapshotRefused.
   */
  add(item: TreeItem): number | undefined {
    const { version, height } = item;
    if (version < 1 || version > this.#version) throw refuse(`a node has version ${version}`);
    if (height === 0) return this.#leaf(item);
    this.#inner(item);
    return undefined;
  }

  #leaf({ key, value, version }: TreeItem): number {
    const text = toText(key);
    if (text <= this.#last) throw refuse("the keys of a store do not ascend");
    if (this.#open.length >= MOST_OPEN) throw refuse("leaves of a store have no parents");
    this.#last = text;
    const leaf = newLeaf(text, value);
    leaf.version = version;
    leaf.hash = iavlLeafHashText(version, text, value);
    this.#close(leaf);
    this.#open.push(leaf);
    this.#lows.push(text);
    return leaf.position;
  }

  #inner({ key, value, version, height }: TreeItem): void {
    const right = this.#open.pop();
    const left = this.#open.pop();
    if (left === undefined || right === undefined) throw refuse("an inner node has less than two children");
    const low = this.#lows.pop() as string;
    const text = toText(key);
    if (text !== low) throw refuse("the key of an inner node is not the smallest of its right side");
    if (value.length > 0) throw refuse("an inner node has a value");
    const inner = newInner(text, left, right);
    if (inner.height !== height || Math.abs(left.height - right.height) > 1) {
      throw refuse(`an inner node of height ${height} has children of height ${left.height} and ${right.height}`);
    }
    if (version < left.version || version < right.version) throw refuse("a node is older than its child");
    inner.version = version;
    inner.hash = iavlInnerHashText(height, inner.size, version, left.hash, right.hash);
    this.#close(inner);
    this.#open.push(inner);
  }

  /** Saves a node and drops what its record contains. */
  #close(node: Node): void {
    this.#save(node);
    node.key = "";
    node.value = undefined;
    node.left = undefined;
    node.right = undefined;
  }

  /** The root; undefined for an empty tree. Throws StoreError.snapshotRefused. */
  finish(): Node | undefined {
    if (this.#open.length > 1) throw refuse("a store ends within its tree");
    return this.#open[0];
  }
}
