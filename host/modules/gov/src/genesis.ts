// SPDX-License-Identifier: Apache-2.0
import { parseAddress } from "@sotto/address";
import { ChainError, SdkError } from "@sotto/errors";
import { each, type Frozen, genesisOf, type WriteCtx } from "@sotto/kernel";
import { dec } from "@sotto/math";
import { coinSum, equalCoins, formatCoins, parseWireCoins } from "@sotto/math/coins";
import { type Deposit, GenesisStateSchema, ProposalStatus, type Vote } from "@sotto/proto/cosmos.gov.v1";
import type { GovKeeper } from "./keeper.ts";
import { assertParams, defaultParams } from "./params.ts";
import { present } from "./proposals.ts";
import { type ParamsRow, type ProposalRow, state } from "./state.ts";

/** The same failure for a file, with the code of logic errors. */
function asLogic(check: () => void): void {
  try {
    check();
  } catch (thrown) {
    throw thrown instanceof ChainError ? SdkError.logic(thrown.message) : thrown;
  }
}

/** Throws for parameters with which proposals would stop the chain. */
function assertGenesisParams(params: ParamsRow): void {
  asLogic(() => assertParams(params));
  const { minDepositRatio } = params;
  const parsed = dec.parse(minDepositRatio);
  if (parsed.fault !== undefined)
    throw SdkError.logic(`invalid min_deposit_ratio "${minDepositRatio}": ${parsed.fault}`);
}

function assertProposal(proposal: ProposalRow): void {
  const { id, status, depositEndTime, votingEndTime, votingStartTime, finalTallyResult, totalDeposit } = proposal;
  const lacks = (what: string) => SdkError.logic(`proposal ${id} has no ${what}`);
  if (depositEndTime === undefined) throw lacks("deposit_end_time");
  const votes = status === ProposalStatus.VOTING_PERIOD;
  if (votes && votingEndTime === undefined) throw lacks("voting_end_time");
  if (votes && votingStartTime === undefined) throw lacks("voting_start_time");
  if (finalTallyResult === undefined) throw lacks("final_tally_result");
  const { fault } = parseWireCoins(totalDeposit);
  if (fault !== undefined) throw SdkError.logic(`total_deposit of proposal ${id}: ${fault}`);
}

function setDeposit(ctx: WriteCtx, deposit: Frozen<Deposit>) {
  const { proposalId, depositor, amount } = deposit;
  const coins = parseWireCoins(amount);
  if (coins.fault !== undefined) throw SdkError.logic(`deposit of ${depositor}: ${coins.fault}`);
  const key = [proposalId, parseAddress(depositor)] as const;
  if (state.deposits.has(ctx, key)) throw SdkError.logic(`duplicate deposit of ${depositor} on proposal ${proposalId}`);
  state.deposits.set(ctx, key, deposit);
  return coins.value;
}

function setVote(ctx: WriteCtx, vote: Frozen<Vote>): void {
  const { proposalId, voter, options } = vote;
  for (const { weight } of options) {
    const parsed = dec.parse(weight);
    if (parsed.fault !== undefined) throw SdkError.logic(`vote of ${voter}: weight "${weight}": ${parsed.fault}`);
  }
  const key = [proposalId, parseAddress(voter)] as const;
  if (state.votes.has(ctx, key)) throw SdkError.logic(`duplicate vote of ${voter} on proposal ${proposalId}`);
  state.votes.set(ctx, key, vote);
}

function setProposal(gov: GovKeeper, ctx: WriteCtx, proposal: ProposalRow): void {
  assertProposal(proposal);
  const { id, status, depositEndTime, votingEndTime } = proposal;
  if (state.proposals.has(ctx, id)) throw SdkError.logic(`duplicate proposal id: ${id}`);
  if (status === ProposalStatus.DEPOSIT_PERIOD) gov.proposals.queueInactive(ctx, id, present(depositEndTime));
  if (status === ProposalStatus.VOTING_PERIOD) gov.proposals.queue(ctx, id, present(votingEndTime));
  gov.proposals.set(ctx, proposal);
}

function assertKnown(ctx: WriteCtx, rows: Iterable<Frozen<{ proposalId: bigint }>>, what: string): void {
  for (const { proposalId } of rows) {
    if (!state.proposals.has(ctx, proposalId)) {
      throw SdkError.logic(`a ${what} has non-existent proposal id: ${proposalId}`);
    }
  }
}

export const genesis = genesisOf<GovKeeper, typeof GenesisStateSchema>(GenesisStateSchema, {
  default: () => ({ startingProposalId: 1n, params: defaultParams() }),
  init(gov, ctx, { startingProposalId, params, constitution, deposits, votes, proposals }) {
    if (startingProposalId === 0n) throw SdkError.logic("starting proposal id must be greater than 0");
    if (params === undefined) throw SdkError.logic("params are missing");
    assertGenesisParams(params);
    state.nextId.set(ctx, startingProposalId);
    state.params.set(ctx, params);
    state.constitution.set(ctx, constitution);
    const account = gov.needs.ensureAccount(ctx);
    const total = coinSum();
    for (const deposit of deposits) total.add(setDeposit(ctx, deposit));
    for (const vote of votes) setVote(ctx, vote);
    for (const proposal of proposals) setProposal(gov, ctx, proposal);
    assertKnown(ctx, deposits, "deposit");
    assertKnown(ctx, votes, "vote");
    const [held, owed] = [gov.needs.allBalances(ctx, account), total.total()];
    if (!equalCoins(held, owed)) {
      throw SdkError.logic(`expected module account was ${formatCoins(held)} but we got ${formatCoins(owed)}`);
    }
    return undefined;
  },
  export: (gov, ctx) => ({
    startingProposalId: state.nextId.peek(ctx),
    deposits: each(state.deposits.entries(ctx), ([, deposit]) => deposit),
    votes: each(state.votes.entries(ctx), ([, vote]) => vote),
    proposals: each(state.proposals.entries(ctx), ([, proposal]) => proposal),
    params: gov.proposals.params(ctx),
    constitution: state.constitution.get(ctx) ?? "",
  }),
});
