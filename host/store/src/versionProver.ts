// SPDX-License-Identifier: Apache-2.0
import { RecentMap } from "@sotto/crypto";
import { encodeStoreProof } from "@sotto/merkle";
import { StoreError } from "./errors.ts";
import { toText } from "./latin1.ts";
import { Node } from "./node.ts";
import { loadNode, type NodeTables } from "./nodeStore.ts";
import { type RowProof, RowProver } from "./rowProof.ts";
import type { VersionReader } from "./snapshot.ts";

/** Proofs of rows of one store at one version, for a `ProvenTree` of pure/merkle. */
export interface StateProver {
  /** As `StateStore.proveRow`. */
  proveRow(key: Uint8Array, known: number): RowProof;
  /** As `StateStore.proveStore`. */
  proveStore(): Uint8Array;
}

/** Inner nodes that stay in memory, and the longest key of one: about 300 bytes each. */
const KEPT_NODES = 8_192;
const LONGEST_KEY = 256;

/**
 * Recently read inner nodes of all trees: the record at a position never changes. Their children
 * are not loaded, so a node keeps no other in memory.
 */
export class InnerNodes {
  readonly #kept = new RecentMap<number, Node>(KEPT_NODES);

  /** A loaded node in the place of one that its parent names. */
  open(tables: NodeTables, { height, size, position, hash }: Node): Node {
    const kept = this.#kept.get(position);
    if (kept !== undefined) return kept;
    const node = new Node(height, size, position, hash);
    loadNode(tables, node);
    if (node.key.length <= LONGEST_KEY) this.#kept.set(position, node);
    return node;
  }
}

/**
 * Proves rows of a version that readers may read. Cost: reads of the inner nodes that are not in
 * memory, and of one or two leaves. Hazard: fails once the version is pruned.
 */
export function createProver(
  tables: NodeTables & { readonly inner: InnerNodes },
  reader: VersionReader,
  store: string,
): StateProver {
  const { root } = reader.tree(store);
  const proof = encodeStoreProof(reader.commitInfo().stores, store);
  if (proof === undefined) throw StoreError.unknownStore(`${store} at version ${reader.version}`);
  const prover = new RowProver();
  const access = {
    ready: (node: Node) => tables.inner.open(tables, node),
    load: (leaf: Node) => loadNode(tables, leaf),
  };
  return {
    proveRow: (key, known) => prover.prove(root, toText(key), known, access),
    proveStore: () => proof,
  };
}
