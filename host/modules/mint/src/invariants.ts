// SPDX-License-Identifier: Apache-2.0
import type { ReadCtx } from "@sotto/kernel";
import { dec } from "@sotto/math";
import type { MintKeeper } from "./keeper.ts";
import { decimal, paramsFault } from "./params.ts";

export const invariants = {
  /** Parameters that the module refuses would stop the chain at the next block. */
  params: (mint: MintKeeper, ctx: ReadCtx): string | undefined => paramsFault(mint.params(ctx)),

  /** Inflation and yearly coins are not negative. */
  minter(mint: MintKeeper, ctx: ReadCtx): string | undefined {
    const { inflation, annualProvisions } = mint.minter(ctx);
    for (const [name, value] of [
      ["inflation", decimal(inflation)],
      ["annual provisions", decimal(annualProvisions)],
    ] as const) {
      if (value < 0n) return `${name} is ${dec.format(value)}`;
    }
    return undefined;
  },
};
