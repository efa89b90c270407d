// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import type { WriteCtx } from "@sotto/kernel";
import { type Dec, dec, NumberFault } from "@sotto/math";
import { addDecCoins, type DecCoins, noDecCoins, quoDecCoinsTruncate } from "@sotto/math/coins";
import { ValidatorSlashEventSchema } from "@sotto/proto/cosmos.distribution.v1beta1";
import type { DistributionNeeds, Validator } from "./needs.ts";
import { minus, rows } from "./rows.ts";
import { state } from "./state.ts";

// x/distribution keeper/validator.go. A period of a validator ends with every change of its
// delegations; each row of history counts the rows that need it.

/** The period before; Go's numbers wrap. */
export const before = (period: bigint): bigint => BigInt.asUintN(64, period - 1n);

/** The rows of a new validator. */
export function initializeValidator(ctx: WriteCtx, operator: Uint8Array): void {
  rows.setHistorical(ctx, operator, 0n, { ratio: noDecCoins, references: 1 });
  rows.setCurrent(ctx, operator, { rewards: noDecCoins, period: 1n });
  rows.setCommission(ctx, operator, noDecCoins);
  rows.setOutstanding(ctx, operator, noDecCoins);
}

/** One more row needs a period. Throws NumberFault for a fourth one. */
export function addReference(ctx: WriteCtx, operator: Uint8Array, period: bigint): void {
  const { ratio, references } = rows.historical(ctx, operator, period);
  if (references > 2) throw new NumberFault("reference count should never exceed 2");
  rows.setHistorical(ctx, operator, period, { ratio, references: references + 1 });
}

/** One row less needs a period; the last one removes it. */
export function dropReference(ctx: WriteCtx, operator: Uint8Array, period: bigint): void {
  const { ratio, references } = rows.historical(ctx, operator, period);
  if (references === 0) throw new NumberFault("cannot set negative reference count");
  if (references === 1) state.historical.remove(ctx, [operator, period]);
  else rows.setHistorical(ctx, operator, period, { ratio, references: references - 1 });
}

/** The rewards of a validator without tokens belong to nobody: they go to the community pool. */
function moveToPool(ctx: WriteCtx, operator: Uint8Array, rewards: DecCoins): void {
  const pool = addDecCoins(rows.communityPool(ctx), rewards);
  const outstanding = minus(rows.outstanding(ctx, operator), rewards);
  rows.setCommunityPool(ctx, pool);
  rows.setOutstanding(ctx, operator, outstanding);
}

/** Ends the current period of a validator. Returns its number. */
export function endPeriod(ctx: WriteCtx, { operator, tokens }: Validator): bigint {
  const { rewards, period } = rows.current(ctx, operator);
  if (tokens === 0n) moveToPool(ctx, operator, rewards);
  const ratio = tokens === 0n ? noDecCoins : quoDecCoinsTruncate(rewards, dec.fromInt(tokens));
  const last = rows.historical(ctx, operator, before(period));
  dropReference(ctx, operator, before(period));
  rows.setHistorical(ctx, operator, period, { ratio: addDecCoins(last.ratio, ratio), references: 1 });
  rows.setCurrent(ctx, operator, { rewards: noDecCoins, period: BigInt.asUintN(64, period + 1n) });
  return period;
}

/** Records that a validator loses a fraction of its tokens. */
export function recordSlash(
  { mustValidator }: Pick<DistributionNeeds, "mustValidator">,
  ctx: WriteCtx,
  operator: Uint8Array,
  fraction: Dec,
): void {
  if (fraction > dec.one || fraction < 0n) {
    throw new NumberFault(`fraction must be >=0 and <=1, current fraction: ${dec.format(fraction)}`);
  }
  const period = endPeriod(ctx, mustValidator(ctx, operator));
  addReference(ctx, operator, period);
  const event = create(ValidatorSlashEventSchema, { validatorPeriod: period, fraction: dec.encode(fraction) });
  state.slashes.set(ctx, [operator, BigInt(ctx.block.height), period], event);
}
