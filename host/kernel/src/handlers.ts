// SPDX-License-Identifier: Apache-2.0
import type { DescMessage, DescService, Message, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import type { WriteCtx } from "./ctx.ts";
import type { Frozen } from "./frozen.ts";

/** One handler per rpc of a generated service. A missing handler does not compile. */
export type Handlers<S extends DescService, Ctx> = {
  readonly [M in keyof S["method"]]: (
    ctx: Ctx,
    request: MessageShape<S["method"][M]["input"]>,
  ) => Frozen<MessageInitShape<S["method"][M]["output"]>>;
};

/**
 * Checks that need no state, by the name of the rpc. They run before all other checks of the
 * transaction, also in the mempool, and before a contract's message is routed (SDK
 * HasValidateBasic).
 */
export type Checks<S extends DescService> = {
  readonly [M in keyof S["method"]]?: (request: MessageShape<S["method"][M]["input"]>) => void;
};

/** Checks and handler of one message type. */
export interface MsgRoute {
  /** `/cosmos.bank.v1beta1.MsgSend` */
  readonly typeUrl: string;
  readonly input: DescMessage;
  readonly output: DescMessage;
  readonly handle: (ctx: WriteCtx, message: Message) => MessageInitShape<DescMessage>;
  /** Height of the first block that knows the type. */
  readonly from: number;
  /** Stateless checks; throws ChainError. */
  readonly check: ((message: Message) => void) | undefined;
}
