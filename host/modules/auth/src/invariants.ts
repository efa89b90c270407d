// SPDX-License-Identifier: Apache-2.0
import { formatAddress } from "@sotto/address";
import { toHex } from "@sotto/bytes";
import type { ReadCtx } from "@sotto/kernel";
import { ModuleAccountSchema } from "@sotto/proto/cosmos.auth.v1beta1";
import type { AuthKeeper } from "./keeper.ts";

const MODULE_TYPE = `/${ModuleAccountSchema.typeName}`;

/** Cost of each invariant: one walk through all accounts. */
export const invariants = {
  /**
   * Numbers are unique and below the next number; the index leads from each number to its account
   * and has no other entry.
   */
  "account-numbers"({ state, baseOf }: AuthKeeper, ctx: ReadCtx): string | undefined {
    const next = state.nextNumber.peek(ctx);
    const owners = new Map<bigint, string>();
    for (const [raw, account] of state.accounts.entries(ctx)) {
      const { accountNumber: number, address: text } = baseOf(account);
      const address = formatAddress(raw);
      if (text !== address) return `the account of ${address} has the address ${text}`;
      const other = owners.get(number);
      if (other !== undefined) return `${address} and ${other} have the number ${number}`;
      owners.set(number, address);
      if (number >= next) return `${address} has the number ${number}, the next one is ${next}`;
    }
    for (const [number, raw] of state.byNumber.entries(ctx)) {
      const owner = owners.get(number);
      if (owner === undefined || formatAddress(raw) !== owner) {
        return `the number ${number} leads to ${toHex(raw)}, but ${owner ?? "no account"} has it`;
      }
      owners.delete(number);
    }
    for (const [number, address] of owners) return `the number ${number} of ${address} is not in the index`;
    return undefined;
  },

  /** Module accounts have no keys, so they never sign. */
  "module-accounts"({ state, baseOf }: AuthKeeper, ctx: ReadCtx): string | undefined {
    for (const [raw, account] of state.accounts.entries(ctx)) {
      if (account.typeUrl === MODULE_TYPE && baseOf(account).sequence !== 0n) {
        return `the module account ${formatAddress(raw)} has signed`;
      }
    }
    return undefined;
  },
};
