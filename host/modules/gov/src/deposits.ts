// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { formatAddress, moduleAddress } from "@sotto/address";
import { SdkError } from "@sotto/errors";
import { addressField, type ReadCtx, type WriteCtx } from "@sotto/kernel";
import { dec } from "@sotto/math";
import {
  addCoins,
  type Coins,
  coinSum,
  coversCoins,
  formatCoins,
  mustCoins,
  noCoins,
  type WireCoin,
} from "@sotto/math/coins";
import { DepositSchema, ProposalStatus } from "@sotto/proto/cosmos.gov.v1";
import { coinRows, coinsText, messageCoins, rowCoins } from "./coins.ts";
import { GovError } from "./errors.ts";
import { deposited } from "./events.ts";
import type { GovParts } from "./needs.ts";
import { mustDec } from "./params.ts";
import type { Proposals } from "./proposals.ts";
import { type ParamsRow, state } from "./state.ts";

/** The deposit with which a proposal's voting period begins. */
export const minDeposit = (params: ParamsRow, expedited: boolean): Coins =>
  rowCoins(expedited ? params.expeditedMinDeposit : params.minDeposit);

/** Throws gov/23 for a denomination that deposits do not have. */
export function assertDenoms(params: ParamsRow, coins: Coins): void {
  const accepted = params.minDeposit.map(({ denom }) => denom);
  if (coins.every(({ denom }) => accepted.includes(denom))) return;
  const [given, denoms] = [formatCoins(coins), accepted.join(" ")];
  throw GovError.invalidDepositDenom(`deposited ${given}, but gov accepts only the following denom(s): [${denoms}]`);
}

/** The first deposit of a proposal. Throws sdk/10 and gov/16 (x/gov validateInitialDeposit). */
export function initialDeposit(params: ParamsRow, given: readonly WireCoin[], expedited: boolean): Coins {
  const parsed = messageCoins(given);
  if (parsed.fault !== undefined) throw SdkError.invalidCoins(coinsText(given));
  const share = mustDec(params.minInitialDepositRatio);
  if (share === 0n) return parsed.value;
  const needed = minDeposit(params, expedited).map(({ denom, amount }) => ({
    denom,
    amount: dec.roundInt(dec.mul(dec.fromInt(amount), share)),
  }));
  // An amount of zero is needed by no deposit, except that the SDK refuses an empty one.
  if (!coversCoins(parsed.value, mustCoins(needed)) || parsed.value.length === 0) {
    throw GovError.depositTooSmall(`was (${formatCoins(parsed.value)}), need (${formatCoins(needed)})`);
  }
  return parsed.value;
}

/** Throws gov/16 for a deposit below the share that each deposit must have. */
function assertShare(params: ParamsRow, expedited: boolean, coins: Coins): void {
  const share = mustDec(params.minDepositRatio);
  assertDenoms(params, coins);
  if (share === 0n) return;
  const thresholds = minDeposit(params, expedited).map(({ denom, amount }) => ({
    denom,
    amount: dec.truncateInt(dec.mul(dec.fromInt(amount), share)),
  }));
  const isMet = thresholds.some(({ denom, amount }) =>
    coins.some((coin) => coin.denom === denom && coin.amount >= amount),
  );
  if (isMet) return;
  const [given, needed] = [formatCoins(coins), formatCoins(thresholds)];
  throw GovError.depositTooSmall(`received ${given} but need at least one of the following: ${needed}`);
}

export type Deposits = ReturnType<typeof createDeposits>;

export function createDeposits({ money, fundCommunityPool, hooks }: GovParts, proposals: Proposals) {
  const of = (ctx: ReadCtx, id: bigint) => state.deposits.entries(ctx, { prefix: [id] });

  return {
    /**
     * Adds coins to the deposit of an account (x/gov AddDeposit). Returns whether the voting period
     * began.
     */
    add(ctx: WriteCtx, id: bigint, depositor: Uint8Array, coins: Coins): boolean {
      const proposal = proposals.must(ctx, id);
      const { status, expedited } = proposal;
      if (status !== ProposalStatus.DEPOSIT_PERIOD && status !== ProposalStatus.VOTING_PERIOD) {
        throw GovError.inactiveProposal(String(id));
      }
      const params = proposals.params(ctx);
      assertShare(params, expedited, coins);
      money.collect(ctx, depositor, coins);
      const total = addCoins(rowCoins(proposal.totalDeposit), coins);
      const paid = { ...proposal, totalDeposit: coinRows(total) };
      proposals.set(ctx, paid);
      const begins = status === ProposalStatus.DEPOSIT_PERIOD && coversCoins(total, minDeposit(params, expedited));
      if (begins) proposals.activate(ctx, paid);
      const before = state.deposits.get(ctx, [id, depositor]);
      const own = addCoins(before === undefined ? noCoins : rowCoins(before.amount), coins);
      for (const hook of hooks.all) hook.afterProposalDeposit?.(ctx, id, depositor);
      ctx.emit(deposited(id, depositor, coins));
      const address = formatAddress(depositor);
      const row = create(DepositSchema, { proposalId: id, depositor: address, amount: coinRows(own) });
      state.deposits.set(ctx, [id, depositor], row);
      return begins;
    },

    /** Burns the deposits of a proposal (DeleteAndBurnDeposits). */
    burn(ctx: WriteCtx, id: bigint): void {
      const sum = coinSum();
      for (const [key, { amount }] of of(ctx, id)) {
        sum.add(rowCoins(amount));
        state.deposits.remove(ctx, key);
      }
      money.burn(ctx, sum.total());
    },

    /** Pays the deposits of a proposal back (RefundAndDeleteDeposits). */
    refund(ctx: WriteCtx, id: bigint): void {
      for (const [key, { amount }] of of(ctx, id)) {
        money.pay(ctx, key[1], rowCoins(amount));
        state.deposits.remove(ctx, key);
      }
    },

    /**
     * Takes the share of a cancelled proposal's deposits that cancelling costs, and pays the rest
     * back (ChargeDeposit).
     */
    charge(ctx: WriteCtx, id: bigint, { proposalCancelDest, proposalCancelRatio }: ParamsRow): void {
      const rate = mustDec(proposalCancelRatio);
      const charges = coinSum();
      for (const [key, { amount }] of [...of(ctx, id)]) {
        const coins = rowCoins(amount);
        const taken = coins.map((coin) => ({
          denom: coin.denom,
          amount: dec.truncateInt(dec.mul(dec.fromInt(coin.amount), rate)),
        }));
        const rest = coins.map((coin, i) => ({
          denom: coin.denom,
          amount: coin.amount - (taken[i] as { amount: bigint }).amount, // one for each coin
        }));
        charges.add(mustCoins(taken));
        const paid = mustCoins(rest);
        if (paid.length > 0) money.pay(ctx, key[1], paid);
        state.deposits.remove(ctx, key);
      }
      const total = charges.total();
      if (total.length === 0) return;
      if (proposalCancelDest === "") money.burn(ctx, total);
      else if (proposalCancelDest === formatAddress(moduleAddress("distribution"))) {
        fundCommunityPool(ctx, total, money.address);
      } else money.pay(ctx, addressField(proposalCancelDest), total);
    },
  };
}
