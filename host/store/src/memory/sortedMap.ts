// SPDX-License-Identifier: Apache-2.0

/** Entries of a leaf and children of a branch, at most. */
const WIDTH = 64;

/** Rows in the order of their keys. Only its owner may change it. */
interface Leaf {
  readonly owner: number;
  readonly keys: string[];
  readonly values: Uint8Array[];
  readonly children: undefined;
}

/** Children with the least key that each was made for: smaller keys go to the first child. */
interface Branch {
  readonly owner: number;
  readonly keys: string[];
  readonly values: undefined;
  readonly children: SortedNode[];
}

/** The root of a map. It does not change for readers once another owner writes. */
export type SortedNode = Leaf | Branch;

/** Rows of a range: `from` and `to` in the direction of the walk. */
export interface WalkRange {
  readonly from: string | undefined;
  readonly withFrom: boolean;
  readonly to: string | undefined;
  readonly withTo: boolean;
  readonly descending: boolean;
}

type Visit = (key: string, value: Uint8Array) => boolean;

/** Number of keys before `key`; with `after` also `key` itself. */
function placeOf(keys: readonly string[], key: string, after: boolean): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = keys[middle] as string;
    if (other < key || (after && other === key)) low = middle + 1;
    else high = middle;
  }
  return low;
}

const childOf = (keys: readonly string[], key: string): number => Math.max(0, placeOf(keys, key, true) - 1);

export const emptyMap = (owner: number): SortedNode => ({ owner, keys: [], values: [], children: undefined });

export function getRow(root: SortedNode, key: string): Uint8Array | undefined {
  let node = root;
  while (node.children !== undefined) node = node.children[childOf(node.keys, key)] as SortedNode;
  const at = placeOf(node.keys, key, false);
  return node.keys[at] === key ? node.values[at] : undefined;
}

function owned(node: SortedNode, owner: number): SortedNode {
  if (node.owner === owner) return node;
  if (node.children === undefined) return { ...node, owner, keys: node.keys.slice(), values: node.values.slice() };
  return { ...node, owner, keys: node.keys.slice(), children: node.children.slice() };
}

/** Takes the upper half out of a node that is too wide. */
function split(node: SortedNode): SortedNode | undefined {
  if (node.keys.length <= WIDTH) return undefined;
  const half = node.keys.length >> 1;
  const keys = node.keys.splice(half);
  if (node.children === undefined) return { ...node, keys, values: node.values.splice(half) };
  return { ...node, keys, children: node.children.splice(half) };
}

function put(node: SortedNode, key: string, value: Uint8Array): void {
  if (node.children === undefined) {
    const at = placeOf(node.keys, key, false);
    if (node.keys[at] === key) node.values[at] = value;
    else {
      node.keys.splice(at, 0, key);
      node.values.splice(at, 0, value);
    }
    return;
  }
  const at = childOf(node.keys, key);
  const child = owned(node.children[at] as SortedNode, node.owner);
  node.children[at] = child;
  put(child, key, value);
  const right = split(child);
  if (right === undefined) return;
  node.keys.splice(at + 1, 0, right.keys[0] as string);
  node.children.splice(at + 1, 0, right);
}

/** The map with a row. `owner`: nodes of this owner are changed in place. */
export function putRow(root: SortedNode, owner: number, key: string, value: Uint8Array): SortedNode {
  const own = owned(root, owner);
  put(own, key, value);
  const right = split(own);
  if (right === undefined) return own;
  return { owner, keys: [own.keys[0] as string, right.keys[0] as string], values: undefined, children: [own, right] };
}

/**
 * Leaves that become small stay: a map with fewer rows than before has more nodes than it needs.
 */
function remove(node: SortedNode, key: string): void {
  if (node.children === undefined) {
    const at = placeOf(node.keys, key, false);
    node.keys.splice(at, 1);
    node.values.splice(at, 1);
    return;
  }
  const at = childOf(node.keys, key);
  const child = owned(node.children[at] as SortedNode, node.owner);
  node.children[at] = child;
  remove(child, key);
  if (child.keys.length > 0 || node.keys.length === 1) return;
  node.keys.splice(at, 1);
  node.children.splice(at, 1);
}

/** The map without a row. */
export function removeRow(root: SortedNode, owner: number, key: string): SortedNode {
  if (getRow(root, key) === undefined) return root;
  const own = owned(root, owner);
  remove(own, key);
  return own;
}

function walkLeaf({ keys, values }: Leaf, range: WalkRange, visit: Visit): boolean {
  const { from, withFrom, to, withTo, descending } = range;
  const step = descending ? -1 : 1;
  const first = descending ? keys.length - 1 : 0;
  let at = first;
  if (from !== undefined) at = descending ? placeOf(keys, from, withFrom) - 1 : placeOf(keys, from, !withFrom);
  for (; at >= 0 && at < keys.length; at += step) {
    const key = keys[at] as string;
    if (to !== undefined) {
      const isPast = descending ? key < to : key > to;
      if (isPast || (key === to && !withTo)) return false;
    }
    if (!visit(key, values[at] as Uint8Array)) return false;
  }
  return true;
}

/** Visits rows in order, until the end of the range or until `visit` returns false. */
export function walk(node: SortedNode, range: WalkRange, visit: Visit): boolean {
  if (node.children === undefined) return walkLeaf(node, range, visit);
  const { from, descending } = range;
  const last = node.keys.length - 1;
  let at = descending ? last : 0;
  if (from !== undefined) at = childOf(node.keys, from);
  for (; at >= 0 && at <= last; at += descending ? -1 : 1) {
    if (!walk(node.children[at] as SortedNode, range, visit)) return false;
  }
  return true;
}
