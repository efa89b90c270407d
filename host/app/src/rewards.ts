// SPDX-License-Identifier: Apache-2.0
/** Keepers of the modules that share out coins: distribution, mint, vesting accounts. */
import type { ChainError } from "@sotto/errors";
import type { ReadCtx } from "@sotto/kernel";
import { distribution } from "@sotto/x-distribution";
import { mint } from "@sotto/x-mint";
import { StakingError, type StakingKeeper, tokensFromShares, tokensFromSharesTruncated } from "@sotto/x-staking";
import { vesting } from "@sotto/x-vesting";
import type { secretChain } from "./chain.ts";

type OwnKeepers = ReturnType<typeof secretChain.keepers>;

/** A row of staking. Throws the error of its reader when there is none. */
function known<T>(found: T | undefined, missing: () => ChainError): T {
  if (found === undefined) throw missing();
  return found;
}

export function createDistribution({ bank, auth }: OwnKeepers, keeper: StakingKeeper) {
  const fees = bank.moneyOf("fee_collector");
  const account = bank.moneyOf("distribution");
  const { noValidatorFound, noDelegation } = StakingError;
  const mustValidator = (ctx: ReadCtx, operator: Uint8Array) =>
    known(keeper.validator(ctx, operator), noValidatorFound);
  return distribution.keeper({
    mustValidator,
    mustValidatorByConsensus: (ctx, address) => known(keeper.validatorByConsensus(ctx, address), noValidatorFound),
    mustDelegation: (ctx, delegator, operator) => known(keeper.delegation(ctx, delegator, operator), noDelegation),
    delegationsOf: keeper.delegationsOf,
    validators: keeper.validators,
    delegations: keeper.allDelegations,
    tokensFromShares,
    tokensFromSharesTruncated,
    bondDenom: keeper.bondDenom,
    delegate(ctx, delegator, operator, amount) {
      const validator = mustValidator(ctx, operator);
      keeper.delegate(ctx, { delegator, amount, source: "unbonded", validator, subtractAccount: true });
    },
    isBlocked: bank.isBlocked,
    feeBalances: (ctx) => bank.allBalances(ctx, fees.address),
    balances: (ctx) => bank.allBalances(ctx, account.address),
    ensureAccount: (ctx) => void auth.ensureModule(ctx, "distribution"),
    collectFees: (ctx, coins) => fees.payModule(ctx, account, coins),
    collect: account.collect,
    pay: account.pay,
  });
}

export function createMint({ bank, auth }: OwnKeepers, keeper: StakingKeeper) {
  const minter = bank.minter("mint");
  const fees = bank.moneyOf("fee_collector");
  return mint.keeper({
    stakingSupply: keeper.supply,
    bondedRatio: keeper.bondedRatio,
    ensureAccount: (ctx) => void auth.ensureModule(ctx, "mint"),
    mintCoins: minter.mint,
    payFees: (ctx, coins) => minter.payModule(ctx, fees, coins),
  });
}

export const createVesting = ({ auth, bank }: OwnKeepers) =>
  vesting.keeper({
    account: auth.account,
    *accounts(ctx) {
      for (const [, account] of auth.state.accounts.entries(ctx)) yield account;
    },
    nextNumber: auth.state.nextNumber.next,
    setAccount: auth.state.accounts.set,
    isBlocked: bank.isBlocked,
    assertSendEnabled: bank.assertSendEnabled,
    send: bank.send,
  });
