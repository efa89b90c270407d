// SPDX-License-Identifier: Apache-2.0
import { formatAddress } from "@sotto/address";
import { addressField, each, genesisOf, nanosOf } from "@sotto/kernel";
import { GenesisStateSchema } from "@sotto/proto/cosmos.authz.v1beta1";
import { assertAuthorization, openAuthorization } from "./authorization.ts";
import type { AuthzKeeper } from "./keeper.ts";
import { state } from "./state.ts";

export const genesis = genesisOf<AuthzKeeper, typeof GenesisStateSchema>(GenesisStateSchema, {
  default: () => ({}),
  init(authz, ctx, { authorization }) {
    for (const { granter, grantee, authorization: any, expiration } of authorization) {
      if (expiration !== undefined && nanosOf(expiration) < ctx.block.time) continue;
      const opened = openAuthorization(any);
      assertAuthorization(opened, authz.duplicateEntry);
      const to = addressField(grantee);
      authz.save(ctx, { granter: addressField(granter), grantee: to }, opened, expiration);
    }
    return undefined;
  },
  export: (_authz, ctx) => ({
    authorization: each(state.grants.entries(ctx), ([[granter, grantee], grant]) => ({
      granter: formatAddress(granter),
      grantee: formatAddress(grantee),
      ...(grant.authorization && { authorization: grant.authorization }),
      ...(grant.expiration && { expiration: grant.expiration }),
    })),
  }),
});
