// SPDX-License-Identifier: Apache-2.0
import { addressField, each, genesisOf } from "@sotto/kernel";
import { GenesisStateSchema } from "@sotto/proto/cosmos.feegrant.v1beta1";
import { assertAllowance, mustAllowance } from "./allowance.ts";
import type { FeegrantKeeper } from "./keeper.ts";
import { state } from "./state.ts";

export const genesis = genesisOf<FeegrantKeeper, typeof GenesisStateSchema>(GenesisStateSchema, {
  default: () => ({}),
  init(feegrant, ctx, { allowances }) {
    for (const { granter, grantee, allowance: any } of allowances) {
      const allowance = mustAllowance(any);
      assertAllowance(allowance);
      feegrant.grant(ctx, addressField(granter), addressField(grantee), allowance);
    }
    return undefined;
  },
  export: (_feegrant, ctx) => ({ allowances: each(state.grants.entries(ctx), ([, grant]) => grant) }),
});
