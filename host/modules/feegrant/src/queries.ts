// SPDX-License-Identifier: Apache-2.0
import { equals } from "@sotto/bytes";
import { addressArgument, asInternal, type Frozen, type Handlers, paginate, type ReadCtx } from "@sotto/kernel";
import type { Grant, Query } from "@sotto/proto/cosmos.feegrant.v1beta1";
import { packAllowance } from "./allowance.ts";
import { allowanceOf, type FeegrantKeeper } from "./keeper.ts";
import { state } from "./state.ts";

const asIs = (_key: unknown, grant: Frozen<Grant>) => grant;

export const queries = (_feegrant: FeegrantKeeper): Handlers<typeof Query, ReadCtx> => ({
  allowance(ctx, { granter, grantee }) {
    const from = addressArgument(granter);
    const to = addressArgument(grantee);
    const allowance = packAllowance(asInternal(() => allowanceOf(ctx, from, to)));
    return { allowance: { granter, grantee, allowance } };
  },
  allowances(ctx, { grantee, pagination }) {
    const prefix = [addressArgument(grantee)] as const;
    const page = asInternal(() => paginate(ctx, state.grants, pagination, { prefix }, asIs, "store"));
    return { allowances: [...page.rows], pagination: page.pagination };
  },
  allowancesByGranter(ctx, { granter, pagination }) {
    const from = addressArgument(granter);
    const page = asInternal(() =>
      paginate(
        ctx,
        state.grants,
        pagination,
        {},
        ([, each], grant) => (equals(each, from) ? grant : undefined),
        "filtered",
      ),
    );
    return { allowances: [...page.rows], pagination: page.pagination };
  },
});
