// SPDX-License-Identifier: Apache-2.0
import { formatAddress, parseAddress } from "@sotto/address";
import { plainError } from "@sotto/errors";
import { each, genesisOf } from "@sotto/kernel";
import { GenesisStateSchema, Permissions_Level as Level } from "@sotto/proto/cosmos.circuit.v1";
import type { CircuitKeeper } from "./keeper.ts";
import { state } from "./state.ts";

export const genesis = genesisOf<CircuitKeeper, typeof GenesisStateSchema>(GenesisStateSchema, {
  default: () => ({}),
  init(_circuit, ctx, { accountPermissions, disabledTypeUrls }) {
    for (const { address, permissions } of accountPermissions) {
      if (permissions === undefined || permissions.level > Level.SUPER_ADMIN)
        throw plainError(`the account ${address} needs permissions with a level from 0 to 3`);
      state.permissions.set(ctx, parseAddress(address), permissions);
    }
    for (const typeUrl of disabledTypeUrls) state.disabled.add(ctx, typeUrl);
    return undefined;
  },
  export: (_circuit, ctx) => ({
    accountPermissions: each(state.permissions.entries(ctx), ([address, permissions]) => ({
      address: formatAddress(address),
      permissions,
    })),
    disabledTypeUrls: state.disabled.keys(ctx),
  }),
});
