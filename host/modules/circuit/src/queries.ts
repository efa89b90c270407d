// SPDX-License-Identifier: Apache-2.0
import { formatAddress } from "@sotto/address";
import { addressArgument, type Handlers, missingRow, paginate, type ReadCtx } from "@sotto/kernel";
import { PermissionsSchema, type Query } from "@sotto/proto/cosmos.circuit.v1";
import type { CircuitKeeper } from "./keeper.ts";
import { state } from "./state.ts";

export const queries = (_circuit: CircuitKeeper): Handlers<typeof Query, ReadCtx> => ({
  account(ctx, { address }) {
    const key = addressArgument(address);
    const permission = state.permissions.get(ctx, key);
    if (permission === undefined) throw missingRow(key, PermissionsSchema);
    return { permission };
  },
  accounts(ctx, { pagination }) {
    const page = paginate(ctx, state.permissions, pagination, {}, (address, permissions) => ({
      address: formatAddress(address),
      permissions,
    }));
    return { accounts: [...page.rows], pagination: page.pagination };
  },
  disabledList: (ctx) => ({ disabledList: [...state.disabled.keys(ctx)] }),
});
