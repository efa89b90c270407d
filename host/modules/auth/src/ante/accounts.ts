// SPDX-License-Identifier: Apache-2.0
import { formatAddress } from "@sotto/address";
import { SdkError } from "@sotto/errors";
import type { AnteStep, ReadCtx } from "@sotto/kernel";
import type { AuthKeeper } from "../keeper.ts";
import type { AuthTx } from "./tx.ts";

/** Throws sdk/9 for an address without an account. */
export function mustAccount(auth: AuthKeeper, ctx: ReadCtx, address: Uint8Array) {
  const account = auth.account(ctx, address);
  if (account === undefined) throw SdkError.unknownAddress(`account ${formatAddress(address)} does not exist`);
  return account;
}

/** Throws sdk/9 for an address without an account. */
export const mustBase = (auth: AuthKeeper, ctx: ReadCtx, address: Uint8Array) =>
  auth.baseOf(mustAccount(auth, ctx, address));

export const incrementSequence =
  (auth: AuthKeeper): AnteStep<AuthTx> =>
  (ctx, tx) => {
    for (const signer of tx.signers) {
      const account = mustAccount(auth, ctx, signer);
      const base = auth.baseOf(account);
      // Compat: Go's uint64 begins again at 0 (x/auth IncrementSequenceDecorator).
      auth.setBase(ctx, signer, account, { ...base, sequence: BigInt.asUintN(64, base.sequence + 1n) });
    }
    return undefined;
  };
