// SPDX-License-Identifier: Apache-2.0
import type { ReadCtx } from "@sotto/kernel";
import { ProposalStatus } from "@sotto/proto/cosmos.gov.v1";
import { type ProposalRow, state } from "./state.ts";

const viewOf = ({ id, status, messages }: ProposalRow) => ({ id, passed: status === ProposalStatus.PASSED, messages });

/**
 * A proposal that can be voted on, else undefined. Times in whole seconds since 1970; a time before
 * 1970 does not occur.
 */
const votingOf = ({ id, status, votingStartTime, votingEndTime }: ProposalRow) =>
  status === ProposalStatus.VOTING_PERIOD
    ? { id, start: votingStartTime?.seconds ?? 0n, end: votingEndTime?.seconds ?? 0n }
    : undefined;

/** The proposals, for modules that carry out a passed one. The caller pays for the reads. */
export const proposalReads = {
  *all(ctx: ReadCtx) {
    for (const [, proposal] of state.proposals.entries(ctx)) yield viewOf(proposal);
  },
  /** Those that can be voted on; all are read. */
  *voting(ctx: ReadCtx) {
    for (const [, proposal] of state.proposals.entries(ctx)) {
      const found = votingOf(proposal);
      if (found !== undefined) yield found;
    }
  },
  get(ctx: ReadCtx, id: bigint) {
    const proposal = state.proposals.get(ctx, id);
    return proposal === undefined ? undefined : viewOf(proposal);
  },
};
