// SPDX-License-Identifier: Apache-2.0
import { EMPTY_IAVL_HASH, iavlInnerHashText, iavlLeafHashText } from "@sotto/merkle";
import { toText } from "./latin1.ts";
import { type LoadNode, measure, Node, newInner, newLeaf, UNSAVED } from "./node.ts";
import { type RowProof, RowProver } from "./rowProof.ts";

export type { LoadNode } from "./node.ts";

/** A reference to the root of a tree. */
export interface RootRef {
  readonly position: number;
  readonly height: number;
  readonly size: number;
  readonly hash: string;
}

export const EMPTY_HASH: string = toText(EMPTY_IAVL_HASH);

/** The node that a reference names, without its record. */
export const rootNode = ({ height, size, position, hash }: RootRef): Node => new Node(height, size, position, hash);

/**
 * The working tree of one store: IAVL v1 (iavl 1.2 mutable_tree.go), with the same shapes, versions
 * and hashes. Updates must have the order of the reference, because rotations depend on it.
 *
 * The key of an inner node is always the smallest of its right subtree, so a search knows the key
 * of the leaf at its end and an update reads no leaf; only the first leaf of the tree must be read.
 */
export class Tree {
  #root: Node | undefined;
  readonly #load: LoadNode;
  /** Saved nodes that the current version no longer has. */
  #orphans: Node[] = [];
  readonly #prover = new RowProver();
  readonly #access = { ready: (inner: Node) => this.#loaded(inner), load: (leaf: Node) => this.#load(leaf) };
  #updated = false;
  #newKey = "";
  /** Inner nodes loaded or made since `settle` last checked the memory. */
  #grown = 0;
  /** Number of the save in progress, for `Node.used`. */
  #epoch = 1;

  constructor(root: Node | undefined, load: LoadNode) {
    this.#root = root;
    this.#load = load;
  }

  get root(): Node | undefined {
    return this.#root;
  }

  get size(): number {
    return this.#root?.size ?? 0;
  }

  get height(): number {
    return this.#root?.height ?? 0;
  }

  get hash(): string {
    return this.#root?.hash ?? EMPTY_HASH;
  }

  set(key: string, value: Uint8Array): void {
    this.#updated = false;
    this.#root = this.#root === undefined ? newLeaf(key, value) : this.#insert(this.#root, "", key, value);
  }

  /** Removes a key; no effect for an absent key. */
  remove(key: string): void {
    const root = this.#root;
    if (root === undefined || !this.#contains(root, key)) return;
    this.#root = this.#remove(root, "", key);
  }

  /**
   * Proof of a row of the saved tree, or of its absence, for a `ProvenTree` that knows the nodes of
   * this many proofs of this tree. Hazard: never between an update and `save`.
   */
  prove(key: string, known: number): RowProof {
    return this.#prover.prove(this.#root, key, known, this.#access);
  }

  #loaded(node: Node): Node {
    if (node.key === "") {
      this.#load(node);
      this.#grown++;
    }
    node.used = this.#epoch;
    return node;
  }

  /** `known` is the smallest key of the subtree, or empty when the search never went right. */
  #leafKey(leaf: Node, known: string): string {
    if (leaf.key !== "") return leaf.key;
    if (known !== "") return known;
    this.#load(leaf);
    leaf.value = undefined;
    return leaf.key;
  }

  /** The node itself if it is new, else a new node in its place. */
  #writable(node: Node): Node {
    if (node.position === UNSAVED) return node;
    this.#loaded(node);
    this.#orphans.push(node);
    const copy = newInner(node.key, node.left as Node, node.right as Node);
    copy.used = this.#epoch;
    return copy;
  }

  #insert(node: Node, known: string, key: string, value: Uint8Array): Node {
    if (node.height === 0) {
      const leafKey = this.#leafKey(node, known);
      if (key < leafKey) return newInner(leafKey, newLeaf(key, value), node);
      if (key > leafKey) return newInner(key, node, newLeaf(key, value));
      this.#updated = true;
      if (node.position !== UNSAVED) this.#orphans.push(node);
      return newLeaf(key, value);
    }
    const inner = this.#writable(node);
    if (key < inner.key) inner.left = this.#insert(inner.left as Node, known, key, value);
    else inner.right = this.#insert(inner.right as Node, inner.key, key, value);
    if (this.#updated) return inner;
    measure(inner);
    return this.#balance(inner);
  }

  #contains(root: Node, key: string): boolean {
    let node = root;
    let known = "";
    while (node.height > 0) {
      this.#loaded(node);
      if (key < node.key) node = node.left as Node;
      else {
        known = node.key;
        node = node.right as Node;
      }
    }
    return this.#leafKey(node, known) === key;
  }

  /**
   * The subtree must contain the key. Sets `#newKey` if the smallest key of the subtree changed.
   */
  #remove(node: Node, known: string, key: string): Node | undefined {
    if (node.height === 0) {
      if (node.position !== UNSAVED) this.#orphans.push(node);
      this.#newKey = "";
      return undefined;
    }
    const inner = this.#writable(node);
    if (key < inner.key) {
      const left = this.#remove(inner.left as Node, known, key);
      if (left === undefined) {
        this.#newKey = inner.key;
        return inner.right;
      }
      inner.left = left;
    } else {
      const right = this.#remove(inner.right as Node, inner.key, key);
      if (right === undefined) {
        this.#newKey = "";
        return inner.left;
      }
      inner.right = right;
      if (this.#newKey !== "") inner.key = this.#newKey;
      this.#newKey = "";
    }
    measure(inner);
    return this.#balance(inner);
  }

  #balance(node: Node): Node {
    const left = node.left as Node;
    const right = node.right as Node;
    const tilt = left.height - right.height;
    if (tilt > 1) {
      this.#loaded(left);
      if ((left.left as Node).height < (left.right as Node).height) node.left = this.#rotateLeft(this.#writable(left));
      return this.#rotateRight(node);
    }
    if (tilt < -1) {
      this.#loaded(right);
      if ((right.left as Node).height > (right.right as Node).height) {
        node.right = this.#rotateRight(this.#writable(right));
      }
      return this.#rotateLeft(node);
    }
    return node;
  }

  #rotateRight(node: Node): Node {
    const up = this.#writable(node.left as Node);
    node.left = up.right;
    up.right = node;
    measure(node);
    measure(up);
    return up;
  }

  #rotateLeft(node: Node): Node {
    const up = this.#writable(node.right as Node);
    node.right = up.left;
    up.left = node;
    measure(node);
    measure(up);
    return up;
  }

  /**
   * Sets version and hashes of the new nodes, and returns them, parents before their children, with
   * the saved nodes that the tree no longer has. A new node is saved when it has a position;
   * `settle` then drops the values of leaves.
   */
  save(version: number): { readonly created: readonly Node[]; readonly orphans: readonly Node[] } {
    const created: Node[] = [];
    const stack: Node[] = this.#root?.position === UNSAVED ? [this.#root] : [];
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      created.push(node);
      node.version = version;
      const { left, right } = node;
      if (right?.position === UNSAVED) stack.push(right);
      if (left?.position === UNSAVED) stack.push(left);
    }
    // Children come after their parent in the list, so the reverse order hashes them first.
    for (let i = created.length - 1; i >= 0; i--) {
      const node = created[i] as Node;
      node.hash =
        node.height === 0
          ? iavlLeafHashText(version, node.key, node.value as Uint8Array)
          : iavlInnerHashText(node.height, node.size, version, (node.left as Node).hash, (node.right as Node).hash);
      node.used = this.#epoch;
    }
    const orphans = this.#orphans;
    this.#orphans = [];
    return { created, orphans };
  }

  /**
   * Called after the database has the nodes: drops the content of leaves, and inner nodes if there
   * are more than `limit`. Cost: visits all nodes in memory, once in `limit / 2` nodes.
   */
  settle(created: readonly Node[], limit: number): void {
    for (const node of created) if (node.height === 0) forget(node);
    this.#grown += created.length >>> 1;
    this.#epoch++;
    if (this.#grown <= limit / 2 || this.#root === undefined) return;
    this.#grown = 0;
    trim(this.#root, limit / 2, this.#epoch);
  }
}

function forget(node: Node): void {
  node.key = "";
  node.value = undefined;
  node.left = undefined;
  node.right = undefined;
}

/**
 * Larger ages and heights count as this one. No real tree has this height.
 */
const RANKS = 512;

/**
 * The order in which nodes are kept in memory, smallest first: recently used nodes, then nodes near
 * the root. Never smaller than the parent's.
 */
function rank(node: Node, epoch: number): number {
  const age = epoch - 1 - node.used;
  return age > 0 ? Math.min(RANKS - 1, 127 + age) : 127 - Math.min(127, node.height);
}

function trim(root: Node, keep: number, epoch: number): void {
  const counts = new Uint32Array(RANKS);
  const count = (node: Node): void => {
    if (node.height === 0 || node.key === "") return;
    const at = rank(node, epoch);
    counts[at] = (counts[at] as number) + 1;
    count(node.left as Node);
    count(node.right as Node);
  };
  count(root);
  let limit = 0;
  for (let left = keep - (counts[0] as number); limit < RANKS - 1 && left > 0; ) {
    left -= counts[++limit] as number;
    if (left < 0) limit--;
  }
  const cut = (node: Node): void => {
    if (node.height === 0 || node.key === "") return;
    if (rank(node, epoch) > limit) {
      forget(node);
      return;
    }
    cut(node.left as Node);
    cut(node.right as Node);
  };
  cut(root);
}
