// SPDX-License-Identifier: Apache-2.0
import { formatAddress, prefix } from "@sotto/address";
import type { ReadCtx } from "@sotto/kernel";
import { missedBlocks } from "./bitmap.ts";
import { getSigningInfo, type SlashingKeeper } from "./keeper.ts";
import { state } from "./state.ts";

const text = (address: Uint8Array): string => formatAddress(address, prefix.consensus);

export const invariants = {
  /** Cost: one walk through all chunks of missed blocks. */
  "missed-blocks"(_slashing: SlashingKeeper, ctx: ReadCtx): string | undefined {
    for (const [address, { missedBlocksCounter }] of state.signingInfos.entries(ctx)) {
      const { length } = missedBlocks(ctx, address);
      if (BigInt(length) !== missedBlocksCounter) {
        return `${text(address)} missed ${length} blocks, the counter is ${missedBlocksCounter}`;
      }
    }
    return undefined;
  },

  /** Every validator has its key here; every bonded one has a signing info. */
  "validators-known"({ needs }: SlashingKeeper, ctx: ReadCtx): string | undefined {
    for (const { consensusAddress, status } of needs.validators(ctx)) {
      if (!state.keys.has(ctx, consensusAddress)) return `the key of ${text(consensusAddress)} is missing`;
      if (status === "bonded" && getSigningInfo(ctx, consensusAddress) === undefined) {
        return `${text(consensusAddress)} is bonded and has no signing info`;
      }
    }
    return undefined;
  },
};
