// SPDX-License-Identifier: Apache-2.0
import { assertGovAuthority, type Handlers, type WriteCtx } from "@sotto/kernel";
import type { Msg } from "@sotto/proto/cosmos.consensus.v1";
import type { ConsensusKeeper } from "./keeper.ts";

export const msgs = (consensus: ConsensusKeeper): Handlers<typeof Msg, WriteCtx> => ({
  updateParams(ctx, message) {
    assertGovAuthority(message.authority);
    consensus.update(ctx, message);
    return {};
  },
});
