// SPDX-License-Identifier: Apache-2.0
import { SdkError } from "@sotto/errors";
import { addressField, type Handlers, type WriteCtx } from "@sotto/kernel";
import type { Msg } from "@sotto/proto/cosmos.feegrant.v1beta1";
import { assertAllowance, mustAllowance } from "./allowance.ts";
import { pruned } from "./events.ts";
import { type FeegrantKeeper, prune } from "./keeper.ts";
import { state } from "./state.ts";

/** Expired allowances that one message removes (keeper/msg_server.go). */
const MESSAGE_LIMIT = 75;

export const msgs = (feegrant: FeegrantKeeper): Handlers<typeof Msg, WriteCtx> => ({
  grantAllowance(ctx, { granter, grantee, allowance: any }) {
    if (grantee.toLowerCase() === granter.toLowerCase())
      throw SdkError.invalidAddress("cannot self-grant fee authorization");
    const to = addressField(grantee);
    const from = addressField(granter);
    if (state.grants.get(ctx, [to, from]) !== undefined) throw SdkError.invalidRequest("fee allowance already exists");
    const allowance = mustAllowance(any);
    assertAllowance(allowance);
    feegrant.grant(ctx, from, to, allowance);
    return {};
  },
  revokeAllowance(ctx, { granter, grantee }) {
    if (granter === grantee) throw SdkError.invalidAddress("addresses must be different");
    const to = addressField(grantee);
    feegrant.revoke(ctx, addressField(granter), to);
    return {};
  },
  pruneAllowances(ctx, { pruner }) {
    prune(ctx, MESSAGE_LIMIT);
    ctx.emit(pruned(pruner));
    return {};
  },
});
