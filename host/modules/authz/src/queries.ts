// SPDX-License-Identifier: Apache-2.0
import { formatAddress } from "@sotto/address";
import { equals } from "@sotto/bytes";
import { addressArgument, type Frozen, type Handlers, paginate, type ReadCtx } from "@sotto/kernel";
import type { Grant, Query } from "@sotto/proto/cosmos.authz.v1beta1";
import { AuthzError } from "./errors.ts";
import type { AuthzKeeper } from "./keeper.ts";
import { state } from "./state.ts";

const parts = ({ authorization, expiration }: Frozen<Grant>) => ({
  ...(authorization && { authorization }),
  ...(expiration && { expiration }),
});

export const queries = (_authz: AuthzKeeper): Handlers<typeof Query, ReadCtx> => ({
  grants(ctx, { granter, grantee, msgTypeUrl, pagination }) {
    const from = addressArgument(granter);
    const to = addressArgument(grantee);
    if (msgTypeUrl !== "") {
      const grant = state.grants.get(ctx, [from, to, msgTypeUrl]);
      if (grant === undefined) throw AuthzError.notFound(`authorization not found for ${msgTypeUrl} type`);
      return { grants: [parts(grant)] };
    }
    const show = (_key: unknown, grant: Frozen<Grant>) => parts(grant);
    const page = paginate(ctx, state.grants, pagination, { prefix: [from, to] }, show, "filtered");
    return { grants: [...page.rows], pagination: page.pagination };
  },
  granterGrants(ctx, { granter, pagination }) {
    const prefix = [addressArgument(granter)] as const;
    const page = paginate(
      ctx,
      state.grants,
      pagination,
      { prefix },
      ([, to], grant) => ({ granter, grantee: formatAddress(to), ...parts(grant) }),
      "filtered",
    );
    return { grants: [...page.rows], pagination: page.pagination };
  },
  granteeGrants(ctx, { grantee, pagination }) {
    const own = addressArgument(grantee);
    const page = paginate(
      ctx,
      state.grants,
      pagination,
      {},
      ([from, to], grant) => (equals(to, own) ? { granter: formatAddress(from), grantee, ...parts(grant) } : undefined),
      "filtered",
    );
    return { grants: [...page.rows], pagination: page.pagination };
  },
});
