import { SdkError } from "@sotto/errors";
import { assertGovAuthority, type Handlers, type WriteCtx } from "@sotto/kernel";
import type { Msg } from "@sotto/proto/cosmos.consensus.v1";
import type { ConsensusKeeper } from "./keeper.ts";

export const msgs = (_consensus: ConsensusKeeper): Handlers<typeof Msg, WriteCtx> => ({
  updateParams(_ctx, { authority }) {
    assertGovAuthority(authority);
    throw SdkError.notSupported("consensus parameters change by governance, which this chain does not have yet");
  },
});
