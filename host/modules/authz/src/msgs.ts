// SPDX-License-Identifier: Apache-2.0
import { plainError, SdkError } from "@sotto/errors";
import { addressFieldOr, type Handlers, type WriteCtx } from "@sotto/kernel";
import type { Msg } from "@sotto/proto/cosmos.authz.v1beta1";
import { assertAuthorization, openAuthorization, typeOf } from "./authorization.ts";
import { AuthzError } from "./errors.ts";
import type { AuthzKeeper } from "./keeper.ts";

const address = (text: string, role: "grantee" | "granter"): Uint8Array =>
  addressFieldOr(`invalid ${role} address`, text);

/** The addresses of a grant; the grantee is read first (keeper/msg_server.go). */
function pairOf(message: { readonly granter: string; readonly grantee: string }) {
  if (message.grantee.toLowerCase() === message.granter.toLowerCase()) throw AuthzError.granteeIsGranter();
  const grantee = address(message.grantee, "grantee");
  return { grantee, granter: address(message.granter, "granter") };
}

export const msgs = (authz: AuthzKeeper): Handlers<typeof Msg, WriteCtx> => ({
  grant(ctx, message) {
    const pair = pairOf(message);
    const authorization = openAuthorization(message.grant?.authorization);
    assertAuthorization(authorization, authz.duplicateEntry);
    authz.ensureGrantee(ctx, pair.grantee);
    const typeUrl = typeOf(authorization);
    if (!authz.isHandled(ctx, typeUrl)) throw SdkError.invalidType(`${typeUrl} doesn't exist.`);
    authz.save(ctx, pair, authorization, message.grant?.expiration);
    return {};
  },
  revoke(ctx, message) {
    const pair = pairOf(message);
    if (message.msgTypeUrl === "") throw SdkError.invalidRequest("missing msg method name");
    authz.remove(ctx, pair, message.msgTypeUrl);
    return {};
  },
  exec(ctx, { grantee, msgs: messages }) {
    if (grantee === "") throw plainError("empty address string is not allowed");
    const executor = address(grantee, "grantee");
    if (messages.length === 0) throw SdkError.invalidRequest("messages cannot be empty");
    return { results: [...authz.execute(ctx, executor, authz.open(ctx, messages))] };
  },
});
