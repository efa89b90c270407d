// SPDX-License-Identifier: Apache-2.0
import { fromUtf8 } from "@sotto/bytes";
import type { Handlers, ReadCtx } from "@sotto/kernel";
import type { Query } from "@sotto/proto/cosmos.mint.v1beta1";
import type { MintKeeper } from "./keeper.ts";

export const queries = (mint: MintKeeper): Handlers<typeof Query, ReadCtx> => ({
  params: (ctx) => ({ params: mint.params(ctx) }),
  // The decimals of these answers are bytes with the text of a row.
  inflation: (ctx) => ({ inflation: fromUtf8(mint.minter(ctx).inflation) }),
  annualProvisions: (ctx) => ({ annualProvisions: fromUtf8(mint.minter(ctx).annualProvisions) }),
});
