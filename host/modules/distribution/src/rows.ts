// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { assert } from "@sotto/errors";
import type { Frozen, ReadCtx, WriteCtx } from "@sotto/kernel";
import { type Dec, dec, NumberFault } from "@sotto/math";
import {
  type DecCoins,
  noDecCoins,
  parseWireDecCoins,
  subDecCoins,
  type WireDecCoin,
  wireDecCoins,
} from "@sotto/math/coins";
import {
  DelegatorStartingInfoSchema,
  FeePoolSchema,
  ValidatorAccumulatedCommissionSchema,
  ValidatorCurrentRewardsSchema,
  ValidatorHistoricalRewardsSchema,
  ValidatorOutstandingRewardsSchema,
} from "@sotto/proto/cosmos.distribution.v1beta1";
import { state } from "./state.ts";

// Rows with decoded amounts (x/distribution keeper/store.go). An absent row of rewards has the
// values of an empty message.

export interface CurrentRewards {
  readonly rewards: DecCoins;
  readonly period: bigint;
}

/** Rewards of one token since the validator's first period, at the end of a period. */
export interface HistoricalRewards {
  readonly ratio: DecCoins;
  /** The number of rows that need this one. */
  readonly references: number;
}

/** The beginning of a delegation, or of its last withdrawal. */
export interface StartingInfo {
  readonly period: bigint;
  readonly stake: Dec;
  readonly height: bigint;
}

/** The difference. Throws NumberFault when an amount would be negative, where the SDK panics. */
export function minus(a: DecCoins, b: DecCoins): DecCoins {
  const rest = subDecCoins(a, b);
  if (rest === undefined) throw new NumberFault("negative coin amount");
  return rest;
}

/** The decimal of a row; zero when its field is missing. */
export const decimal = (text: string): Dec => dec.decode(text) ?? dec.zero;

/** Amounts of a row. The genesis has checked those of a file, and all others are sums. */
function coinsOf(coins: Frozen<readonly WireDecCoin[]> | undefined): DecCoins {
  if (coins === undefined || coins.length === 0) return noDecCoins;
  const parsed = parseWireDecCoins(coins);
  assert(parsed.fault === undefined, `a row of distribution has coins that are not a set: ${parsed.fault}`);
  return parsed.value;
}

export const rows = {
  communityPool: (ctx: ReadCtx): DecCoins => coinsOf(state.feePool.get(ctx)?.communityPool),
  setCommunityPool: (ctx: WriteCtx, pool: DecCoins): void =>
    state.feePool.set(ctx, create(FeePoolSchema, { communityPool: wireDecCoins(pool) })),

  outstanding: (ctx: ReadCtx, operator: Uint8Array): DecCoins => coinsOf(state.outstanding.get(ctx, operator)?.rewards),
  setOutstanding: (ctx: WriteCtx, operator: Uint8Array, rewards: DecCoins): void =>
    state.outstanding.set(ctx, operator, create(ValidatorOutstandingRewardsSchema, { rewards: wireDecCoins(rewards) })),

  commission: (ctx: ReadCtx, operator: Uint8Array): DecCoins =>
    coinsOf(state.commission.get(ctx, operator)?.commission),
  setCommission: (ctx: WriteCtx, operator: Uint8Array, commission: DecCoins): void =>
    state.commission.set(
      ctx,
      operator,
      create(ValidatorAccumulatedCommissionSchema, { commission: wireDecCoins(commission) }),
    ),

  current(ctx: ReadCtx, operator: Uint8Array): CurrentRewards {
    const row = state.current.get(ctx, operator);
    return { rewards: coinsOf(row?.rewards), period: row?.period ?? 0n };
  },
  setCurrent: (ctx: WriteCtx, operator: Uint8Array, { rewards, period }: CurrentRewards): void =>
    state.current.set(ctx, operator, create(ValidatorCurrentRewardsSchema, { rewards: wireDecCoins(rewards), period })),

  historical(ctx: ReadCtx, operator: Uint8Array, period: bigint): HistoricalRewards {
    const row = state.historical.get(ctx, [operator, period]);
    return { ratio: coinsOf(row?.cumulativeRewardRatio), references: row?.referenceCount ?? 0 };
  },
  setHistorical(ctx: WriteCtx, operator: Uint8Array, period: bigint, { ratio, references }: HistoricalRewards): void {
    const cumulativeRewardRatio = wireDecCoins(ratio);
    const row = create(ValidatorHistoricalRewardsSchema, { cumulativeRewardRatio, referenceCount: references });
    state.historical.set(ctx, [operator, period], row);
  },

  starting(ctx: ReadCtx, operator: Uint8Array, delegator: Uint8Array): StartingInfo {
    const row = state.starting.get(ctx, [operator, delegator]);
    return { period: row?.previousPeriod ?? 0n, stake: decimal(row?.stake ?? ""), height: row?.height ?? 0n };
  },
  setStarting(
    ctx: WriteCtx,
    operator: Uint8Array,
    delegator: Uint8Array,
    { period, stake, height }: StartingInfo,
  ): void {
    const row = create(DelegatorStartingInfoSchema, { previousPeriod: period, stake: dec.encode(stake), height });
    state.starting.set(ctx, [operator, delegator], row);
  },

  /** The address to which a delegator's rewards go: its own unless it has set another. */
  withdrawAddress: (ctx: ReadCtx, delegator: Uint8Array): Uint8Array =>
    state.withdrawAddresses.get(ctx, delegator) ?? delegator,
} as const;
