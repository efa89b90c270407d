// SPDX-License-Identifier: Apache-2.0
import type { ReadCtx, SignerHint } from "@sotto/kernel";
import type { BaseAccount } from "@sotto/proto/cosmos.auth.v1beta1";
import type { SignerInfo } from "@sotto/tx";
import type { AuthKeeper } from "../keeper.ts";
import { type AuthTx, infoAt, isTextual } from "./tx.ts";

/** The data on a signer that the transaction does not contain; undefined for most signers. */
function hintOf(tx: AuthTx, info: SignerInfo | undefined, key: BaseAccount["pubKey"]): SignerHint | undefined {
  const publicKey = info?.publicKey === undefined ? key : undefined;
  const units = isTextual(info?.modeInfo) ? tx.shownUnits : undefined;
  if (publicKey === undefined && (units === undefined || units.size === 0)) return undefined;
  return { publicKey, units: [...(units?.values() ?? [])] };
}

/**
 * The signers, with the data besides the transaction that their sign bytes depend on. Call it after
 * the steps have passed. A key of more than `maxKey` bytes is not in a hint: its owner must name it
 * in the transaction.
 */
export const signersOf = (auth: AuthKeeper, ctx: ReadCtx, tx: AuthTx, maxKey: number) =>
  tx.signers.map((address, i) => {
    const account = auth.base(ctx, address);
    const info = infoAt(tx, i);
    const key = account?.pubKey;
    return {
      address,
      accountNumber: account?.accountNumber ?? 0n,
      sequence: info?.sequence ?? 0n,
      hint: hintOf(tx, info, key === undefined || key.value.length > maxKey ? undefined : key),
    };
  });
