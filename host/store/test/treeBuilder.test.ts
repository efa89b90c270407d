// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import type { Node } from "../src/node.ts";
import { Tree } from "../src/tree.ts";
import { TreeBuilder } from "../src/treeBuilder.ts";
import { bytes } from "./stores.ts";

const MOST = 600;
const keyOf = (i: number) => `key ${String(i).padStart(6, "0")}`;

/** Root hash, height and size after ascending insertions of `count` keys. */
function inserted(count: number) {
  const tree = new Tree(undefined, () => {
    throw new Error("nothing is loaded");
  });
  for (let i = 0; i < count; i++) tree.set(keyOf(i), bytes(`value ${i}`));
  tree.save(3);
  return [tree.hash, tree.height, tree.size];
}

function built(count: number) {
  let saved = 0;
  const tree = new TreeBuilder(3, (node: Node) => {
    node.position = saved++;
  });
  for (let i = 0; i < count; i++) tree.add(keyOf(i), bytes(`value ${i}`));
  const root = tree.finish();
  expect(saved).toBe(Math.max(0, 2 * count - 1));
  return [root?.hash, root?.height, root?.size];
}

test("a tree built from its left edge is the tree of insertions in ascending order", () => {
  for (let count = 1; count <= MOST; count++) expect(built(count)).toEqual(inserted(count));
});

test("a builder saves children before their parents, each node once, and refuses an earlier key", () => {
  const order: number[] = [];
  const tree = new TreeBuilder(1, (node) => {
    node.position = order.push(node.height) - 1;
    for (const child of [node.left, node.right])
      if (child !== undefined) expect(child.position).toBeGreaterThanOrEqual(0);
  });
  for (let i = 0; i < MOST; i++) tree.add(keyOf(i), bytes(""));
  expect(() => tree.add(keyOf(5), bytes(""))).toThrow("keys of a new tree must ascend");
  expect(() => tree.add(keyOf(MOST - 1), bytes(""))).toThrow("keys of a new tree must ascend");
  tree.finish();
  expect(order.length).toBe(2 * MOST - 1);
});
