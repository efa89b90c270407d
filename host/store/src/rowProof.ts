// SPDX-License-Identifier: Apache-2.0
import { sha256 } from "@sotto/crypto";
import { encodeAbsence, encodePresence, type NeighbourRow, type RowStep } from "@sotto/merkle";
import { Node } from "./node.ts";
import type { LoadNode } from "./tree.ts";

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

/** A copy with key, value and version: leaves of the tree keep none of them in memory. */
function leafOf({ position, hash }: Node, load: LoadNode): Node & { readonly value: Uint8Array } {
  const leaf = new Node(0, 1, position, hash);
  load(leaf);
  return leaf as Node & { readonly value: Uint8Array };
}

/** From the leaf up, as far as the `top` first turns. */
function stepsOf(turns: readonly Turn[], top = 0): RowStep[] {
  const steps: RowStep[] = [];
  for (let i = turns.length - 1; i >= top; i--) {
    const { inner, isRight } = turns[i] as Turn;
    const { height, size, version } = inner;
    steps.push({ height, size, version, isRight, sibling: ((isRight ? inner.left : inner.right) as Node).hash });
  }
  return steps;
}

const neighbourOf = ({ key, value, version }: Node & { readonly value: Uint8Array }, steps: RowStep[]): NeighbourRow => ({
  key,
  valueHash: sha256(value),
  version,
  steps,
});

/**
 * The proof of a row or of its absence, for `verifyRow` of pure/merkle. The tree has no unsaved
 * nodes. Cost: a read of one leaf, or of two for an absent key, and of inner nodes that are not in
 * memory.
 */
export function proveIn(root: Node | undefined, key: string, access: Access): Uint8Array {
  if (root === undefined) return encodeAbsence(undefined, undefined);
  const turns: Turn[] = [];
  const found = leafOf(
    descend(root, turns, access, (inner) => key >= inner.key),
    access.load,
  );
  if (found.key === key) return encodePresence(found.version, stepsOf(turns));
  const isBefore = found.key < key;
  // The other neighbour is below the last node where the path went to the found one's side.
  let meeting = turns.length - 1;
  while (meeting >= 0 && (turns[meeting] as Turn).isRight === isBefore) meeting--;
  if (meeting < 0) {
    const row = neighbourOf(found, stepsOf(turns));
    return isBefore ? encodeAbsence(row, undefined) : encodeAbsence(undefined, row);
  }
  const { inner } = turns[meeting] as Turn;
  const others: Turn[] = [...turns.slice(0, meeting), { inner, isRight: isBefore }];
  const other = leafOf(
    descend((isBefore ? inner.right : inner.left) as Node, others, access, () => !isBefore),
    access.load,
  );
  return isBefore
    ? encodeAbsence(neighbourOf(found, stepsOf(turns)), neighbourOf(other, stepsOf(others, meeting + 1)))
    : encodeAbsence(neighbourOf(other, stepsOf(others)), neighbourOf(found, stepsOf(turns, meeting + 1)));
}
