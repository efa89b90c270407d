// SPDX-License-Identifier: Apache-2.0
import { formatAddress } from "@sotto/address";
import { nanosOf, type ReadCtx } from "@sotto/kernel";
import { openAuthorization, typeOf } from "./authorization.ts";
import type { AuthzKeeper } from "./keeper.ts";
import { state } from "./state.ts";

export const invariants = {
  /** Each grant allows the type of its key, and is in the queue if it expires. */
  grants(_authz: AuthzKeeper, ctx: ReadCtx): string | undefined {
    for (const [[granter, grantee, typeUrl], { authorization, expiration }] of state.grants.entries(ctx)) {
      const name = `the grant of ${formatAddress(granter)} for ${formatAddress(grantee)} and ${typeUrl}`;
      if (authorization === undefined) return `${name} is empty`;
      const allowed = typeOf(openAuthorization(authorization));
      if (allowed !== typeUrl) return `${name} is for ${allowed}`;
      if (expiration === undefined) continue;
      const queued = state.queue.get(ctx, [nanosOf(expiration), granter, grantee]);
      if (queued?.msgTypeUrls.includes(typeUrl) !== true) return `${name} expires and is not in the queue`;
    }
    return undefined;
  },

  /** Each type in the queue is a grant that expires then. */
  queue(_authz: AuthzKeeper, ctx: ReadCtx): string | undefined {
    for (const [[time, granter, grantee], { msgTypeUrls }] of state.queue.entries(ctx)) {
      for (const typeUrl of msgTypeUrls) {
        const end = state.grants.get(ctx, [granter, grantee, typeUrl])?.expiration;
        if (end === undefined || nanosOf(end) !== time)
          return `${typeUrl} of ${formatAddress(granter)} for ${formatAddress(grantee)} is queued without such a grant`;
      }
    }
    return undefined;
  },
};
