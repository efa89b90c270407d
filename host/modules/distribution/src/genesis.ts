// SPDX-License-Identifier: Apache-2.0
import { formatAddress, mustAddress, prefix } from "@sotto/address";
import { plainError } from "@sotto/errors";
import { each, genesisOf, type ReadCtx, type WriteCtx } from "@sotto/kernel";
import { type Dec, dec } from "@sotto/math";
import {
  addDecCoins,
  coversCoins,
  type DecCoins,
  formatCoins,
  noDecCoins,
  parseWireDecCoins,
  truncateDecCoins,
  type WireDecCoin,
} from "@sotto/math/coins";
import {
  type DelegatorStartingInfo,
  GenesisStateSchema,
  type ValidatorSlashEvent,
} from "@sotto/proto/cosmos.distribution.v1beta1";
import type { DistributionKeeper } from "./keeper.ts";
import { defaultParams, withForkFields } from "./params.ts";
import { decimal, rows } from "./rows.ts";
import { state } from "./state.ts";

/** Throws a plain error that names the field, for coins that are not a set. */
function coinsOf(field: string, coins: readonly WireDecCoin[] = []): DecCoins {
  const parsed = parseWireDecCoins(coins);
  if (parsed.fault !== undefined) throw plainError(`${field}: ${parsed.fault}`);
  return parsed.value;
}

/** Throws a plain error for a decimal outside of its range. */
function decimalOf(field: string, text: string, most?: Dec): Dec {
  const value = decimal(text);
  if (value < 0n) throw plainError(`${field} cannot be negative: ${dec.format(value)}`);
  if (most !== undefined && value > most) throw plainError(`${field} too large: ${dec.format(value)}`);
  return value;
}

const operatorOf = (text: string): Uint8Array => mustAddress(text, prefix.validator);

/** Throws a plain error for a record without its value. */
function present<T>(field: string, value: T | undefined): T {
  if (value === undefined) throw plainError(`${field} is missing`);
  return value;
}

function setStarting(ctx: WriteCtx, operator: string, delegator: string, info: DelegatorStartingInfo): void {
  const { previousPeriod, stake, height } = info;
  rows.setStarting(ctx, operatorOf(operator), mustAddress(delegator), {
    period: previousPeriod,
    stake: decimalOf("stake", stake),
    height,
  });
}

function setSlash(
  ctx: WriteCtx,
  operator: string,
  at: { readonly height: bigint; readonly period: bigint },
  event: ValidatorSlashEvent,
): void {
  decimalOf("fraction", event.fraction, dec.one);
  state.slashes.set(ctx, [operatorOf(operator), at.height, at.period], event);
}

/**
 * The account holds the community pool and all outstanding rewards, in whole units. Throws a plain
 * error for a smaller balance. The reference also refuses a larger one, although users may send
 * coins to the account.
 */
function assertHoldings({ needs }: DistributionKeeper, ctx: WriteCtx, holdings: DecCoins): void {
  needs.ensureAccount(ctx);
  const held = needs.balances(ctx);
  const { whole } = truncateDecCoins(holdings);
  if (coversCoins(held, whole)) return;
  throw plainError(
    `distribution module balance does not match the module holdings: ${formatCoins(held)} <-> ${formatCoins(whole)}`,
  );
}

export const genesis = genesisOf<DistributionKeeper, typeof GenesisStateSchema>(GenesisStateSchema, {
  default: () => ({ params: defaultParams(), feePool: {} }),
  init(distribution, ctx, file) {
    const params = withForkFields(file.params ?? defaultParams());
    const fault = distribution.paramsFault(ctx, params);
    if (fault !== undefined) throw plainError(`params: ${fault}`);
    const pool = coinsOf("fee_pool", file.feePool?.communityPool);
    rows.setCommunityPool(ctx, pool);
    state.params.set(ctx, params);
    for (const { delegatorAddress, withdrawAddress } of file.delegatorWithdrawInfos) {
      state.withdrawAddresses.set(ctx, mustAddress(delegatorAddress), mustAddress(withdrawAddress));
    }
    const { previousProposer } = file;
    const proposer = previousProposer === "" ? new Uint8Array(0) : mustAddress(previousProposer, prefix.consensus);
    state.proposer.set(ctx, proposer);
    let holdings = noDecCoins;
    for (const { validatorAddress, outstandingRewards } of file.outstandingRewards) {
      const outstanding = coinsOf("outstanding_rewards", outstandingRewards);
      rows.setOutstanding(ctx, operatorOf(validatorAddress), outstanding);
      holdings = addDecCoins(holdings, outstanding);
    }
    for (const { validatorAddress, accumulated } of file.validatorAccumulatedCommissions) {
      rows.setCommission(ctx, operatorOf(validatorAddress), coinsOf("accumulated", accumulated?.commission));
    }
    for (const { validatorAddress, period, rewards } of file.validatorHistoricalRewards) {
      const { cumulativeRewardRatio, referenceCount: references } = present("rewards", rewards);
      const ratio = coinsOf("cumulative_reward_ratio", cumulativeRewardRatio);
      rows.setHistorical(ctx, operatorOf(validatorAddress), period, { ratio, references });
    }
    for (const { validatorAddress, rewards } of file.validatorCurrentRewards) {
      const current = present("rewards", rewards);
      const decoded = { rewards: coinsOf("rewards", current.rewards), period: current.period };
      rows.setCurrent(ctx, operatorOf(validatorAddress), decoded);
    }
    for (const { validatorAddress, delegatorAddress, startingInfo } of file.delegatorStartingInfos) {
      setStarting(ctx, validatorAddress, delegatorAddress, present("starting_info", startingInfo));
    }
    for (const { validatorAddress, height, period, validatorSlashEvent } of file.validatorSlashEvents) {
      setSlash(ctx, validatorAddress, { height, period }, present("validator_slash_event", validatorSlashEvent));
    }
    assertHoldings(distribution, ctx, addDecCoins(holdings, pool));
    return undefined;
  },
  export: (distribution, ctx) => ({
    params: distribution.params(ctx),
    feePool: state.feePool.get(ctx) ?? {},
    ...exportedValidators(ctx),
    delegatorWithdrawInfos: each(state.withdrawAddresses.entries(ctx), ([delegator, address]) => ({
      delegatorAddress: formatAddress(delegator),
      withdrawAddress: formatAddress(address),
    })),
    previousProposer: proposerText(state.proposer.get(ctx)),
    delegatorStartingInfos: each(state.starting.entries(ctx), ([[operator, delegator], startingInfo]) => ({
      delegatorAddress: formatAddress(delegator),
      validatorAddress: formatAddress(operator, prefix.validator),
      startingInfo,
    })),
  }),
});

const proposerText = (address: Uint8Array | undefined): string =>
  address === undefined || address.length === 0 ? "" : formatAddress(address, prefix.consensus);

const exportedValidators = (ctx: ReadCtx) => {
  const named = (operator: Uint8Array) => ({ validatorAddress: formatAddress(operator, prefix.validator) });
  return {
    outstandingRewards: each(state.outstanding.entries(ctx), ([operator, { rewards }]) => ({
      ...named(operator),
      outstandingRewards: rewards,
    })),
    validatorAccumulatedCommissions: each(state.commission.entries(ctx), ([operator, accumulated]) => ({
      ...named(operator),
      accumulated,
    })),
    validatorHistoricalRewards: each(state.historical.entries(ctx), ([[operator, period], rewards]) => ({
      ...named(operator),
      period,
      rewards,
    })),
    validatorCurrentRewards: each(state.current.entries(ctx), ([operator, rewards]) => ({
      ...named(operator),
      rewards,
    })),
    validatorSlashEvents: each(state.slashes.entries(ctx), ([[operator, height], validatorSlashEvent]) => ({
      ...named(operator),
      height,
      period: validatorSlashEvent.validatorPeriod,
      validatorSlashEvent,
    })),
  };
};
