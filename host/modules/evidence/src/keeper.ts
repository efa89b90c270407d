// SPDX-License-Identifier: Apache-2.0
import { formatAddress, prefix } from "@sotto/address";
import { assert } from "@sotto/errors";
import type { HookCtx, Misbehavior, ReadCtx, WriteCtx } from "@sotto/kernel";
import type { Dec } from "@sotto/math";
import { equivocation, hashOf, packEvidence } from "./equivocation.ts";
import { state } from "./state.ts";

/** The functions of other modules that evidence calls. It reaches nothing else. */
export interface EvidenceNeeds {
  validatorByConsensus(
    ctx: ReadCtx,
    consensusAddress: Uint8Array,
  ): { readonly jailed: boolean; readonly status: "unbonded" | "unbonding" | "bonded" } | undefined;
  /** Evidence is too old when it is older than both; undefined: never. Nanoseconds. No charge. */
  maxAge(ctx: ReadCtx): { readonly blocks: bigint; readonly duration: bigint } | undefined;
  hasKey(ctx: ReadCtx, consensusAddress: Uint8Array): boolean;
  hasSigningInfo(ctx: ReadCtx, consensusAddress: Uint8Array): boolean;
  isTombstoned(ctx: ReadCtx, consensusAddress: Uint8Array): boolean;
  doubleSignFraction(ctx: ReadCtx): Dec;
  slashDoubleSign(ctx: WriteCtx, consensusAddress: Uint8Array, fraction: Dec, power: bigint, height: bigint): void;
  jail(ctx: WriteCtx, consensusAddress: Uint8Array): void;
  jailUntil(ctx: WriteCtx, consensusAddress: Uint8Array, until: bigint): void;
  tombstone(ctx: WriteCtx, consensusAddress: Uint8Array): void;
}

/** Blocks between a change of the set and its first vote (SDK ValidatorUpdateDelay). */
const UPDATE_DELAY = 1n;
/** 9999-12-31T23:59:59Z (types/params.go DoubleSignJailEndTime). */
const JAIL_END = 253_402_300_799_000_000_000n;
const SECOND = 1_000_000_000n;

export type EvidenceKeeper = ReturnType<typeof evidenceKeeper>;

export function evidenceKeeper(needs: EvidenceNeeds) {
  function isTooOld(ctx: HookCtx, { height, time }: Misbehavior): boolean {
    const most = needs.maxAge(ctx);
    if (most === undefined) return false;
    const { block } = ctx;
    return block.time - time > most.duration && BigInt(block.height) - BigInt(height) > most.blocks;
  }

  /**
   * Punishes a fault (keeper/infraction.go handleEquivocationEvidence). Faults that are too old and
   * those of validators that are unknown, unbonded or punished already change nothing (ADR 97).
   */
  function handle(ctx: HookCtx, fault: Misbehavior): void {
    const { address, power, time } = fault;
    const height = BigInt(fault.height);
    const validator = needs.validatorByConsensus(ctx, address);
    if (validator === undefined || validator.status === "unbonded" || !needs.hasKey(ctx, address)) return;
    if (isTooOld(ctx, fault)) return;
    assert(needs.hasSigningInfo(ctx, address), "a validator that signed has a signing info");
    if (needs.isTombstoned(ctx, address)) return;
    const fraction = needs.doubleSignFraction(ctx);
    needs.slashDoubleSign(ctx, address, fraction, power, height - UPDATE_DELAY);
    if (!validator.jailed) needs.jail(ctx, address);
    needs.jailUntil(ctx, address, JAIL_END);
    needs.tombstone(ctx, address);
    const at = { seconds: time / SECOND, nanos: Number(time % SECOND) };
    const evidence = equivocation(height, at, power, formatAddress(address, prefix.consensus));
    state.evidence.set(ctx, hashOf(evidence), packEvidence(evidence));
  }

  return {
    /** Evidence of the block. An attack on light clients counts as a double sign. */
    handleAll(ctx: HookCtx): void {
      for (const fault of ctx.block.comet.misbehavior) handle(ctx, fault);
    },
  };
}
