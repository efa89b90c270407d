// SPDX-License-Identifier: Apache-2.0
import { concat } from "@sotto/bytes";
import {
  type CommitmentProof,
  type ExistenceProof,
  HashOp,
  type InnerOp,
  iavlPrefix,
  iavlSpec,
  type LeafOp,
} from "@sotto/merkle";
import { fromText, toText } from "./latin1.ts";
import { type LoadNode, Node } from "./node.ts";

type Row = readonly [key: Uint8Array, value: Uint8Array];

const NOTHING = new Uint8Array(0);
const LENGTH = Uint8Array.of(32);

/**
 * A saved tree. Its nodes do not stay in memory. Cost: one read for each level.
 */
export class TreeReader {
  readonly #root: Node | undefined;
  readonly #load: LoadNode;

  constructor(root: Node | undefined, load: LoadNode) {
    this.#root = root;
    this.#load = load;
  }

  get size(): number {
    return this.#root?.size ?? 0;
  }

  /** Without its record. */
  get root(): Node | undefined {
    return this.#root;
  }

  /** A loaded copy, to which its parent has no reference. */
  open({ height, size, position, hash }: Node): Node {
    const node = new Node(height, size, position, hash);
    this.#load(node);
    return node;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    const text = toText(key);
    let at = this.#root;
    while (at !== undefined) {
      const node = this.open(at);
      if (node.height === 0) return node.key === text ? node.value : undefined;
      at = text < node.key ? node.left : node.right;
    }
    return undefined;
  }

  has(key: Uint8Array): boolean {
    return this.get(key) !== undefined;
  }

  *iterate(start: Uint8Array | undefined, end: Uint8Array | undefined, reverse = false): Generator<Row> {
    const from = start === undefined ? "" : toText(start);
    const to = end === undefined ? undefined : toText(end);
    const stack: Node[] = this.#root === undefined ? [] : [this.#root];
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      const node = this.open(next);
      if (node.height === 0) {
        if (node.key >= from && (to === undefined || node.key < to)) {
          yield [fromText(node.key), node.value as Uint8Array];
        }
        continue;
      }
      const left = from < node.key ? node.left : undefined;
      const right = to === undefined || node.key < to ? node.right : undefined;
      const [later, sooner] = reverse ? [left, right] : [right, left];
      if (later !== undefined) stack.push(later);
      if (sooner !== undefined) stack.push(sooner);
    }
  }

  /** Loaded nodes from the root to the leaf that `goRight` selects. */
  #path(goRight: (inner: Node) => boolean): Node[] {
    const path: Node[] = [];
    let at = this.#root;
    while (at !== undefined) {
      const node = this.open(at);
      path.push(node);
      at = goRight(node) ? node.right : node.left;
    }
    return path;
  }

  #pathOfIndex(index: number): Node[] {
    let left = index;
    return this.#path((inner) => {
      const before = inner.left?.size ?? 0;
      if (inner.height === 0 || left < before) return false;
      left -= before;
      return true;
    });
  }

  /**
   * Proof that a key exists or does not exist (iavl proof_ics23.go); undefined for an empty tree,
   * which has no proof. Compat: a proof of a row with an empty value, or of an absent key beside
   * such a row, is returned but does not verify.
   */
  prove(key: Uint8Array): { readonly value: Uint8Array | undefined; readonly proof: CommitmentProof } | undefined {
    if (this.#root === undefined) return undefined;
    const text = toText(key);
    let index = 0;
    const path = this.#path((inner) => {
      if (inner.height === 0 || text < inner.key) return false;
      index += (inner.left as Node).size;
      return true;
    });
    const leaf = path[path.length - 1] as Node;
    if (leaf.key === text) return { value: leaf.value, proof: { kind: "exist", exist: existence(path) } };
    if (leaf.key < text) index++;
    const left = index > 0 ? existence(this.#pathOfIndex(index - 1)) : undefined;
    const right = index < this.size ? existence(this.#pathOfIndex(index)) : undefined;
    return { value: undefined, proof: { kind: "nonexist", nonexist: { key, left, right } } };
  }
}

function existence(path: readonly Node[]): ExistenceProof {
  const leaf = path[path.length - 1] as Node;
  const op: LeafOp = { ...iavlSpec.leaf, prefix: iavlPrefix(0, 1, leaf.version) };
  const steps: InnerOp[] = [];
  for (let i = path.length - 2; i >= 0; i--) {
    const inner = path[i] as Node;
    const below = path[i + 1] as Node;
    const prefix = iavlPrefix(inner.height, inner.size, inner.version);
    const [left, right] = [inner.left as Node, inner.right as Node];
    const isRight = right.position === below.position;
    steps.push(
      isRight
        ? { hash: HashOp.sha256, prefix: concat(prefix, LENGTH, fromText(left.hash), LENGTH), suffix: NOTHING }
        : { hash: HashOp.sha256, prefix: concat(prefix, LENGTH), suffix: concat(LENGTH, fromText(right.hash)) },
    );
  }
  return { key: fromText(leaf.key), value: leaf.value as Uint8Array, leaf: op, path: steps };
}
