// SPDX-License-Identifier: Apache-2.0
import { headerKey } from "@sotto/app";
import { encodeLightBlock } from "@sotto/comet";
import type { EnclaveClient } from "@sotto/protocol";
import { anchorKey, decodeAnchor } from "@sotto/sequencer";
import type { StateStore } from "@sotto/store";

/**
 * Lets the enclave of a query lane verify the header after a restored state, which has the hash of
 * this state: no enclave here has executed a block yet. Without effect on other chains.
 */
export function trustNext(enclave: EnclaveClient, store: StateStore, height: number): void {
  const anchor = store.extra(anchorKey(height));
  if (anchor === undefined || store.extra(headerKey(height)) !== undefined) return;
  const { next } = decodeAnchor(anchor);
  enclave.trust({ steps: [{ lightBlock: encodeLightBlock(next), trusted: new Uint8Array(0) }] });
}
