// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { prefix } from "@sotto/address";
import { addressField, addressFieldOr, assertGovAuthority, type Handlers, nanosOf, type WriteCtx } from "@sotto/kernel";
import { dec } from "@sotto/math";
import { type Msg, ParamsSchema } from "@sotto/proto/cosmos.slashing.v1beta1";
import { SlashingError } from "./errors.ts";
import { getSigningInfo, type SlashingKeeper } from "./keeper.ts";
import { assertParams } from "./params.ts";
import { state } from "./state.ts";

const operatorField = (text: string): Uint8Array =>
  addressFieldOr("validator input address", text, (each) => addressField(each, prefix.validator));

/** keeper/unjail.go. A validator without signing info was never bonded. */
function unjail({ needs }: SlashingKeeper, ctx: WriteCtx, operator: Uint8Array): void {
  const validator = needs.validator(ctx, operator);
  if (validator === undefined) throw needs.noValidator();
  const own = needs.delegation(ctx, operator, operator);
  if (own === undefined) throw needs.noDelegation();
  const tokens = dec.truncateInt(needs.tokensFromShares(validator, own.shares));
  const { minSelfDelegation, consensusAddress } = validator;
  if (tokens < minSelfDelegation) throw SlashingError.selfDelegationTooLow(`${tokens} less than ${minSelfDelegation}`);
  if (!validator.jailed) throw SlashingError.validatorNotJailed();
  const info = getSigningInfo(ctx, consensusAddress);
  if (info !== undefined) {
    if (info.tombstoned || ctx.block.time < nanosOf(info.jailedUntil, 0n)) throw SlashingError.validatorJailed();
  }
  needs.unjail(ctx, consensusAddress);
}

export const msgs = (slashing: SlashingKeeper): Handlers<typeof Msg, WriteCtx> => ({
  unjail(ctx, { validatorAddr }) {
    unjail(slashing, ctx, operatorField(validatorAddr));
    return {};
  },
  updateParams(ctx, { authority, params = create(ParamsSchema) }) {
    assertGovAuthority(authority);
    assertParams(params);
    state.params.set(ctx, params);
    return {};
  },
});
