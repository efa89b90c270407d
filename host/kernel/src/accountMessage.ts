// SPDX-License-Identifier: Apache-2.0
import { create, type Message } from "@bufbuild/protobuf";
import { equals } from "@sotto/bytes";
import { decode, encode, resolveType, type TypeRegistry } from "@sotto/codec";
import { SdkError } from "@sotto/errors";
import { assertKnownMessage, messageSigners, type PackedAny, type ReadAddress } from "@sotto/tx";
import type { ChainEvent, WriteCtx } from "./ctx.ts";
import type { MsgRoute } from "./handlers.ts";

/**
 * A message that a module runs in the name of an account, for example for a contract, a grant, a
 * proposal or an account of another chain.
 */
export interface AccountMessage {
  readonly typeUrl: string;
  readonly message: Message;
  /** Undefined for a message type that the chain knows but no module of the height handles. */
  readonly route: MsgRoute | undefined;
  /**
   * Addresses that must sign, in order, with repetitions. Throws for an invalid address as `read`:
   * by default SdkError.invalidAddress.
   */
  signers(read?: ReadAddress): readonly Uint8Array[];
}

/** The result of a message that a module ran. */
export interface Execution {
  readonly response: PackedAny;
  /**
   * Events of the handler, not emitted yet, without the first event of a transaction's message
   * (`runTx`).
   */
  readonly events: readonly ChainEvent[];
}

/**
 * Decodes a message by the rules of a transaction's messages: known types in Anys that accept them,
 * no unknown critical field. Its own fields must all be known. Throws CodecError and
 * SdkError.txDecode.
 */
export function openMessage(packed: PackedAny, types: TypeRegistry, route: MsgRoute | undefined): AccountMessage {
  assertKnownMessage(packed, types);
  const { typeUrl, value } = packed;
  const message = decode(route?.input ?? resolveType(types, typeUrl), value, "reject");
  return { typeUrl, message, route, signers: (read) => messageSigners(packed, types, read) };
}

/** Whether an account is the only signer of a message. */
export function isSignedOnlyBy(message: AccountMessage, address: Uint8Array): boolean {
  const signers = message.signers();
  return signers.length > 0 && signers.every((each) => equals(each, address));
}

/**
 * Runs a message in the name of `signer` as the SDK's router does (baseapp MsgServiceRouter):
 * stateless checks, circuit breaker, handler with a separate list of events. Hazard: a failure
 * keeps the writes of the handler, so a caller that continues must run it in a branch. Throws
 * SdkError.unauthorized when another account must sign, SdkError.unknownRequest when no module
 * handles it.
 */
export function executeMessage(ctx: WriteCtx, opened: AccountMessage, signer: Uint8Array): Execution {
  const { route, message, typeUrl } = opened;
  if (!isSignedOnlyBy(opened, signer)) throw SdkError.unauthorized(`${typeUrl} must be signed by another account`);
  if (route === undefined) throw SdkError.unknownRequest(`no message handler found for ${typeUrl}`);
  route.check?.(message);
  const own = ctx.withEvents();
  const value = encode(route.output, create(route.output, route.handle(own.ctx, message)));
  return { response: { typeUrl: `/${route.output.typeName}`, value }, events: own.events };
}
