// SPDX-License-Identifier: Apache-2.0
import type { ReadCtx } from "@sotto/kernel";
import type { ConsensusKeeper } from "./keeper.ts";
import { state } from "./state.ts";

/** The largest block of CometBFT 0.38 (types/params.go MaxBlockSizeBytes). */
const MAX_BLOCK_BYTES = 104_857_600n;

export const invariants = {
  /** Parameters that CometBFT refuses would stop the chain (types/params.go ValidateBasic). */
  params(_consensus: ConsensusKeeper, ctx: ReadCtx): string | undefined {
    const block = state.params.get(ctx)?.block;
    if (block === undefined) return "there are no parameters of blocks";
    const { maxBytes, maxGas } = block;
    if (maxBytes === 0n || maxBytes < -1n || maxBytes > MAX_BLOCK_BYTES) return `blocks have at most ${maxBytes} bytes`;
    return maxGas < -1n ? `blocks have at most ${maxGas} gas` : undefined;
  },
};
