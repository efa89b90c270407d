// SPDX-License-Identifier: Apache-2.0

import { create } from "@bufbuild/protobuf";
import type { Any } from "@bufbuild/protobuf/wkt";
import { formatAddress } from "@sotto/address";
import { SdkError } from "@sotto/errors";
import type { Frozen, ReadCtx, WriteCtx } from "@sotto/kernel";
import { GrantSchema } from "@sotto/proto/cosmos.feegrant.v1beta1";
import { type Allowance, expirationOf, mustAllowance, packAllowance, type Use, useAllowance } from "./allowance.ts";
import { allowanceEvent } from "./events.ts";
import { state } from "./state.ts";

export interface FeegrantNeeds {
  readonly account: (ctx: ReadCtx, address: Uint8Array) => unknown;
  readonly createAccount: (ctx: WriteCtx, address: Uint8Array) => unknown;
  readonly isBlocked: (ctx: ReadCtx, address: Uint8Array) => boolean;
}

export type FeegrantKeeper = ReturnType<typeof feegrantKeeper>;

/** The allowance of a pair. Throws sdk/38 (keeper.go getGrant). */
export function allowanceOf(ctx: ReadCtx, granter: Uint8Array, grantee: Uint8Array): Allowance {
  const grant = state.grants.get(ctx, [grantee, granter]);
  if (grant === undefined) throw SdkError.notFound("fee-grant not found");
  return mustAllowance(grant.allowance);
}

function setGrant(ctx: WriteCtx, granter: Uint8Array, grantee: Uint8Array, allowance: Frozen<Any>): void {
  const parts = { granter: formatAddress(granter), grantee: formatAddress(grantee) };
  const grant = create(GrantSchema, parts);
  // The Any is only written.
  state.grants.set(ctx, [grantee, granter], { ...grant, allowance: allowance as Any });
}

/**
 * Removes an allowance (keeper.go revokeAllowance). Compat: the reference removes the queue's row
 * under exchanged addresses. So the row stays, and takes a later allowance of the pair with it.
 */
function revoke(ctx: WriteCtx, granter: Uint8Array, grantee: Uint8Array): void {
  const allowance = allowanceOf(ctx, granter, grantee);
  state.grants.remove(ctx, [grantee, granter]);
  const expiration = expirationOf(allowance);
  if (expiration !== undefined) state.queue.remove(ctx, [expiration, granter, grantee]);
  ctx.emit(allowanceEvent("revoke", formatAddress(granter), formatAddress(grantee)));
}

/** Removes at most `limit` expired allowances (keeper.go RemoveExpiredAllowances). */
export function prune(ctx: WriteCtx, limit: number): void {
  let count = 0;
  for (const key of state.queue.keys(ctx, { upTo: [ctx.block.time] })) {
    const [, grantee, granter] = key;
    state.queue.remove(ctx, key);
    state.grants.remove(ctx, [grantee, granter]);
    count += 1;
    if (count === limit) return;
  }
}

export const feegrantKeeper = ({ account, createAccount, isBlocked }: FeegrantNeeds) => ({
  /** Throws sdk/18 for a pair with an allowance, and for one that has expired. */
  grant(ctx: WriteCtx, granter: Uint8Array, grantee: Uint8Array, allowance: Allowance): void {
    if (state.grants.get(ctx, [grantee, granter]) !== undefined)
      throw SdkError.invalidRequest("fee allowance already exists");
    if (account(ctx, grantee) === undefined) {
      if (isBlocked(ctx, grantee))
        throw SdkError.unauthorized(`${formatAddress(grantee)} is not allowed to receive funds`);
      createAccount(ctx, grantee);
    }
    const expiration = expirationOf(allowance);
    if (expiration !== undefined && expiration < ctx.block.time)
      throw SdkError.invalidRequest("expiration is before current block time");
    if (expiration !== undefined) state.queue.add(ctx, [expiration, grantee, granter]);
    setGrant(ctx, granter, grantee, packAllowance(allowance));
    ctx.emit(allowanceEvent("set", formatAddress(granter), formatAddress(grantee)));
  },
  revoke,
  /**
   * Takes the fee of a transaction from an allowance (keeper.go UseGrantedFees). Throws sdk/38 and
   * the errors of allowances.
   */
  useGrantedFees(ctx: WriteCtx, granter: Uint8Array, grantee: Uint8Array, use: Use): void {
    const { remove, fault, next } = useAllowance(ctx, allowanceOf(ctx, granter, grantee), use);
    if (remove) revoke(ctx, granter, grantee);
    if (fault !== undefined) throw fault;
    const names = [formatAddress(granter), formatAddress(grantee)] as const;
    ctx.emit(allowanceEvent("use", ...names));
    if (remove || next === undefined) return;
    // Compat: the row is read a second time before it is written.
    state.grants.get(ctx, [grantee, granter]);
    setGrant(ctx, granter, grantee, next);
    ctx.emit(allowanceEvent("update", ...names));
  },
});
