// SPDX-License-Identifier: Apache-2.0
import { encodeStoreProof } from "@sotto/merkle";
import { StoreError } from "./errors.ts";
import { toText } from "./latin1.ts";
import type { Node } from "./node.ts";
import { type InnerNodes, loadNode, type NodeTables } from "./nodeStore.ts";
import { RowProver, type StateProver } from "./rowProof.ts";
import type { VersionReader } from "./snapshot.ts";

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
