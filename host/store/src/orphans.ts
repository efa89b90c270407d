// SPDX-License-Identifier: Apache-2.0
import { type LoadNode, Node } from "./node.ts";
import { type RootRef, rootNode } from "./tree.ts";

/**
 * Positions of the nodes that one version of a tree has and the next does not have, for versions
 * whose commit recorded no list. The nodes of the next version are at `end` of the log or after it.
 * Cost: reads every node that is new in one of the two.
 */
export function orphansBetween(
  before: RootRef | undefined,
  after: RootRef | undefined,
  end: number,
  load: LoadNode,
): number[] {
  const shared = new Set<number>();
  walk(after, load, ({ position }) => {
    if (position >= end) return true;
    shared.add(position);
    return false;
  });
  const orphans: number[] = [];
  walk(before, load, ({ position }) => {
    if (shared.has(position)) return false;
    orphans.push(position);
    return true;
  });
  return orphans;
}

/** Visits a tree from the root; visits the children of a node if `visit` returns true. */
function walk(root: RootRef | undefined, load: LoadNode, visit: (node: Node) => boolean): void {
  const stack: Node[] = root === undefined ? [] : [rootNode(root)];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (!visit(node) || node.height === 0) continue;
    const open = new Node(node.height, node.size, node.position, node.hash);
    load(open);
    stack.push(open.right as Node, open.left as Node);
  }
}
