import { SdkError } from "@sotto/errors";
import { assertGovAuthority, type Handlers, type WriteCtx } from "@sotto/kernel";
import type { Msg } from "@sotto/proto/cosmos.auth.v1beta1";
import type { AuthKeeper } from "./keeper.ts";

export const msgs = (auth: AuthKeeper): Handlers<typeof Msg, WriteCtx> => ({
  updateParams(ctx, { authority, params }) {
    assertGovAuthority(authority);
    if (params === undefined) throw SdkError.invalidRequest("params are required");
    auth.state.params.set(ctx, params);
    return {};
  },
});
