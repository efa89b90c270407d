// SPDX-License-Identifier: Apache-2.0
import { lengthFault } from "@sotto/address";
import { toHex } from "@sotto/bytes";
import type { ReadCtx } from "@sotto/kernel";
import type { CircuitKeeper } from "./keeper.ts";
import { state } from "./state.ts";

export const invariants = {
  /** Permissions of bytes that are no address could never be used. */
  addresses(_circuit: CircuitKeeper, ctx: ReadCtx): string | undefined {
    for (const address of state.permissions.keys(ctx)) {
      const fault = lengthFault(address.length);
      if (fault !== undefined) return `${toHex(address)} has permissions: ${fault}`;
    }
    return undefined;
  },
};
