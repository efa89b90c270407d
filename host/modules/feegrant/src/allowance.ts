// SPDX-License-Identifier: Apache-2.0
import { create, type Message } from "@bufbuild/protobuf";
import type { Any, Timestamp } from "@bufbuild/protobuf/wkt";
import { decode, packAny } from "@sotto/codec";
import { type ChainError, SdkError } from "@sotto/errors";
import { type Frozen, nanosOf, timestampOf, type WriteCtx } from "@sotto/kernel";
import {
  amountOf,
  type Coin,
  checkCoins,
  coinDifference,
  coinsWhere,
  formatCoins,
  parseWireCoins,
  type WireCoin,
} from "@sotto/math/coins";
import { CoinSchema } from "@sotto/proto/cosmos.base.v1beta1";
import {
  type AllowedMsgAllowance,
  AllowedMsgAllowanceSchema,
  type BasicAllowance,
  BasicAllowanceSchema,
  type PeriodicAllowance,
  PeriodicAllowanceSchema,
} from "@sotto/proto/cosmos.feegrant.v1beta1";
import { FeegrantError } from "./errors.ts";

/** An allowance, decoded. */
export type Allowance =
  | { readonly kind: "basic"; readonly message: BasicAllowance }
  | { readonly kind: "periodic"; readonly message: PeriodicAllowance }
  | { readonly kind: "filtered"; readonly message: AllowedMsgAllowance; readonly inner: Allowance | undefined };

/** The fee of a transaction, and the types of its messages. */
export interface Use {
  readonly fee: readonly Coin[];
  readonly typeUrls: readonly string[];
}

/** What a use leaves. `fault` and `remove` are independent: an expired allowance has both. */
export interface Left {
  readonly remove: boolean;
  readonly fault?: ChainError | undefined;
  /** The allowance after the use. */
  readonly next?: Any | undefined;
}

const TYPES = {
  basic: BasicAllowanceSchema,
  periodic: PeriodicAllowanceSchema,
  filtered: AllowedMsgAllowanceSchema,
} as const;

/**
 * The allowance inside an Any. Undefined for an absent one: Anys hold known types only, because
 * transactions and genesis files are decoded so.
 */
export function openAllowance(any: Frozen<Any> | undefined): Allowance | undefined {
  if (any === undefined) return undefined;
  const { typeUrl, value } = any;
  if (typeUrl === `/${TYPES.basic.typeName}`) return { kind: "basic", message: decode(TYPES.basic, value) };
  if (typeUrl === `/${TYPES.periodic.typeName}`) return { kind: "periodic", message: decode(TYPES.periodic, value) };
  if (typeUrl !== `/${TYPES.filtered.typeName}`) return undefined;
  const message = decode(TYPES.filtered, value);
  return { kind: "filtered", message, inner: openAllowance(message.allowance) };
}

export function mustAllowance(any: Frozen<Any> | undefined): Allowance {
  const found = openAllowance(any);
  if (found === undefined) throw FeegrantError.noAllowance("failed to get allowance");
  return found;
}

export const packAllowance = ({ kind, message }: Allowance): Any => packAny(TYPES[kind], message as Message as never);

function innerOf({ inner }: Extract<Allowance, { kind: "filtered" }>): Allowance {
  if (inner === undefined) throw FeegrantError.noAllowance("failed to get allowance");
  return inner;
}

/** Nanoseconds since 1970; undefined for an allowance that does not expire. */
export function expirationOf(allowance: Allowance): bigint | undefined {
  if (allowance.kind === "filtered") return expirationOf(innerOf(allowance));
  const basic = allowance.kind === "basic" ? allowance.message : allowance.message.basic;
  return basic?.expiration === undefined ? undefined : nanosOf(basic.expiration);
}

const shown = (coins: readonly WireCoin[]): string => formatCoins(coins.map(coinOf)).slice(0, 512);

const coinOf = ({ denom, amount }: WireCoin): Coin => ({ denom, amount: BigInt(amount === "" ? 0 : amount) });

function assertBasic({ spendLimit, expiration }: BasicAllowance): void {
  if (spendLimit.length > 0 && parseWireCoins(spendLimit).fault !== undefined)
    throw SdkError.invalidCoins(`send amount is invalid: ${shown(spendLimit)}`);
  if (expiration !== undefined && expiration.seconds < 0n)
    throw FeegrantError.invalidDuration("expiration time cannot be negative");
}

function assertPeriodic({ basic, period, periodSpendLimit, periodCanSpend }: PeriodicAllowance): void {
  if (basic !== undefined) assertBasic(basic);
  const limit = parseWireCoins(periodSpendLimit);
  if (limit.fault !== undefined) throw SdkError.invalidCoins(`spend amount is invalid: ${shown(periodSpendLimit)}`);
  if (limit.value.length === 0) throw SdkError.invalidCoins("spend limit must be positive");
  if (parseWireCoins(periodCanSpend).fault !== undefined)
    throw SdkError.invalidCoins(`can spend amount is invalid: ${shown(periodCanSpend)}`);
  const whole = parseWireCoins(basic?.spendLimit ?? []);
  if (whole.fault === undefined && whole.value.length > 0) {
    const others = coinsWhere(limit.value, (denom) => amountOf(whole.value, denom) === 0n);
    if (others.length > 0)
      throw SdkError.invalidCoins("period spend limit has different currency than basic spend limit");
  }
  if (period !== undefined && nanosOf(period) < 0n) throw FeegrantError.invalidDuration("negative clock step");
}

/** Throws for limits that contradict themselves (ValidateBasic of each kind). */
export function assertAllowance(allowance: Allowance): void {
  if (allowance.kind === "basic") assertBasic(allowance.message);
  else if (allowance.kind === "periodic") assertPeriodic(allowance.message);
  else {
    const { allowance: any, allowedMessages } = allowance.message;
    if (any === undefined) throw FeegrantError.noAllowance("allowance should not be empty");
    if (allowedMessages.length === 0) throw FeegrantError.noMessages("allowed messages shouldn't be empty");
    assertAllowance(innerOf(allowance));
  }
}

/** `coins` without `fee`. Compat: a fee that is not in order is a panic. */
function without(coins: readonly WireCoin[], fee: readonly Coin[]) {
  const { left, isNegative } = coinDifference(coins.map(coinOf), fee);
  const wire = left.map(({ denom, amount }) => create(CoinSchema, { denom, amount: String(amount) }));
  return { left: wire, isNegative };
}

const isExpired = ({ expiration }: BasicAllowance, now: bigint): boolean =>
  expiration !== undefined && nanosOf(expiration) < now;

function useBasic(message: BasicAllowance, { fee }: Use, now: bigint): Left {
  if (isExpired(message, now)) return { remove: true, fault: FeegrantError.expired("basic allowance") };
  if (message.spendLimit.length === 0) return { remove: false, next: packAny(BasicAllowanceSchema, message) };
  const { left, isNegative } = without(message.spendLimit, fee);
  if (isNegative) return { remove: false, fault: FeegrantError.limitExceeded("basic allowance") };
  return { remove: left.length === 0, next: packAny(BasicAllowanceSchema, { ...message, spendLimit: left }) };
}

/** Begins a period when its time has come (periodic_fee.go tryResetPeriod). */
function inPeriod(message: PeriodicAllowance, now: bigint): PeriodicAllowance {
  const { basic, period, periodSpendLimit, periodReset } = message;
  const reset = nanosOf(periodReset);
  if (now < reset) return message;
  const whole = basic?.spendLimit ?? [];
  const limit = periodSpendLimit.map(coinOf);
  const periodCanSpend = without(whole, limit).isNegative && whole.length > 0 ? whole : periodSpendLimit;
  const length = nanosOf(period, 0n);
  const next = now > reset + length ? now + length : reset + length;
  return { ...message, periodCanSpend, periodReset: timestampOf(next) as Timestamp };
}

function usePeriodic(given: PeriodicAllowance, { fee }: Use, now: bigint): Left {
  const { basic } = given;
  if (basic !== undefined && isExpired(basic, now))
    return { remove: true, fault: FeegrantError.expired("absolute limit") };
  const message = inPeriod(given, now);
  const inside = without(message.periodCanSpend, fee);
  if (inside.isNegative) return { remove: false, fault: FeegrantError.limitExceeded("period limit") };
  const next = { ...message, periodCanSpend: inside.left };
  if (basic === undefined || basic.spendLimit.length === 0)
    return { remove: false, next: packAny(PeriodicAllowanceSchema, next) };
  const whole = without(basic.spendLimit, fee);
  if (whole.isNegative) return { remove: false, fault: FeegrantError.limitExceeded("absolute limit") };
  const changed = { ...next, basic: { ...basic, spendLimit: whole.left } };
  return { remove: whole.left.length === 0, next: packAny(PeriodicAllowanceSchema, changed) };
}

/**
 * Gas of each allowed type, and of each message up to one that is not allowed (filtered_fee.go).
 */
const CHECK_GAS = 10;

function areAllowed(ctx: WriteCtx, allowed: readonly string[], typeUrls: readonly string[]): boolean {
  for (const _ of allowed) ctx.gas.consume(CHECK_GAS, "check msg");
  return typeUrls.every((typeUrl) => {
    ctx.gas.consume(CHECK_GAS, "check msg");
    return allowed.includes(typeUrl);
  });
}

/** Takes a fee from an allowance (FeeAllowanceI.Accept of each kind). */
export function useAllowance(ctx: WriteCtx, allowance: Allowance, use: Use): Left {
  const now = ctx.block.time;
  if (allowance.kind === "basic") return useBasic(allowance.message, use, now);
  if (allowance.kind === "periodic") return usePeriodic(allowance.message, use, now);
  const { message, inner } = allowance;
  if (!areAllowed(ctx, message.allowedMessages, use.typeUrls))
    return { remove: false, fault: FeegrantError.notAllowed("message does not exist in allowed messages") };
  if (inner === undefined) return { remove: false, fault: FeegrantError.noAllowance("failed to get allowance") };
  const left = useAllowance(ctx, inner, use);
  if (left.next === undefined) return left;
  return { ...left, next: packAny(AllowedMsgAllowanceSchema, { ...message, allowance: left.next }) };
}

/** Whether stored limits are sets of coins. */
export const hasValidLimits = (allowance: Allowance): boolean => {
  if (allowance.kind === "filtered") return allowance.inner !== undefined && hasValidLimits(allowance.inner);
  const { message } = allowance;
  const lists =
    allowance.kind === "basic"
      ? [allowance.message.spendLimit]
      : [allowance.message.basic?.spendLimit ?? [], allowance.message.periodCanSpend];
  return message !== undefined && lists.every((coins) => checkCoins(coins.map(coinOf)).fault === undefined);
};
