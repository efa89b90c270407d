// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { fromHex, toHex } from "@sotto/bytes";
import { encodeCommitmentProof } from "@sotto/merkle";
import { describe, expect, test } from "vitest";
import { fromText, toText } from "../src/latin1.ts";
import { rootNode, Tree } from "../src/tree.ts";
import { TreeReader } from "../src/treeReader.ts";
import { MemoryNodes } from "./model.ts";

interface Operation {
  set?: string;
  value?: string;
  remove?: string;
}
interface Version {
  version: number;
  ops: Operation[] | null;
  root: string;
  size: number;
  height: number;
  proofs?: { key: string; exist: boolean; commitment_proof: string; verifies: boolean }[];
}
interface History {
  name: string;
  initial_version?: number;
  versions: Version[];
}

const histories = JSON.parse(
  readFileSync(new URL("../../../vectors/iavl.json", import.meta.url), "utf8"),
) as readonly History[];

function fields<T extends object>(value: T, ...known: (keyof T & string)[]): void {
  expect(Object.keys(value).filter((key) => !known.includes(key as keyof T & string))).toEqual([]);
}

const bytes = (hex: string): Uint8Array => {
  const out = fromHex(hex);
  if (out === undefined) throw new Error(`not hex: ${hex}`);
  return out;
};

function apply(tree: Tree, operation: Operation): void {
  fields(operation, "set", "value", "remove");
  if (operation.remove !== undefined) tree.remove(toText(bytes(operation.remove)));
  else tree.set(toText(bytes(operation.set ?? "")), bytes(operation.value ?? ""));
}

/**
 * The part of the tree in memory between versions: all nodes, a few, or only the root's reference.
 */
type Memory = "all" | "little" | "none";

function run(history: History, memory: Memory): void {
  const nodes = new MemoryNodes();
  let tree = new Tree(undefined, nodes.load);
  let expected = history.initial_version ?? 1;
  for (const entry of history.versions) {
    fields(entry, "version", "ops", "root", "size", "height", "proofs");
    expect(entry.version).toBe(expected++);
    for (const operation of entry.ops ?? []) apply(tree, operation);
    const { created } = tree.save(entry.version);
    nodes.save(created);
    tree.settle(created, memory === "little" ? 2 : 1000000);
    if (memory === "none") tree = new Tree(tree.root && rootNode(tree.root), nodes.load);
    expect(toHex(fromText(tree.hash))).toBe(entry.root);
    expect([tree.size, tree.height]).toEqual([entry.size, entry.height]);
    const reader = new TreeReader(tree.root && rootNode(tree.root), nodes.load);
    for (const proof of entry.proofs ?? []) {
      fields(proof, "key", "exist", "commitment_proof", "verifies");
      const made = reader.prove(bytes(proof.key));
      if (made === undefined) throw new Error("no proof");
      expect(made.value !== undefined).toBe(proof.exist);
      expect(toHex(encodeCommitmentProof(made.proof))).toBe(proof.commitment_proof);
    }
  }
}

describe("iavl.json, histories", () => {
  for (const history of histories) {
    for (const memory of ["all", "little", "none"] as const) {
      test(`${history.name}, ${memory} of the tree in memory`, () => {
        fields(history, "name", "initial_version", "versions");
        run(history, memory);
      });
    }
  }
});
