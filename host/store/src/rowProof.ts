// SPDX-License-Identifier: Apache-2.0
import { sha256 } from "@sotto/crypto";
import { encodeAbsence, encodePresence, type NeighbourRow, type RowStep } from "@sotto/merkle";
import { type LoadNode, Node } from "./node.ts";

/** A row, or its absence, with its proof for a `ProvenTree` of pure/merkle. */
export interface RowProof {
  readonly value: Uint8Array | undefined;
  readonly proof: Uint8Array;
}

/** Proofs of rows of one store at one version, for a `ProvenTree` of pure/merkle. */
export interface StateProver {
  /** As `StateStore.proveRow`. */
  proveRow(key: Uint8Array, known: number): RowProof;
  /** As `StateStore.proveStore`. */
  proveStore(): Uint8Array;
}

// Proofs of rows of the working tree, for the enclave: the nodes that updates keep in memory serve
// them, so that most levels read nothing from the disk.

/** An inner node and the side on which a path goes on. */
interface Turn {
  readonly inner: Node;
  readonly isRight: boolean;
}

/** `ready` loads an inner node, which stays in the tree. */
interface Access {
  readonly ready: (inner: Node) => Node;
  readonly load: LoadNode;
}

const childOf = ({ inner, isRight }: Turn): Node => (isRight ? inner.right : inner.left) as Node;

function descend(start: Node, turns: Turn[], { ready }: Access, goRight: (inner: Node) => boolean): Node {
  let node = start;
  while (node.height > 0) {
    const inner = ready(node);
    const turn = { inner, isRight: goRight(inner) };
    turns.push(turn);
    node = childOf(turn);
  }
  return node;
}

type Leaf = Node & { readonly value: Uint8Array };

/** A copy with key, value and version: those of the tree are not kept in memory. */
function leafOf({ position, hash }: Node, load: LoadNode): Leaf {
  const leaf = new Node(0, 1, position, hash);
  load(leaf);
  return leaf as Leaf; // a loaded leaf has a value
}

function stepOf({ inner, isRight }: Turn): RowStep {
  const { height, size, version } = inner;
  return { height, size, version, isRight, sibling: ((isRight ? inner.left : inner.right) as Node).hash };
}

const neighbourOf = ({ key, value, version }: Leaf, steps: RowStep[]): NeighbourRow => ({
  key,
  valueHash: sha256(value),
  version,
  steps,
});

/** For steps that end at no known node. */
const WHOLE = 0;

/**
 * Proofs of the rows of one saved tree, for `ProvenTree` of pure/merkle. It remembers the nodes
 * that its proofs have shown, so that later ones end there. Cost: a read of one leaf, or of two for
 * an absent key, and of inner nodes that are not in memory.
 */
export class RowProver {
  /** Positions of inner nodes. */
  readonly #shown = new Set<number>();
  #count = 0;

  /** `known`: the proofs whose nodes the verifier knows. */
  prove(root: Node | undefined, key: string, known: number, access: Access): RowProof {
    if (known !== this.#count || known === 0) this.#shown.clear();
    this.#count = known + 1;
    if (root === undefined) return { value: undefined, proof: encodeAbsence(undefined, undefined) };
    const turns: Turn[] = [];
    const found = leafOf(
      descend(root, turns, access, (inner) => key >= inner.key),
      access.load,
    );
    if (found.key !== key) return { value: undefined, proof: this.#absence(found, found.key < key, turns, access) };
    return { value: found.value, proof: encodePresence(found.version, this.#steps(turns, turns.length)) };
  }

  #absence(found: Leaf, isBefore: boolean, turns: readonly Turn[], access: Access): Uint8Array {
    // The other neighbour is below the last node where the way went to the found one's side.
    let meeting = turns.length - 1;
    while (meeting >= 0 && (turns[meeting] as Turn).isRight === isBefore) meeting--;
    if (meeting < 0) {
      const row = neighbourOf(found, this.#steps(turns, WHOLE));
      return isBefore ? encodeAbsence(row, undefined) : encodeAbsence(undefined, row);
    }
    const { inner } = turns[meeting] as Turn;
    const others: Turn[] = [{ inner, isRight: isBefore }];
    const start = (isBefore ? inner.right : inner.left) as Node;
    const other = leafOf(
      descend(start, others, access, () => !isBefore),
      access.load,
    );
    const [below, above] = [turns.slice(meeting + 1), turns.slice(0, meeting)];
    const [left, right] = isBefore ? [below, others.slice(1)] : [others.slice(1), below];
    const [before, after] = isBefore ? [found, other] : [other, found];
    const way = [...above, { inner, isRight: false }, ...left];
    const steps = this.#steps(way, meeting + 1);
    return encodeAbsence(neighbourOf(before, steps), neighbourOf(after, this.#steps(right, WHOLE)));
  }

  /**
   * From the leaf up to the first node that was shown, which is one of the `most` first; with WHOLE
   * all of them. Shows all.
   */
  #steps(turns: readonly Turn[], most: number): RowStep[] {
    const steps: RowStep[] = [];
    for (let i = turns.length - 1; i >= 0; i--) {
      const turn = turns[i] as Turn;
      const { position } = turn.inner;
      steps.push(stepOf(turn));
      if (i < most && this.#shown.has(position)) break;
      this.#shown.add(position);
    }
    return steps;
  }
}
