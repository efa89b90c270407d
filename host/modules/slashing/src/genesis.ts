// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { formatAddress, parseAddress, prefix } from "@sotto/address";
import { SdkError } from "@sotto/errors";
import { each, type Frozen, genesisOf, type WriteCtx } from "@sotto/kernel";
import {
  GenesisStateSchema,
  ParamsSchema,
  type SigningInfo,
  type ValidatorMissedBlocks,
  ValidatorSigningInfoSchema,
} from "@sotto/proto/cosmos.slashing.v1beta1";
import { missedBlocks, setMissed } from "./bitmap.ts";
import { addKey, getSigningInfo, type SlashingKeeper, setSigningInfo } from "./keeper.ts";
import { assertParams, defaultParams } from "./params.ts";
import { state } from "./state.ts";

const consensusText = (address: Uint8Array): string => formatAddress(address, prefix.consensus);

function initInfos(
  ctx: WriteCtx,
  infos: Iterable<Frozen<SigningInfo>>,
  missed: Iterable<Frozen<ValidatorMissedBlocks>>,
): void {
  for (const { address, validatorSigningInfo } of infos) {
    const info = validatorSigningInfo ?? create(ValidatorSigningInfoSchema);
    setSigningInfo(ctx, parseAddress(address, prefix.consensus), info);
  }
  for (const { address, missedBlocks: blocks } of missed) {
    const consensusAddress = parseAddress(address, prefix.consensus);
    for (const block of blocks) {
      if (block.index < 0n) throw SdkError.logic(`missed block ${block.index} of ${address} has a negative index`);
      setMissed(ctx, consensusAddress, block.index, block.missed);
    }
  }
}

export const genesis = genesisOf<SlashingKeeper, typeof GenesisStateSchema>(GenesisStateSchema, {
  default: () => ({ params: defaultParams() }),
  init({ needs }, ctx, file) {
    const { params = defaultParams() } = file;
    for (const validator of needs.validators(ctx)) addKey(ctx, validator);
    initInfos(ctx, file.signingInfos, file.missedBlocks);
    assertParams(params);
    state.params.set(ctx, params);
    // The SDK starts such a chain, which then stops at the first vote.
    for (const { status, consensusAddress } of needs.validators(ctx)) {
      if (status !== "unbonded" && getSigningInfo(ctx, consensusAddress) === undefined) {
        throw SdkError.logic(`the ${status} validator ${consensusText(consensusAddress)} has no signing info`);
      }
    }
    return undefined;
  },
  export: (_slashing, ctx) => ({
    params: state.params.get(ctx) ?? create(ParamsSchema),
    signingInfos: each(state.signingInfos.entries(ctx), ([address, info]) => ({
      address: consensusText(address),
      validatorSigningInfo: info,
    })),
    missedBlocks: each(state.signingInfos.keys(ctx), (address) => ({
      address: consensusText(address),
      missedBlocks: missedBlocks(ctx, address).map((index) => ({ index, missed: true })),
    })),
  }),
});
