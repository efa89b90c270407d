// SPDX-License-Identifier: Apache-2.0
import { formatAddress } from "@sotto/address";
import type { ReadCtx } from "@sotto/kernel";
import type { BankKeeper } from "./keeper.ts";
import { state } from "./state.ts";

/** Cost of each invariant: one walk through all balances. */
export const invariants = {
  /** The balances of each denom add up to its supply. */
  "total-supply"(_bank: BankKeeper, ctx: ReadCtx): string | undefined {
    const held = new Map<string, bigint>();
    for (const [[, denom], amount] of state.balances.entries(ctx)) held.set(denom, (held.get(denom) ?? 0n) + amount);
    for (const [denom, supply] of state.supply.entries(ctx)) {
      const sum = held.get(denom) ?? 0n;
      if (sum !== supply) return `balances of ${denom} add up to ${sum}, the supply is ${supply}`;
      held.delete(denom);
    }
    for (const [denom, sum] of held) return `balances of ${denom} add up to ${sum}, there is no supply`;
    return undefined;
  },

  /** Every stored balance is above zero: a zero balance is an absent row. */
  "positive-balances"(_bank: BankKeeper, ctx: ReadCtx): string | undefined {
    for (const [[owner, denom], amount] of state.balances.entries(ctx)) {
      if (amount <= 0n) return `${formatAddress(owner)} has ${amount} ${denom}`;
    }
    return undefined;
  },

  /** The index of holders has one entry for each balance and no other entry. */
  "denom-owners"(_bank: BankKeeper, ctx: ReadCtx): string | undefined {
    for (const [[owner, denom]] of state.balances.entries(ctx)) {
      if (!state.owners.has(ctx, [denom, owner]))
        return `${formatAddress(owner)} is not in the index of holders of ${denom}`;
    }
    for (const [[denom, owner]] of state.owners.entries(ctx)) {
      if (!state.balances.has(ctx, [owner, denom]))
        return `${formatAddress(owner)} is in the index of holders of ${denom}, without a balance`;
    }
    return undefined;
  },
};
