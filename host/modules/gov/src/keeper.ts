// SPDX-License-Identifier: Apache-2.0
import { clear, hooks, nanosOf, type ReadCtx, type WriteCtx } from "@sotto/kernel";
import { ProposalStatus } from "@sotto/proto/cosmos.gov.v1";
import { createContents } from "./contents.ts";
import { createDeposits } from "./deposits.ts";
import { GovError } from "./errors.ts";
import { cancelled } from "./events.ts";
import type { GovHooks, GovNeeds } from "./needs.ts";
import { proposals } from "./proposals.ts";
import { type ProposalRow, state } from "./state.ts";
import { createSubmit } from "./submit.ts";
import { type Outcome, tally } from "./tally.ts";

export type GovKeeper = ReturnType<typeof govKeeper>;

/** Throws unless the proposer may cancel the proposal at the time of the block. */
function assertCancels(ctx: ReadCtx, proposal: ProposalRow, proposer: string): void {
  const { id, status, votingEndTime } = proposal;
  if (proposal.proposer === "") {
    throw GovError.invalidProposal(`proposal ${id} doesn't have proposer ${proposer}, so cannot be canceled`);
  }
  if (proposal.proposer !== proposer) throw GovError.invalidProposer(`invalid proposer ${proposer}`);
  if (status !== ProposalStatus.DEPOSIT_PERIOD && status !== ProposalStatus.VOTING_PERIOD) {
    throw GovError.invalidProposal("proposal should be in the deposit or voting period");
  }
  if (votingEndTime !== undefined && nanosOf(votingEndTime) < ctx.block.time) {
    throw GovError.votingEnded(`voting period is already ended for this proposal ${id}`);
  }
}

export function govKeeper(given: GovNeeds) {
  const followers = hooks<GovHooks>();
  const needs = { ...given, hooks: followers };
  const deposits = createDeposits(needs, proposals);
  return {
    needs,
    /** The application sets the followers. */
    hooks: followers,
    proposals,
    deposits,
    contents: createContents(needs),
    submit: createSubmit(needs, proposals),
    tally: (ctx: ReadCtx, proposal: ProposalRow): Outcome => tally(needs, proposals, ctx, proposal),
    /** Removes a proposal before its end (x/gov keeper CancelProposal). `proposer` is Bech32. */
    cancel(ctx: WriteCtx, id: bigint, proposer: string): void {
      const proposal = proposals.must(ctx, id);
      assertCancels(ctx, proposal, proposer);
      deposits.charge(ctx, id, proposals.params(ctx));
      if (proposal.votingStartTime !== undefined) clear(ctx, state.votes, { prefix: [id] });
      proposals.remove(ctx, id);
      ctx.emit(cancelled(id, proposer));
    },
  };
}
