// SPDX-License-Identifier: Apache-2.0
import type { WriteCtx } from "@sotto/kernel";
import type { Coins } from "@sotto/math/coins";
import type { Attribute } from "@sotto/protocol";

/**
 * The origin of a call: the transaction itself (callId 0) or a sub-message that the enclave
 * recorded.
 */
export interface Origin {
  readonly callId: number;
  /** Depth of sub-messages, 1 for the transaction's own message. */
  readonly depth: number;
}

export const FROM_TX: Origin = { callId: 0, depth: 1 };

export interface InstantiateInput {
  readonly sender: Uint8Array;
  readonly codeId: bigint;
  readonly label: string;
  readonly msg: Uint8Array;
  readonly funds: Coins;
  /** Bech32 or empty. */
  readonly admin: string;
}

export interface ExecuteInput {
  readonly sender: Uint8Array;
  readonly contract: Uint8Array;
  readonly msg: Uint8Array;
  readonly funds: Coins;
}

export interface MigrateInput {
  readonly sender: Uint8Array;
  readonly contract: Uint8Array;
  readonly codeId: bigint;
  readonly msg: Uint8Array;
}

export interface AdminInput {
  readonly sender: Uint8Array;
  readonly contract: Uint8Array;
  /** Bech32; empty clears. */
  readonly newAdmin: string;
}

export interface ReplyInput {
  readonly contract: Uint8Array;
  readonly parentId: number;
  readonly childId: number;
  readonly ok: boolean;
  readonly data: Uint8Array | undefined;
  readonly error: string;
  readonly events: readonly { readonly type: string; readonly attributes: readonly Attribute[] }[];
  readonly depth: number;
}

export interface InstantiateResult {
  readonly contract: Uint8Array;
  readonly data: Uint8Array | undefined;
}

/** The keeper's entry points that sub-messages reach. */
export interface Entries {
  execute(ctx: WriteCtx, input: ExecuteInput, origin: Origin): Uint8Array | undefined;
  instantiate(ctx: WriteCtx, input: InstantiateInput, origin: Origin): InstantiateResult;
  migrate(ctx: WriteCtx, input: MigrateInput, origin: Origin): Uint8Array | undefined;
  updateAdmin(ctx: WriteCtx, input: AdminInput, origin: Origin): void;
  reply(ctx: WriteCtx, input: ReplyInput): Uint8Array | undefined;
}
