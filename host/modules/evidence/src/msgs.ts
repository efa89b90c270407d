// SPDX-License-Identifier: Apache-2.0
import { toHex } from "@sotto/bytes";
import { recoveredPanic } from "@sotto/errors";
import { addressFieldOr, type Handlers, type WriteCtx } from "@sotto/kernel";
import type { Msg } from "@sotto/proto/cosmos.evidence.v1beta1";
import { faultOf, hashOf, openEvidence } from "./equivocation.ts";
import { EvidenceError } from "./errors.ts";
import type { EvidenceKeeper } from "./keeper.ts";
import { state } from "./state.ts";

export const msgs = (_evidence: EvidenceKeeper): Handlers<typeof Msg, WriteCtx> => ({
  submitEvidence(ctx, { submitter, evidence }) {
    addressFieldOr("invalid submitter address", submitter);
    if (evidence === undefined) throw EvidenceError.invalidEvidence("missing evidence");
    const opened = openEvidence(evidence);
    const fault = faultOf(opened);
    if (fault !== undefined) throw EvidenceError.invalidEvidence(`failed basic validation: ${fault}`);
    const hash = hashOf(opened);
    if (state.evidence.get(ctx, hash) !== undefined) throw EvidenceError.evidenceExists(toHex(hash).toUpperCase());
    // Compat: the reference has no router of evidence, and its use is a nil pointer.
    throw recoveredPanic("runtime error: invalid memory address or nil pointer dereference");
  },
});
