// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import type { Timestamp } from "@bufbuild/protobuf/wkt";
import { formatAddress } from "@sotto/address";
import { equals, toHex } from "@sotto/bytes";
import { formatTime } from "@sotto/codec";
import { protoText } from "@sotto/codec/text";
import { ChainError, SdkError } from "@sotto/errors";
import {
  type AccountMessage,
  type Frozen,
  type HookCtx,
  isPanic,
  nanosOf,
  type ReadCtx,
  type Router,
  SECOND,
  type WriteCtx,
} from "@sotto/kernel";
import { type Grant, GrantQueueItemSchema, GrantSchema } from "@sotto/proto/cosmos.authz.v1beta1";
import { type Authorization, openAuthorization, packAuthorization, typeOf, useAuthorization } from "./authorization.ts";
import { AuthzError } from "./errors.ts";
import { executed, grantEvent } from "./events.ts";
import { state } from "./state.ts";

export interface AuthzNeeds {
  readonly router: () => Router;
  readonly account: (ctx: ReadCtx, address: Uint8Array) => unknown;
  readonly createAccount: (ctx: WriteCtx, address: Uint8Array) => unknown;
  readonly isBlocked: (ctx: ReadCtx, address: Uint8Array) => boolean;
  /** The bank module's error for an address that is twice in a list. */
  readonly duplicateEntry: () => ChainError;
}

export type AuthzKeeper = ReturnType<typeof authzKeeper>;

const wholeSeconds = (seconds: bigint): string => formatTime({ seconds, nanos: 0 }, "shortest");

/** Gas of each type in a row of the queue, up to the removed one (keeper.go). */
const QUEUE_GAS = 20;

/** The accounts of a grant. */
export interface Pair {
  readonly granter: Uint8Array;
  readonly grantee: Uint8Array;
}

/**
 * Removes a type from the queue (keeper.go removeFromGrantQueue). Compat: the last type takes its
 * place, and a row without types stays.
 */
function dequeue(ctx: WriteCtx, { granter, grantee }: Pair, expiration: bigint, typeUrl: string): void {
  const key = [expiration, granter, grantee] as const;
  const row = state.queue.get(ctx, key);
  if (row === undefined) throw AuthzError.noGrantKey("can't remove grant from the expire queue, grant key not found");
  const types = [...row.msgTypeUrls];
  for (const [i, each] of types.entries()) {
    ctx.gas.consume(QUEUE_GAS, "grant queue");
    if (each !== typeUrl) continue;
    types[i] = types.at(-1) ?? "";
    types.pop();
    state.queue.set(ctx, key, create(GrantQueueItemSchema, { msgTypeUrls: types }));
    return;
  }
}

function enqueue(ctx: WriteCtx, { granter, grantee }: Pair, expiration: bigint, typeUrl: string): void {
  const key = [expiration, granter, grantee] as const;
  const before = state.queue.get(ctx, key)?.msgTypeUrls ?? [];
  state.queue.set(ctx, key, create(GrantQueueItemSchema, { msgTypeUrls: [...before, typeUrl] }));
}

function emit(ctx: WriteCtx, what: "Grant" | "Revoke", { granter, grantee }: Pair, typeUrl: string): void {
  ctx.emit(grantEvent(what, formatAddress(granter), formatAddress(grantee), typeUrl));
}

/** Stores a grant, in place of an older one of the same type (keeper.go SaveGrant). */
function save(
  ctx: WriteCtx,
  pair: Pair,
  authorization: Authorization,
  expiration: Frozen<Timestamp> | undefined,
): void {
  const typeUrl = typeOf(authorization);
  const { time } = ctx.block;
  const end = expiration === undefined ? undefined : nanosOf(expiration);
  if (expiration !== undefined && nanosOf(expiration) <= time) {
    const [now, got] = [wholeSeconds(time / SECOND), wholeSeconds(expiration.seconds)];
    throw AuthzError.invalidExpiration(`expiration must be after the current block time (${now}), got ${got}`);
  }
  const key = [pair.granter, pair.grantee, typeUrl] as const;
  const old = state.grants.get(ctx, key)?.expiration;
  const oldEnd = old === undefined ? undefined : nanosOf(old);
  if (oldEnd !== undefined && oldEnd !== end) dequeue(ctx, pair, oldEnd, typeUrl);
  if (end !== undefined && end !== oldEnd) enqueue(ctx, pair, end, typeUrl);
  const grant = create(GrantSchema, { authorization: packAuthorization(authorization) });
  // The time is only written.
  state.grants.set(ctx, key, expiration === undefined ? grant : { ...grant, expiration: expiration as Timestamp });
  emit(ctx, "Grant", pair, typeUrl);
}

/** Removes a grant (keeper.go DeleteGrant). Throws authz/2. */
function remove(ctx: WriteCtx, pair: Pair, typeUrl: string): void {
  const key = [pair.granter, pair.grantee, typeUrl] as const;
  const grant = state.grants.get(ctx, key);
  if (grant === undefined)
    throw AuthzError.notFound(`failed to delete grant with key ${toHex(state.grants.key.encode(key))}`);
  if (grant.expiration !== undefined) dequeue(ctx, pair, nanosOf(grant.expiration), typeUrl);
  state.grants.remove(ctx, key);
  emit(ctx, "Revoke", pair, typeUrl);
}

/** Uses the grant for a message (keeper.go DispatchActions). Throws when there is no valid one. */
function useGrant(ctx: WriteCtx, pair: Pair, { typeUrl, message }: AccountMessage): void {
  const key = [pair.granter, pair.grantee, typeUrl] as const;
  const grant = state.grants.get(ctx, key);
  if (grant === undefined) {
    const [granter, grantee] = [formatAddress(pair.granter), formatAddress(pair.grantee)];
    throw AuthzError.notFound(
      `failed to get grant with given granter: ${granter}, grantee: ${grantee} & msgType: ${typeUrl} `,
    );
  }
  if (grant.expiration !== undefined && nanosOf(grant.expiration) < ctx.block.time) throw AuthzError.expired();
  const left = useAuthorization(ctx, openAuthorization(grant.authorization), message);
  if (left === "delete") remove(ctx, pair, typeUrl);
  else if (left !== "unchanged") {
    // Compat: the row is read a second time before it is written.
    const now: Frozen<Grant> = state.grants.get(ctx, key) ?? grant;
    state.grants.set(ctx, key, { ...now, authorization: left });
  }
}

/** Removes the grants that have expired (keeper.go DequeueAndDeleteExpiredGrants). */
export function removeExpired(ctx: HookCtx): void {
  for (const [key, { msgTypeUrls }] of state.queue.entries(ctx, { upTo: [ctx.block.time] })) {
    const [, granter, grantee] = key;
    state.queue.remove(ctx, key);
    for (const typeUrl of msgTypeUrls) state.grants.remove(ctx, [granter, grantee, typeUrl]);
  }
}

export function authzKeeper({ router, account, createAccount, isBlocked, duplicateEntry }: AuthzNeeds) {
  /** Executes a message in the name of its one signer. Returns the bytes of its response. */
  function executeOne(ctx: WriteCtx, grantee: Uint8Array, opened: AccountMessage, index: number): Uint8Array {
    const [granter, ...others] = opened.signers();
    if (granter === undefined || others.length > 0) throw AuthzError.severalSigners();
    if (!equals(granter, grantee)) useGrant(ctx, { granter, grantee }, opened);
    if (opened.route === undefined) throw SdkError.unknownRequest(`unrecognized message route: ${opened.typeUrl}`);
    try {
      const { response, events } = router().execute(ctx, opened, granter);
      for (const event of events) ctx.emit(executed(event, index));
      return response.value;
    } catch (thrown) {
      if (!(thrown instanceof ChainError) || isPanic(thrown)) throw thrown;
      const text = protoText(opened.route.input, opened.message);
      throw thrown.wrap(`failed to execute message; message ${text}`);
    }
  }

  return {
    duplicateEntry,
    save,
    remove,
    /** Creates the account of a grantee if it does not exist. */
    ensureGrantee(ctx: WriteCtx, grantee: Uint8Array): void {
      if (account(ctx, grantee) !== undefined) return;
      if (isBlocked(ctx, grantee))
        throw SdkError.unauthorized(`${formatAddress(grantee)} is not allowed to receive funds`);
      createAccount(ctx, grantee);
    },
    /** Whether a module handles messages of a type at the height of the block. */
    isHandled: (ctx: ReadCtx, typeUrl: string): boolean => {
      const route = router().messages.get(typeUrl);
      return route !== undefined && route.from <= ctx.block.height;
    },
    /** Opens the messages of an execution, and checks them without state. */
    open(ctx: ReadCtx, messages: readonly { readonly typeUrl: string; readonly value: Uint8Array }[]) {
      const opened = messages.map((packed) => router().open(packed, ctx.block.height));
      for (const [i, { route, message }] of opened.entries()) {
        try {
          route?.check?.(message);
        } catch (thrown) {
          throw thrown instanceof ChainError ? thrown.wrap(`msg ${i}`) : thrown;
        }
      }
      return opened;
    },
    execute: (ctx: WriteCtx, grantee: Uint8Array, messages: readonly AccountMessage[]): readonly Uint8Array[] =>
      messages.map((opened, index) => executeOne(ctx, grantee, opened, index)),
  };
}
