// SPDX-License-Identifier: Apache-2.0
import { toHex } from "@sotto/bytes";
import { SdkError } from "@sotto/errors";
import { each, genesisOf } from "@sotto/kernel";
import { GenesisStateSchema } from "@sotto/proto/cosmos.evidence.v1beta1";
import { faultOf, hashOf, openEvidence, packEvidence } from "./equivocation.ts";
import type { EvidenceKeeper } from "./keeper.ts";
import { state } from "./state.ts";

export const genesis = genesisOf<EvidenceKeeper, typeof GenesisStateSchema>(GenesisStateSchema, {
  default: () => ({}),
  init(_evidence, ctx, file) {
    for (const packed of file.evidence) {
      const opened = openEvidence(packed);
      const fault = faultOf(opened);
      if (fault !== undefined) throw SdkError.logic(`failed to validate evidence genesis state: ${fault}`);
      const hash = hashOf(opened);
      if (state.evidence.has(ctx, hash)) throw SdkError.logic(`evidence with hash ${toHex(hash)} already exists`);
      state.evidence.set(ctx, hash, packEvidence(opened));
    }
    return undefined;
  },
  export: (_evidence, ctx) => ({ evidence: each(state.evidence.entries(ctx), ([, evidence]) => evidence) }),
});
