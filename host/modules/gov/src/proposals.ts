// SPDX-License-Identifier: Apache-2.0
import type { SecondsAndNanos } from "@sotto/codec";
import { assert } from "@sotto/errors";
import { nanosOf, type ReadCtx, timestampOf, type WriteCtx } from "@sotto/kernel";
import { ProposalStatus } from "@sotto/proto/cosmos.gov.v1";
import { notFound } from "./errors.ts";
import { type ParamsRow, type ProposalRow, state } from "./state.ts";

/** The row of a proposal in its voting period. */
const VOTING = Uint8Array.of(1);

const keyOf = (time: SecondsAndNanos, id: bigint) => [nanosOf(time), id] as const;

/** A time or a period that every proposal or all parameters have. */
export function present<T>(value: T | undefined): T {
  assert(value !== undefined, "a proposal or the parameters of gov lack a time");
  return value;
}

export type Proposals = typeof proposals;

/** The rows of proposals, and their places in the queues. */
export const proposals = {
  /** Every chain has parameters of gov, from its genesis. */
  params(ctx: ReadCtx): ParamsRow {
    const params = state.params.get(ctx);
    assert(params !== undefined, "there are no parameters of gov");
    return params;
  },

  /** Throws a plain error for an unknown proposal. */
  must(ctx: ReadCtx, id: bigint): ProposalRow {
    const found = state.proposals.get(ctx, id);
    if (found === undefined) throw notFound(String(id), "Proposal");
    return found;
  },

  /** Compat: the row of the voting period is removed also where it does not exist (SetProposal). */
  set(ctx: WriteCtx, proposal: ProposalRow): void {
    const { id, status } = proposal;
    if (status === ProposalStatus.VOTING_PERIOD) state.voting.set(ctx, id, VOTING);
    else state.voting.remove(ctx, id);
    state.proposals.set(ctx, id, proposal);
  },

  remove(ctx: WriteCtx, id: bigint): void {
    const { depositEndTime, votingEndTime } = proposals.must(ctx, id);
    if (depositEndTime !== undefined) state.inactive.remove(ctx, keyOf(depositEndTime, id));
    if (votingEndTime !== undefined) {
      state.active.remove(ctx, keyOf(votingEndTime, id));
      state.voting.remove(ctx, id);
    }
    state.proposals.remove(ctx, id);
  },

  /** The voting period ends when `end` comes. */
  queue: (ctx: WriteCtx, id: bigint, end: SecondsAndNanos): void => state.active.set(ctx, keyOf(end, id), id),
  unqueue: (ctx: WriteCtx, id: bigint, end: SecondsAndNanos): void => state.active.remove(ctx, keyOf(end, id)),
  /** The same for the deposit period. */
  queueInactive: (ctx: WriteCtx, id: bigint, end: SecondsAndNanos): void => state.inactive.set(ctx, keyOf(end, id), id),

  /** Begins the voting period (ActivateVotingPeriod). */
  activate(ctx: WriteCtx, proposal: ProposalRow): void {
    const { id, expedited, depositEndTime } = proposal;
    const params = proposals.params(ctx);
    const period = present(expedited ? params.expeditedVotingPeriod : params.votingPeriod);
    const { time } = ctx.block;
    const votingEndTime = timestampOf(time + nanosOf(period));
    const status = ProposalStatus.VOTING_PERIOD;
    proposals.set(ctx, { ...proposal, status, votingStartTime: timestampOf(time), votingEndTime });
    state.inactive.remove(ctx, keyOf(present(depositEndTime), id));
    proposals.queue(ctx, id, votingEndTime);
  },
};
