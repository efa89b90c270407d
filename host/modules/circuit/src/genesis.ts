// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { formatAddress, parseAddress } from "@sotto/address";
import { each, genesisOf } from "@sotto/kernel";
import { GenesisStateSchema, PermissionsSchema } from "@sotto/proto/cosmos.circuit.v1";
import type { CircuitKeeper } from "./keeper.ts";
import { state } from "./state.ts";

export const genesis = genesisOf<CircuitKeeper, typeof GenesisStateSchema>(GenesisStateSchema, {
  default: () => ({}),
  init(_circuit, ctx, { accountPermissions, disabledTypeUrls }) {
    for (const { address, permissions } of accountPermissions) {
      state.permissions.set(ctx, parseAddress(address), permissions ?? create(PermissionsSchema));
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
