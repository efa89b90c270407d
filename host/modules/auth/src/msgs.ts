import { formatAddress, moduleAddress } from "@sotto/address";
import { SdkError } from "@sotto/errors";
import type { Handlers, WriteCtx } from "@sotto/kernel";
import type { Msg } from "@sotto/proto/cosmos.auth.v1beta1";
import type { AuthKeeper } from "./keeper.ts";
import { state } from "./state.ts";

export const msgs = (_auth: AuthKeeper): Handlers<typeof Msg, WriteCtx> => ({
  updateParams(ctx, { authority, params }) {
    const expected = formatAddress(moduleAddress("gov"));
    if (authority !== expected) {
      throw SdkError.unauthorized(`invalid authority; expected ${expected}, got ${authority.slice(0, 128)}`);
    }
    if (params === undefined) throw SdkError.invalidRequest("params are required");
    state.params.set(ctx, params);
    return {};
  },
});
