import { Node } from "./node.ts";
import { type LoadNode, type RootRef, rootNode } from "./tree.ts";

/**
 * Positions of the nodes that one version of a tree has and the next has not, for versions whose
 * commit kept no list. What the next one made lies at `end` of the log or behind. Cost: reads every
 * node that is new in one of the two.
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

/** Visits a tree from the root; goes below a node where `visit` says so. */
function walk(root: RootRef | undefined, load: LoadNode, visit: (node: Node) => boolean): void {
  const stack: Node[] = root === undefined ? [] : [rootNode(root)];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (!visit(node) || node.height === 0) continue;
    const open = new Node(node.height, node.size, node.position, node.hash);
    load(open);
    stack.push(open.right as Node, open.left as Node);
  }
}
