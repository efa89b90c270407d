// SPDX-License-Identifier: Apache-2.0
import type { ReadCtx } from "@sotto/kernel";
import { ProposalStatus } from "@sotto/proto/cosmos.gov.v1";
import { type ProposalRow, state } from "./state.ts";

const viewOf = ({ id, status, messages }: ProposalRow) => ({ id, passed: status === ProposalStatus.PASSED, messages });

/** The proposals, for modules that carry out a passed one. The caller pays for the reads. */
export const proposalReads = {
  *all(ctx: ReadCtx) {
    for (const [, proposal] of state.proposals.entries(ctx)) yield viewOf(proposal);
  },
  get(ctx: ReadCtx, id: bigint) {
    const proposal = state.proposals.get(ctx, id);
    return proposal === undefined ? undefined : viewOf(proposal);
  },
};
