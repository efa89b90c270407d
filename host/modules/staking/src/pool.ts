// SPDX-License-Identifier: Apache-2.0
import type { ReadCtx, WriteCtx } from "@sotto/kernel";
import { type Dec, dec } from "@sotto/math";
import { type Coins, mustCoins } from "@sotto/math/coins";
import type { Staking } from "./needs.ts";
import type { Status } from "./validator.ts";
import { getParams } from "./validators.ts";

// The accesses and their order are those of x/staking keeper/pool.go.

/** Coins of the bond denom. The parameters are read for each. */
const bondCoins = (ctx: ReadCtx, amount: bigint): Coins => mustCoins([{ denom: getParams(ctx).bondDenom, amount }]);

export const bondedToNotBonded = ({ bonded, notBonded }: Staking, ctx: WriteCtx, amount: bigint): void =>
  notBonded.collect(ctx, bonded.address, bondCoins(ctx, amount));

export const notBondedToBonded = ({ bonded, notBonded }: Staking, ctx: WriteCtx, amount: bigint): void =>
  bonded.collect(ctx, notBonded.address, bondCoins(ctx, amount));

/** Burns tokens of bonded validators, or other ones. */
export function burnTokens(
  { bonded, notBonded }: Staking,
  ctx: WriteCtx,
  of: "bonded" | "notBonded",
  amount: bigint,
): void {
  if (amount <= 0n) return;
  (of === "bonded" ? bonded : notBonded).burn(ctx, bondCoins(ctx, amount));
}

export const poolOf = (status: Status): "bonded" | "notBonded" => (status === "bonded" ? "bonded" : "notBonded");

/** TotalBondedTokens: the pool's account, the parameters, the balance. */
export function totalBonded({ bonded, needs }: Staking, ctx: ReadCtx): bigint {
  needs.account(ctx, bonded.address);
  return needs.balance(ctx, bonded.address, getParams(ctx).bondDenom);
}

/** StakingTokenSupply. */
export const stakingSupply = ({ needs }: Staking, ctx: ReadCtx): bigint => needs.supply(ctx, getParams(ctx).bondDenom);

/** The bonded part of the supply. */
export function bondedRatio(staking: Staking, ctx: ReadCtx): Dec {
  const supply = stakingSupply(staking, ctx);
  return supply > 0n ? dec.quoInt(dec.fromInt(totalBonded(staking, ctx)), supply) : dec.zero;
}
