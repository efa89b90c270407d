// SPDX-License-Identifier: Apache-2.0
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import type { Frozen, ReadCtx, WriteCtx } from "@sotto/kernel";
import type { MsgUpdateParams } from "@sotto/proto/cosmos.consensus.v1";
import { type ConsensusParams, ConsensusParamsSchema } from "@sotto/proto/tendermint.types";
import { state } from "./state.ts";
import { paramsText, updatedParams } from "./update.ts";

export type ConsensusNeeds = Readonly<Record<string, never>>;
export type ConsensusKeeper = ReturnType<typeof consensusKeeper>;

/** CometBFT 0.38's defaults: blocks of up to 21 MiB without a gas limit (types/params.go). */
export const DEFAULT_PARAMS = {
  block: { maxBytes: 22_020_096n, maxGas: -1n },
  evidence: { maxAgeNumBlocks: 100_000n, maxAgeDuration: { seconds: 172_800n, nanos: 0 }, maxBytes: 1_048_576n },
  validator: { pubKeyTypes: ["ed25519"] },
  version: {},
  abci: {},
} satisfies MessageInitShape<typeof ConsensusParamsSchema>;

export const defaultParams = (): ConsensusParams => create(ConsensusParamsSchema, DEFAULT_PARAMS);

export const consensusKeeper = (_needs: ConsensusNeeds) => ({
  params: (ctx: ReadCtx): Frozen<ConsensusParams> => state.params.get(ctx) ?? defaultParams(),
  /**
   * Changes the parameters from the next block on. The caller has checked that the sender is the
   * authority. Throws a plain error.
   */
  update(ctx: WriteCtx, message: Frozen<MsgUpdateParams>): void {
    const params = state.params.get(ctx) ?? defaultParams();
    state.params.set(ctx, updatedParams(params, message, ctx.block.height));
    ctx.emit({
      type: "update_consensus_params",
      attributes: [
        ["authority", message.authority],
        ["parameters", paramsText(message)],
      ],
    });
  },
  /**
   * Consensus parameters are a part of the genesis file outside of the modules' parts; without that
   * part the defaults hold.
   */
  initParams: (ctx: WriteCtx, params: ConsensusParams): void =>
    state.params.set(ctx, params.block === undefined ? defaultParams() : params),
});
