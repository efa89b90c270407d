// SPDX-License-Identifier: Apache-2.0
import { getAddress } from "@sotto/address";
import type { ReadCtx } from "@sotto/kernel";
import type { EmergencyKeeper } from "./keeper.ts";

export const invariants = {
  /** The pauser is an account, or there is none. */
  pauser(button: EmergencyKeeper, ctx: ReadCtx): string | undefined {
    const { pauserAddress } = button.params(ctx);
    return pauserAddress === "" || getAddress(pauserAddress) !== undefined
      ? undefined
      : `the pauser is ${pauserAddress}`;
  },
};
