import { Node } from "./node.ts";
import type { Orphan } from "./records.ts";
import { type LoadNode, type RootRef, rootNode } from "./tree.ts";

/**
 * Nodes that the tree of version `next - 1` has and that of `next` has not, for versions whose commit kept no list.
 * Cost: reads every node that is new in one of the two.
 */
export function orphansBetween(
  store: number,
  before: RootRef | undefined,
  after: RootRef | undefined,
  next: number,
  load: LoadNode,
): Orphan[] {
  const shared = new Set<string>();
  walk(after, load, (node) => {
    if (node.version === next) return true;
    shared.add(`${node.version}/${node.nonce}`);
    return false;
  });
  const orphans: Orphan[] = [];
  walk(before, load, ({ version, nonce }) => {
    if (shared.has(`${version}/${nonce}`)) return false;
    orphans.push({ store, version, nonce });
    return true;
  });
  return orphans;
}

/** Visits a tree from the root; goes below a node where `visit` says so. */
function walk(root: RootRef | undefined, load: LoadNode, visit: (node: Node) => boolean): void {
  const stack: Node[] = root === undefined ? [] : [rootNode(root)];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (!visit(node) || node.height === 0) continue;
    const open = new Node(node.height, node.size, node.version, node.nonce, node.hash);
    load(open);
    stack.push(open.right as Node, open.left as Node);
  }
}
