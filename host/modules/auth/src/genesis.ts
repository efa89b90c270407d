// SPDX-License-Identifier: Apache-2.0
import { each, genesisOf } from "@sotto/kernel";
import { GenesisStateSchema } from "@sotto/proto/cosmos.auth.v1beta1";
import { type AuthKeeper, defaultParams } from "./keeper.ts";

export const genesis = genesisOf<AuthKeeper, typeof GenesisStateSchema>(GenesisStateSchema, {
  default: () => ({ params: defaultParams() }),
  init(auth, ctx, { params, accounts }) {
    auth.state.params.set(ctx, params ?? defaultParams());
    auth.importAccounts(ctx, accounts);
    auth.ensureModule(ctx, "fee_collector");
    return undefined;
  },
  export: (auth, ctx) => ({
    params: auth.params(ctx),
    accounts: each(auth.state.accounts.entries(ctx), ([, account]) => account),
  }),
});
