// SPDX-License-Identifier: Apache-2.0
/**
 * The chain with the modules that the node does not run yet. The node runs `secretChain` until its
 * genesis has a bonded validator (docs/plan.md 3).
 */
import type { ChainError } from "@sotto/errors";
import { GasMeter, NO_LIMIT, type Orders, type ReadCtx } from "@sotto/kernel";
import { distribution } from "@sotto/x-distribution";
import { mint } from "@sotto/x-mint";
import { StakingError, staking, tokensFromShares, tokensFromSharesTruncated } from "@sotto/x-staking";
import { vesting } from "@sotto/x-vesting";
import { type ChainDefinition, secretChain } from "./chain.ts";
import { modules } from "./modules.ts";

const all = { ...modules, staking, distribution, mint, vesting } as const;

const names: ReadonlySet<string> = new Set(Object.values(all).map(({ name }) => name));

/** Without the modules that do not exist yet. */
const existing = (order: string): readonly string[] => order.split(" ").filter((name) => names.has(name));

/** The reference's app/app.go and app/modules.go. */
const orders: Orders = {
  preBlock: existing("upgrade"),
  beginBlock: existing(
    "upgrade mint distribution slashing evidence staking feegrant auth vesting bank gov genutil authz params " +
      "compute register emergencybutton cron circuit",
  ),
  endBlock: existing(
    "gov authz feegrant staking auth vesting bank distribution slashing mint genutil evidence params upgrade " +
      "compute register emergencybutton cron circuit",
  ),
  initGenesis: existing(
    "auth vesting bank distribution staking slashing gov params upgrade compute register emergencybutton authz " +
      "mint genutil evidence feegrant cron circuit",
  ),
};

type OwnKeepers = ReturnType<typeof secretChain.keepers>;

const createStaking = ({ auth, bank, consensus }: OwnKeepers) =>
  staking.keeper({
    stakePool: bank.stakePool,
    burner: bank.burner,
    balance: bank.balance,
    allBalances: bank.allBalances,
    supply: bank.supply,
    account: auth.account,
    ensureModule: auth.ensureModule,
    // Changes take effect in the next block; they are made at a block's end only.
    publicKeyTypes: (ctx) => consensus.params(ctx.withGas(new GasMeter(NO_LIMIT))).validator?.pubKeyTypes,
  });

type StakingKeeper = ReturnType<typeof createStaking>;

/** A row of staking. Throws the error of its reader when there is none. */
function known<T>(found: T | undefined, missing: () => ChainError): T {
  if (found === undefined) throw missing();
  return found;
}

function createDistribution({ bank, auth }: OwnKeepers, keeper: StakingKeeper) {
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

function createMint({ bank, auth }: OwnKeepers, keeper: StakingKeeper) {
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

const createVesting = ({ auth, bank }: OwnKeepers) =>
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

export const completeChain: ChainDefinition = {
  modules: all,
  orders,
  types: secretChain.types,
  keepers(options, definitions, router) {
    const own = secretChain.keepers(options, definitions, router);
    const stakingKeeper = createStaking(own);
    const distributionKeeper = createDistribution(own, stakingKeeper);
    stakingKeeper.hooks.set([distributionKeeper.stakingHooks]);
    return {
      ...own,
      staking: stakingKeeper,
      distribution: distributionKeeper,
      mint: createMint(own, stakingKeeper),
      vesting: createVesting(own),
    };
  },
};
