// SPDX-License-Identifier: Apache-2.0
import type { Handlers, ReadCtx } from "@sotto/kernel";
import type { Query } from "@sotto/proto/cosmos.consensus.v1";
import type { ConsensusKeeper } from "./keeper.ts";

export const queries = (consensus: ConsensusKeeper): Handlers<typeof Query, ReadCtx> => ({
  params: (ctx) => ({ params: consensus.params(ctx) }),
});
