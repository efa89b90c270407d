import type { Genesis } from "@sotto/kernel";
import type { GenesisStateSchema } from "@sotto/proto/cosmos.auth.v1beta1";
import { type AuthKeeper, defaultParams } from "./keeper.ts";
import { state } from "./state.ts";

export const genesis: Genesis<AuthKeeper, typeof GenesisStateSchema> = {
  init(auth, ctx, { params, accounts }) {
    state.params.set(ctx, params ?? defaultParams());
    auth.importAccounts(ctx, accounts);
    auth.ensureModule(ctx, "fee_collector");
    return undefined;
  },
  export: (auth, ctx) => ({
    params: auth.params(ctx),
    accounts: [...state.accounts.entries(ctx)].map(([, account]) => account),
  }),
};
