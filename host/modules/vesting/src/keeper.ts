// SPDX-License-Identifier: Apache-2.0
import type { Any } from "@bufbuild/protobuf/wkt";
import type { ReadCtx, WriteCtx } from "@sotto/kernel";
import type { Coins } from "@sotto/math/coins";

/** The functions of the chain that vesting calls. Its accounts are rows of auth. */
export interface VestingNeeds {
  account(ctx: ReadCtx, address: Uint8Array): Any | undefined;
  accounts(ctx: ReadCtx): Iterable<Any>;
  nextNumber(ctx: WriteCtx): bigint;
  setAccount(ctx: WriteCtx, address: Uint8Array, account: Any): void;
  /** Whether users may not send to the account. */
  isBlocked(ctx: ReadCtx, address: Uint8Array): boolean;
  /** Throws bank/5 for a denomination that may not be sent. */
  assertSendEnabled(ctx: ReadCtx, coins: Coins): void;
  send(ctx: WriteCtx, from: Uint8Array, to: Uint8Array, coins: Coins): void;
}

export type VestingKeeper = ReturnType<typeof vestingKeeper>;

export const vestingKeeper = (needs: VestingNeeds) => needs;
