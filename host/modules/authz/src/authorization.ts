// SPDX-License-Identifier: Apache-2.0
import { isMessage, type Message } from "@bufbuild/protobuf";
import type { Any } from "@bufbuild/protobuf/wkt";
import { decode, packAny } from "@sotto/codec";
import { type ChainError, plainError, recoveredPanic, SdkError } from "@sotto/errors";
import type { Frozen, WriteCtx } from "@sotto/kernel";
import { type GenericAuthorization, GenericAuthorizationSchema } from "@sotto/proto/cosmos.authz.v1beta1";
import { MsgSendSchema, type SendAuthorization, SendAuthorizationSchema } from "@sotto/proto/cosmos.bank.v1beta1";
import { type StakeAuthorization, StakeAuthorizationSchema } from "@sotto/proto/cosmos.staking.v1beta1";
import { AuthzError } from "./errors.ts";
import { assertSend, useSend } from "./sendAuthorization.ts";
import { assertStake, stakeType, useStake } from "./stakeAuthorization.ts";

/** An authorization, decoded. `other`: a type whose module does not exist. */
export type Authorization =
  | { readonly kind: "generic"; readonly message: GenericAuthorization }
  | { readonly kind: "send"; readonly message: SendAuthorization }
  | { readonly kind: "stake"; readonly message: StakeAuthorization }
  | { readonly kind: "other"; readonly any: Frozen<Any>; readonly typeUrl: string };

/** What a use leaves: nothing, a changed authorization, or the same one without a write. */
export type Left = "delete" | "unchanged" | Any;

export type Duplicate = () => ChainError;

/** The message types of authorizations of modules that come with IBC. */
const OTHERS: ReadonlyMap<string, string> = new Map([
  ["/ibc.applications.transfer.v1.TransferAuthorization", "/ibc.applications.transfer.v1.MsgTransfer"],
]);

/** Throws sdk/29 for an absent authorization; the decoders refuse unknown types. */
export function openAuthorization(any: Frozen<Any> | undefined): Authorization {
  if (any === undefined) throw SdkError.invalidType("authorization is nil");
  const { typeUrl, value } = any;
  switch (typeUrl) {
    case `/${GenericAuthorizationSchema.typeName}`:
      return { kind: "generic", message: decode(GenericAuthorizationSchema, value) };
    case `/${SendAuthorizationSchema.typeName}`:
      return { kind: "send", message: decode(SendAuthorizationSchema, value) };
    case `/${StakeAuthorizationSchema.typeName}`:
      return { kind: "stake", message: decode(StakeAuthorizationSchema, value) };
    default:
      return { kind: "other", any, typeUrl: OTHERS.get(typeUrl) ?? typeUrl };
  }
}

export function packAuthorization(authorization: Authorization): Any {
  if (authorization.kind === "generic") return packAny(GenericAuthorizationSchema, authorization.message);
  if (authorization.kind === "send") return packAny(SendAuthorizationSchema, authorization.message);
  if (authorization.kind === "stake") return packAny(StakeAuthorizationSchema, authorization.message);
  // The Any is only written.
  return authorization.any as Any;
}

/** The type of the messages that it allows. Compat: an unknown kind of stake is a panic. */
export function typeOf(authorization: Authorization): string {
  if (authorization.kind === "generic") return authorization.message.msg;
  if (authorization.kind === "send") return `/${MsgSendSchema.typeName}`;
  if (authorization.kind === "other") return authorization.typeUrl;
  const typeUrl = stakeType(authorization.message);
  if (typeUrl !== undefined) return typeUrl;
  throw recoveredPanic("cannot normalize authz type with types.AuthorizationType: unknown authorization type");
}

/** Throws for limits that contradict themselves (ValidateBasic of each kind). */
export function assertAuthorization(authorization: Authorization, duplicate: Duplicate): void {
  if (authorization.kind === "generic" && authorization.message.msg === "")
    throw plainError("msg type cannot be empty");
  if (authorization.kind === "send") assertSend(authorization.message, duplicate);
  if (authorization.kind === "stake") assertStake(authorization.message);
}

/**
 * Takes a message from an authorization (Accept of each kind). Throws when it does not allow it.
 */
export function useAuthorization(ctx: WriteCtx, authorization: Authorization, message: Message): Left {
  switch (authorization.kind) {
    case "generic":
      return "unchanged";
    case "send":
      if (!isMessage(message, MsgSendSchema)) throw SdkError.invalidType("type mismatch");
      return useSend(ctx, authorization.message, message);
    case "stake":
      return useStake(ctx, authorization.message, message);
    default:
      throw AuthzError.unknownType();
  }
}
