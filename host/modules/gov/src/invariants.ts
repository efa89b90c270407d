// SPDX-License-Identifier: Apache-2.0
import { nanosOf, type ReadCtx } from "@sotto/kernel";
import { coinSum, coversCoins, formatCoins } from "@sotto/math/coins";
import { ProposalStatus } from "@sotto/proto/cosmos.gov.v1";
import { rowCoins } from "./coins.ts";
import type { GovKeeper } from "./keeper.ts";
import { type ProposalRow, state } from "./state.ts";

/** Cost of each invariant: one walk through the rows that it names. */
export const invariants = {
  /** The account of governance has at least all deposits (x/gov keeper/invariants.go). */
  "module-account"(gov: GovKeeper, ctx: ReadCtx): string | undefined {
    const sum = coinSum();
    for (const [, { amount }] of state.deposits.entries(ctx)) sum.add(rowCoins(amount));
    const [held, owed] = [gov.needs.allBalances(ctx, gov.needs.money.address), sum.total()];
    if (coversCoins(held, owed)) return undefined;
    return `the account has ${formatCoins(held)}, the deposits add up to ${formatCoins(owed)}`;
  },

  /** The deposits of a proposal whose period goes on add up to its total. */
  deposits(_gov: GovKeeper, ctx: ReadCtx): string | undefined {
    for (const [id, { status, totalDeposit }] of state.proposals.entries(ctx)) {
      if (status !== ProposalStatus.DEPOSIT_PERIOD && status !== ProposalStatus.VOTING_PERIOD) continue;
      const sum = coinSum();
      for (const [, { amount }] of state.deposits.entries(ctx, { prefix: [id] })) sum.add(rowCoins(amount));
      const [given, total] = [formatCoins(sum.total()), formatCoins(rowCoins(totalDeposit))];
      if (given !== total) return `the deposits on proposal ${id} add up to ${given}, it has ${total}`;
    }
    return undefined;
  },

  /** Each proposal stands in the queue of its status, and no queue has another entry. */
  queues(_gov: GovKeeper, ctx: ReadCtx): string | undefined {
    for (const [id, proposal] of state.proposals.entries(ctx)) {
      const fault = queueFault(ctx, id, proposal);
      if (fault !== undefined) return fault;
    }
    for (const [key] of state.active.entries(ctx)) {
      if (!state.voting.has(ctx, key[1])) return `proposal ${key[1]} is in the queue of votes and has no vote`;
    }
    for (const [key] of state.inactive.entries(ctx)) {
      if (state.proposals.get(ctx, key[1])?.status !== ProposalStatus.DEPOSIT_PERIOD) {
        return `proposal ${key[1]} is in the queue of deposits and takes no deposit`;
      }
    }
    return undefined;
  },

  /** Votes exist only on proposals in their voting period. */
  votes(_gov: GovKeeper, ctx: ReadCtx): string | undefined {
    for (const [id] of state.votes.keys(ctx)) {
      if (!state.voting.has(ctx, id)) return `there is a vote on proposal ${id}, which has no vote`;
    }
    return undefined;
  },
};

function queueFault(ctx: ReadCtx, id: bigint, { status, depositEndTime, votingEndTime }: ProposalRow) {
  const votes = status === ProposalStatus.VOTING_PERIOD;
  if (state.voting.has(ctx, id) !== votes) return `the row of the vote on proposal ${id} is wrong`;
  const isActive = votingEndTime !== undefined && state.active.has(ctx, [nanosOf(votingEndTime), id]);
  if (isActive !== votes) return `the queue of votes is wrong for proposal ${id}`;
  const isInactive = depositEndTime !== undefined && state.inactive.has(ctx, [nanosOf(depositEndTime), id]);
  const waits = status === ProposalStatus.DEPOSIT_PERIOD;
  return isInactive === waits ? undefined : `the queue of deposits is wrong for proposal ${id}`;
}
