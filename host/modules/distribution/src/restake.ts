// SPDX-License-Identifier: Apache-2.0
import { ChainError, SdkError } from "@sotto/errors";
import type { ReadCtx, WriteCtx } from "@sotto/kernel";
import type { Coin } from "@sotto/math/coins";
import { DistributionError } from "./errors.ts";
import type { DistributionNeeds } from "./needs.ts";
import type { DistributionParams } from "./params.ts";
import { state } from "./state.ts";

/** The value of an entry. */
const ENTRY = Uint8Array.of(0x6b);

export interface RestakeParts {
  readonly needs: DistributionNeeds;
  readonly params: (ctx: ReadCtx) => DistributionParams;
  readonly withdrawRewards: (ctx: WriteCtx, delegator: Uint8Array, operator: Uint8Array) => readonly Coin[];
}

/**
 * Delegations whose rewards are delegated again at every restake period (scrtlabs/cosmos-sdk,
 * x/distribution keeper/restake.go, abci.go).
 */
export function createRestakes({ needs, params, withdrawRewards }: RestakeParts) {
  /** Throws ChainError; the writes before the failure stay, as in the reference. */
  function restake(ctx: WriteCtx, delegator: Uint8Array, operator: Uint8Array): void {
    const coins = withdrawRewards(ctx, delegator, operator);
    const denom = needs.bondDenom(ctx);
    const amount = coins.find((coin) => coin.denom === denom)?.amount ?? 0n;
    if (amount === 0n) throw SdkError.insufficientFunds();
    needs.delegate(ctx, delegator, operator, amount);
  }

  return {
    /** Throws distribution/201 for a delegation that is worth less than the threshold. */
    enable(ctx: WriteCtx, delegator: Uint8Array, operator: Uint8Array): void {
      const { shares } = needs.mustDelegation(ctx, delegator, operator);
      const stake = needs.tokensFromShares(needs.mustValidator(ctx, operator), shares);
      if (params(ctx).restakeThreshold > stake) throw DistributionError.notEnoughStake();
      state.restakes.set(ctx, [delegator, operator], ENTRY);
    },
    /** Throws sdk/38 when the delegation has no entry. */
    disable(ctx: WriteCtx, delegator: Uint8Array, operator: Uint8Array): void {
      if (!state.restakes.has(ctx, [delegator, operator])) throw SdkError.notFound("authorization not found");
      state.restakes.remove(ctx, [delegator, operator]);
    },
    /**
     * Restakes all entries in every period, and removes those that fail, also those without
     * rewards. Cost: all entries in one block, as in the reference.
     */
    run(ctx: WriteCtx): void {
      const { restakePeriod } = params(ctx);
      if (BigInt(ctx.block.height) % restakePeriod !== 0n) return;
      const stale: (readonly [Uint8Array, Uint8Array])[] = [];
      for (const [delegator, operator] of state.restakes.keys(ctx)) {
        try {
          restake(ctx, delegator, operator);
        } catch (thrown) {
          if (!(thrown instanceof ChainError)) throw thrown;
          stale.push([delegator, operator]);
        }
      }
      for (const entry of stale) state.restakes.remove(ctx, entry);
    },
  };
}
