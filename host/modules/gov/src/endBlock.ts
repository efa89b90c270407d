// SPDX-License-Identifier: Apache-2.0
import { protoText } from "@sotto/codec/text";
import { ChainError, OutOfGas } from "@sotto/errors";
import {
  type AccountMessage,
  type ChainEvent,
  type HookCtx,
  isPanic,
  nanosOf,
  type ReadCtx,
  timestampOf,
  type WriteCtx,
} from "@sotto/kernel";
import { NumberFault } from "@sotto/math";
import { coinSum, coversCoins, formatCoins } from "@sotto/math/coins";
import { ProposalStatus } from "@sotto/proto/cosmos.gov.v1";
import { rowCoins } from "./coins.ts";
import type { Deposits } from "./deposits.ts";
import { dropped, ended } from "./events.ts";
import type { GovHooks, GovParts } from "./needs.ts";
import { type Proposals, present } from "./proposals.ts";
import { type ProposalRow, state } from "./state.ts";
import { openMessages } from "./submit.ts";
import { tally } from "./tally.ts";

export interface EndBlockParts {
  readonly needs: GovParts;
  readonly proposals: Proposals;
  readonly deposits: Deposits;
}

/**
 * The SDK's text of a failure: a message's error as its log has it; a panic with the message
 * (x/gov abci.go, safeExecuteHandler). Undefined for a value that stops the node. The text is
 * stored with the proposal, so it is consensus.
 */
function failureText(thrown: unknown, { route, message }: AccountMessage): string | undefined {
  const panic = (text: string): string => {
    const shown = route === undefined ? "" : protoText(route.input, message);
    return `handling x/gov proposal msg [${shown}] PANICKED: ${text}`;
  };
  if (thrown instanceof ChainError) return isPanic(thrown) ? panic(thrown.detail ?? "") : thrown.message;
  if (thrown instanceof NumberFault) return panic(thrown.message);
  // Hooks of blocks have no limit of gas: a meter of a handler's own ran out.
  return thrown instanceof OutOfGas ? panic(thrown.message) : undefined;
}

/** The part of a proposal that its end changes, and the words of its event. */
interface Decision {
  readonly change: Partial<ProposalRow>;
  readonly result: string;
  readonly log: string;
}

const failed = (failedReason: string, log: string): Decision => ({
  change: { status: ProposalStatus.FAILED, failedReason },
  result: "proposal_failed",
  log,
});

/**
 * Why the messages of a proposal may not stand: deposits of open proposals could not be paid back,
 * because governance would have less, or would be a depositor, and it may not receive coins. The
 * reference stops the chain when it pays them back (ADR 105). Cost: the rows of all open proposals.
 */
function depositFault({ money, allBalances }: GovParts, ctx: ReadCtx): string | undefined {
  const sum = coinSum();
  for (const queue of [state.active, state.inactive]) {
    for (const [, id] of queue.entries(ctx)) {
      if (state.deposits.has(ctx, [id, money.address])) {
        return `governance may not be a depositor of proposal ${id}: unauthorized`;
      }
      sum.add(rowCoins(state.proposals.get(ctx, id)?.totalDeposit ?? []));
    }
  }
  const [held, owed] = [allBalances(ctx, money.address), sum.total()];
  if (coversCoins(held, owed)) return undefined;
  return `governance would have ${formatCoins(held)} for deposits of ${formatCoins(owed)}: insufficient funds`;
}

/**
 * Runs the messages of a passed proposal in the name of governance: all of them, or none if one
 * fails. A file, or an older program, may have a message that this program cannot read.
 */
function execute(needs: GovParts, ctx: WriteCtx, proposal: ProposalRow): Decision {
  const { router, money } = needs;
  const branch = ctx.branch();
  const events: ChainEvent[] = [];
  let messages: readonly AccountMessage[];
  try {
    messages = openMessages(router(), proposal.messages, ctx.block.height);
  } catch (thrown) {
    if (!(thrown instanceof ChainError)) throw thrown;
    const { message } = thrown;
    return failed(message, `passed proposal (${proposal.id}) failed to execute; msgs: ${message}`);
  }
  for (const [index, opened] of messages.entries()) {
    try {
      for (const event of router().execute(branch.ctx, opened, money.address).events) events.push(event);
    } catch (thrown) {
      const failedReason = failureText(thrown, opened);
      if (failedReason === undefined) throw thrown;
      return failed(failedReason, `passed, but msg ${index} (${opened.typeUrl}) failed on execution: ${failedReason}`);
    }
  }
  const fault = messages.length === 0 ? undefined : depositFault(needs, branch.ctx);
  if (fault !== undefined) return failed(fault, `passed proposal (${proposal.id}) failed to execute; msgs: ${fault}`);
  branch.write();
  for (const event of events) ctx.emit(event);
  return { change: { status: ProposalStatus.PASSED }, result: "proposal_passed", log: "passed" };
}

const REJECTED: Decision = {
  change: { status: ProposalStatus.REJECTED, failedReason: "proposal did not get enough votes to pass" },
  result: "proposal_rejected",
  log: "rejected",
};

/** Runs hooks in a branch: their failure stops nothing (x/gov abci.go). */
function runHooks(ctx: WriteCtx, { hooks }: GovParts, run: (hook: GovHooks, ctx: WriteCtx) => void): void {
  const branch = ctx.branch();
  try {
    for (const hook of hooks.all) run(hook, branch.ctx);
  } catch (thrown) {
    if (thrown instanceof ChainError) return;
    throw thrown;
  }
  branch.write();
  for (const event of branch.events) ctx.emit(event);
}

/** Drops a proposal whose deposit period ended. */
function drop({ needs, proposals, deposits }: EndBlockParts, ctx: WriteCtx, id: bigint): void {
  proposals.must(ctx, id);
  proposals.remove(ctx, id);
  if (proposals.params(ctx).burnProposalDepositPrevote) deposits.burn(ctx, id);
  else deposits.refund(ctx, id);
  runHooks(ctx, needs, (hook, branch) => hook.afterProposalFailedMinDeposit?.(branch, id));
  ctx.emit(dropped(id));
}

/** An expedited proposal that failed votes on, for the rest of the usual period. */
function fallBack({ proposals }: EndBlockParts, ctx: WriteCtx, { id, votingStartTime }: ProposalRow): Decision {
  const { votingPeriod } = proposals.params(ctx);
  const votingEndTime = timestampOf(nanosOf(present(votingStartTime)) + nanosOf(present(votingPeriod)));
  proposals.queue(ctx, id, votingEndTime);
  return {
    change: { expedited: false, votingEndTime },
    result: "expedited_proposal_rejected",
    log: "expedited proposal converted to regular",
  };
}

/** Counts the votes on a proposal whose voting period ended, and carries the outcome out. */
function decide(parts: EndBlockParts, ctx: WriteCtx, id: bigint): void {
  const { needs, proposals, deposits } = parts;
  const proposal = proposals.must(ctx, id);
  const outcome = tally(needs, proposals, ctx, proposal, (key) => state.votes.remove(ctx, key));
  const { passes, burns, result: finalTallyResult } = outcome;
  if (passes || !proposal.expedited) {
    if (burns) deposits.burn(ctx, id);
    else deposits.refund(ctx, id);
  }
  proposals.unqueue(ctx, id, present(proposal.votingEndTime));
  const { change, result, log } = passes
    ? execute(needs, ctx, proposal)
    : proposal.expedited
      ? fallBack(parts, ctx, proposal)
      : REJECTED;
  proposals.set(ctx, { ...proposal, ...change, finalTallyResult });
  runHooks(ctx, needs, (hook, branch) => hook.afterProposalVotingPeriodEnded?.(branch, id));
  ctx.emit(ended(id, result, log));
}

/** Ends the periods that are over at the block's time (x/gov EndBlocker). */
export function endBlock(parts: EndBlockParts, ctx: HookCtx): void {
  const due = { through: [ctx.block.time] } as const;
  for (const [, id] of state.inactive.keys(ctx, due)) drop(parts, ctx, id);
  for (const [, id] of state.active.keys(ctx, due)) decide(parts, ctx, id);
}
