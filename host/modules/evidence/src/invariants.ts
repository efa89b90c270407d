// SPDX-License-Identifier: Apache-2.0
import { equals, toHex } from "@sotto/bytes";
import type { ReadCtx } from "@sotto/kernel";
import { hashOf, openEvidence } from "./equivocation.ts";
import type { EvidenceKeeper } from "./keeper.ts";
import { state } from "./state.ts";

export const invariants = {
  /** The key of evidence is its hash. Cost: one walk through all evidence. */
  hashes(_evidence: EvidenceKeeper, ctx: ReadCtx): string | undefined {
    for (const [hash, packed] of state.evidence.entries(ctx)) {
      if (!equals(hash, hashOf(openEvidence(packed)))) return `${toHex(hash)} is not the hash of its evidence`;
    }
    return undefined;
  },
};
