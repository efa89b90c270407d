// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { AnySchema } from "@bufbuild/protobuf/wkt";
import { formatAddress, prefix } from "@sotto/address";
import { type Frozen, type ReadCtx, timestampOf, type WriteCtx } from "@sotto/kernel";
import { type Dec, dec } from "@sotto/math";
import { type ValidatorSigningInfo, ValidatorSigningInfoSchema } from "@sotto/proto/cosmos.slashing.v1beta1";
import { SlashingError } from "./errors.ts";
import { doubleSignEvent, jailEvent } from "./events.ts";
import type { SlashedValidator, SlashingNeeds } from "./needs.ts";
import { type Params, readParams } from "./params.ts";
import { state } from "./state.ts";

/** GetParams: one get. Without a row, every parameter is zero. */
export function getParams(ctx: ReadCtx): Params {
  const row = state.params.get(ctx);
  return row === undefined
    ? { window: 0n, minSigned: dec.zero, jailDuration: 0n, doubleSignFraction: dec.zero, downtimeFraction: dec.zero }
    : readParams(row);
}

/** GetValidatorSigningInfo: one get. */
export const getSigningInfo = (ctx: ReadCtx, consensusAddress: Uint8Array): Frozen<ValidatorSigningInfo> | undefined =>
  state.signingInfos.get(ctx, consensusAddress);

export const setSigningInfo = (ctx: WriteCtx, consensusAddress: Uint8Array, info: Frozen<ValidatorSigningInfo>): void =>
  state.signingInfos.set(ctx, consensusAddress, info);

/** AddPubkey. */
export const addKey = (ctx: WriteCtx, { consensusAddress, consensusKey }: SlashedValidator): void =>
  state.keys.set(ctx, consensusAddress, create(AnySchema, consensusKey));

/** The functions that staking calls (keeper/hooks.go). */
const hooksOf = (needs: SlashingNeeds) => ({
  /** A new period of signing. */
  afterValidatorBonded(ctx: WriteCtx, consensusAddress: Uint8Array): void {
    const startHeight = BigInt(ctx.block.height);
    const found = getSigningInfo(ctx, consensusAddress);
    const info =
      found === undefined
        ? create(ValidatorSigningInfoSchema, {
            address: formatAddress(consensusAddress, prefix.consensus),
            startHeight,
            jailedUntil: { seconds: 0n, nanos: 0 },
          })
        : { ...found, startHeight };
    setSigningInfo(ctx, consensusAddress, info);
  },
  afterValidatorRemoved: (ctx: WriteCtx, consensusAddress: Uint8Array): void =>
    state.keys.remove(ctx, consensusAddress),
  afterValidatorCreated(ctx: WriteCtx, operator: Uint8Array): void {
    const validator = needs.validator(ctx, operator);
    if (validator === undefined) throw needs.noValidator();
    addKey(ctx, validator);
  },
});

export type SlashingKeeper = ReturnType<typeof slashingKeeper>;

export const slashingKeeper = (needs: SlashingNeeds) => ({
  needs,
  stakingHooks: hooksOf(needs),
  params: getParams,
  hasSigningInfo: (ctx: ReadCtx, consensusAddress: Uint8Array): boolean =>
    getSigningInfo(ctx, consensusAddress) !== undefined,
  isTombstoned: (ctx: ReadCtx, consensusAddress: Uint8Array): boolean =>
    getSigningInfo(ctx, consensusAddress)?.tombstoned === true,
  /** GetPubkey: whether the key of a validator is known. */
  hasKey: (ctx: ReadCtx, consensusAddress: Uint8Array): boolean => state.keys.get(ctx, consensusAddress) !== undefined,
  doubleSignFraction: (ctx: ReadCtx): Dec => getParams(ctx).doubleSignFraction,
  /** Slashes for a double sign at a height. */
  slashDoubleSign(ctx: WriteCtx, consensusAddress: Uint8Array, fraction: Dec, power: bigint, height: bigint): void {
    const burned = needs.slash(ctx, consensusAddress, height, power, fraction);
    ctx.emit(doubleSignEvent(consensusAddress, power, burned));
  },
  jail(ctx: WriteCtx, consensusAddress: Uint8Array): void {
    needs.jail(ctx, consensusAddress);
    ctx.emit(jailEvent(consensusAddress));
  },
  /** Throws slashing/8. `until`: nanoseconds since 1970. */
  jailUntil(ctx: WriteCtx, consensusAddress: Uint8Array, until: bigint): void {
    const info = getSigningInfo(ctx, consensusAddress);
    if (info === undefined) {
      throw SlashingError.noSigningInfo("cannot jail validator that does not have any signing information");
    }
    setSigningInfo(ctx, consensusAddress, { ...info, jailedUntil: timestampOf(until) });
  },
  /** Throws slashing/8 and slashing/9. */
  tombstone(ctx: WriteCtx, consensusAddress: Uint8Array): void {
    const info = getSigningInfo(ctx, consensusAddress);
    if (info === undefined) {
      throw SlashingError.noSigningInfo("cannot tombstone validator that does not have any signing information");
    }
    if (info.tombstoned) {
      throw SlashingError.validatorTombstoned("cannot tombstone validator that is already tombstoned");
    }
    setSigningInfo(ctx, consensusAddress, { ...info, tombstoned: true });
  },
});
