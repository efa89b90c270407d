// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import type { Frozen, ReadCtx, WriteCtx } from "@sotto/kernel";
import { type Dec, dec } from "@sotto/math";
import { type Coins, mustCoins } from "@sotto/math/coins";
import { type Minter, MinterSchema, type Params } from "@sotto/proto/cosmos.mint.v1beta1";
import { minted } from "./events.ts";
import { blockProvision, nextInflation } from "./inflation.ts";
import { decimal, defaultParams, readParams } from "./params.ts";
import { state } from "./state.ts";

/** The functions of the chain that mint calls. */
export interface MintNeeds {
  /** All coins of the denomination that validators bond. */
  stakingSupply(ctx: ReadCtx): bigint;
  /** The bonded share of these coins. */
  bondedRatio(ctx: ReadCtx): Dec;
  /** Creates the account `mint` when it does not exist yet. */
  ensureAccount(ctx: WriteCtx): void;
  /** Makes new coins on the account `mint`. */
  mintCoins(ctx: WriteCtx, coins: Coins): void;
  /** Moves coins from the account `mint` to the collector of fees. */
  payFees(ctx: WriteCtx, coins: Coins): void;
}

export type MintKeeper = ReturnType<typeof mintKeeper>;

/** Inflation of 13 % before the first block (x/mint types/minter.go DefaultInitialMinter). */
export const defaultMinter = (): Minter =>
  create(MinterSchema, { inflation: String(13n * 10n ** 16n), annualProvisions: "0" });

export function mintKeeper({ stakingSupply, bondedRatio, ensureAccount, mintCoins, payFees }: MintNeeds) {
  const minter = (ctx: ReadCtx): Frozen<Minter> => state.minter.get(ctx) ?? defaultMinter();
  const params = (ctx: ReadCtx): Frozen<Params> => state.params.get(ctx) ?? defaultParams();
  return {
    minter,
    params,
    ensureAccount,
    /** Mints the coins of a block for the validators of the last one (x/mint abci.go). */
    mintBlock(ctx: WriteCtx): void {
      const { inflation: before } = minter(ctx);
      const current = readParams(params(ctx));
      const supply = stakingSupply(ctx);
      const ratio = bondedRatio(ctx);
      const inflation = nextInflation(decimal(before), current, ratio);
      const annualProvisions = dec.mulInt(inflation, supply);
      state.minter.set(
        ctx,
        create(MinterSchema, { inflation: dec.encode(inflation), annualProvisions: dec.encode(annualProvisions) }),
      );
      const amount = blockProvision(annualProvisions, current);
      const coins = mustCoins([{ denom: current.mintDenom, amount }]);
      if (coins.length > 0) mintCoins(ctx, coins);
      payFees(ctx, coins);
      ctx.emit(minted(ratio, inflation, annualProvisions, amount));
    },
  };
}
