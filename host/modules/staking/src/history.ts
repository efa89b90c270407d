// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { compare } from "@sotto/bytes";
import { decode } from "@sotto/codec";
import { type HookCtx, timestampOf } from "@sotto/kernel";
import { HistoricalInfoSchema } from "@sotto/proto/cosmos.staking.v1beta1";
import { HeaderSchema } from "@sotto/proto/tendermint.types";
import { state } from "./state.ts";
import { consensusPower, type Validator, validatorMessage } from "./validator.ts";
import { getParams, lastValidators } from "./validators.ts";

/**
 * CometBFT's order: by power, then by consensus address (types/validator.go
 * ValidatorsByVotingPower).
 */
function byVotingPower(a: Validator, b: Validator): number {
  const [first, second] = [consensusPower(a), consensusPower(b)];
  if (first !== second) return first > second ? -1 : 1;
  return compare(a.consensusAddress, b.consensusAddress);
}

/** The fields of the header that the SDK's context has (baseapp FinalizeBlock). */
function headerOf({ block, proof }: HookCtx) {
  const { chainId, height, time, comet } = block;
  const appHash = proof === undefined ? new Uint8Array(0) : decode(HeaderSchema, proof.header).appHash;
  return {
    version: {},
    chainId,
    height: BigInt(height),
    time: timestampOf(time),
    lastBlockId: { partSetHeader: {} },
    appHash,
    nextValidatorsHash: comet.nextValidatorsHash,
    proposerAddress: comet.proposer,
  };
}

/**
 * TrackHistoricalInfo: drops the oldest header, or several when the parameter became smaller, and
 * stores this one with the bonded validators.
 */
export function trackHistory(ctx: HookCtx): void {
  const { historicalEntries } = getParams(ctx);
  const { height } = ctx.block;
  for (let old = height - historicalEntries; old >= 0; old--) {
    const key = BigInt(old);
    if (!state.history.has(ctx, key)) break;
    state.history.remove(ctx, key);
  }
  if (historicalEntries === 0) return;
  const valset = lastValidators(ctx).sort(byVotingPower).map(validatorMessage);
  state.history.set(ctx, BigInt(height), create(HistoricalInfoSchema, { header: headerOf(ctx), valset }));
}
