// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { assert, recoveredPanic } from "@sotto/errors";
import { type Frozen, nanosOf, timestampOf } from "@sotto/kernel";
import { type Dec, dec, int } from "@sotto/math";
import { BondStatus, type Validator as ValidatorMessage, ValidatorSchema } from "@sotto/proto/cosmos.staking.v1beta1";
import { packPublicKey, parsePublicKey, publicKeyAddress } from "@sotto/tx";
import { mustOperator } from "./addresses.ts";
import { StakingError } from "./errors.ts";
import { mappedValue, rowDec, rowInt } from "./rows.ts";

export type Status = "unbonded" | "unbonding" | "bonded";

/** Tokens of one unit of power in consensus (SDK DefaultPowerReduction). */
export const powerReduction = 1_000_000n;

export interface Description {
  readonly moniker: string;
  readonly identity: string;
  readonly website: string;
  readonly securityContact: string;
  readonly details: string;
}

export interface CommissionRates {
  readonly rate: Dec;
  readonly maxRate: Dec;
  readonly maxChangeRate: Dec;
}

/** A validator's row, decoded. Times are nanoseconds since 1970. */
export interface Validator {
  readonly operator: Uint8Array;
  /** The address as the message that created the validator has it. */
  readonly operatorText: string;
  readonly consensusKey: { readonly typeUrl: string; readonly value: Uint8Array };
  readonly consensusAddress: Uint8Array;
  readonly jailed: boolean;
  readonly status: Status;
  readonly tokens: bigint;
  readonly shares: Dec;
  readonly description: Description;
  readonly unbondingHeight: bigint;
  readonly unbondingTime: bigint;
  readonly commission: CommissionRates;
  readonly commissionTime: bigint;
  readonly commissionRate: Dec;
  readonly minSelfDelegation: bigint;
  /** Modules that hold the unbonding. */
  readonly onHold: bigint;
  readonly unbondingIds: readonly bigint[];
}

const STATUSES: readonly (readonly [BondStatus, Status])[] = [
  [BondStatus.UNBONDED, "unbonded"],
  [BondStatus.UNBONDING, "unbonding"],
  [BondStatus.BONDED, "bonded"],
];

/** Undefined for a status that no validator has. */
export const statusOf = (status: BondStatus): Status | undefined => STATUSES.find(([wire]) => wire === status)?.[1];

export const wireStatus = (status: Status): BondStatus =>
  STATUSES.find(([, name]) => name === status)?.[0] ?? BondStatus.UNSPECIFIED;

const NO_DESCRIPTION: Description = { moniker: "", identity: "", website: "", securityContact: "", details: "" };

/** Go's words for another status, which only a file can have. */
export const INVALID_STATUS = "invalid validator status";

/** Throws ChainError for addresses, keys and statuses that are not valid, which only files have. */
export function readValidator(message: Frozen<ValidatorMessage>): Validator {
  const { consensusPubkey: key, commission } = message;
  const status = statusOf(message.status);
  if (status === undefined) throw recoveredPanic(INVALID_STATUS);
  if (key === undefined) throw StakingError.emptyValidatorPubKey();
  const rates = commission?.commissionRates;
  const rate = rowDec(rates?.rate ?? "");
  return {
    operator: mustOperator(message.operatorAddress),
    operatorText: message.operatorAddress,
    consensusKey: { typeUrl: key.typeUrl, value: key.value },
    consensusAddress: publicKeyAddress(parsePublicKey(key)),
    jailed: message.jailed,
    status,
    tokens: rowInt(message.tokens),
    shares: rowDec(message.delegatorShares),
    description: message.description ?? NO_DESCRIPTION,
    unbondingHeight: message.unbondingHeight,
    unbondingTime: nanosOf(message.unbondingTime),
    commission: { rate, maxRate: rowDec(rates?.maxRate ?? ""), maxChangeRate: rowDec(rates?.maxChangeRate ?? "") },
    commissionTime: nanosOf(commission?.updateTime),
    commissionRate: rate,
    minSelfDelegation: rowInt(message.minSelfDelegation),
    onHold: message.unbondingOnHoldRefCount,
    unbondingIds: message.unbondingIds,
  };
}

export const validatorMessage = (validator: Frozen<Validator>): ValidatorMessage =>
  create(ValidatorSchema, {
    operatorAddress: validator.operatorText,
    consensusPubkey: validator.consensusKey,
    jailed: validator.jailed,
    status: wireStatus(validator.status),
    tokens: String(validator.tokens),
    delegatorShares: dec.encode(validator.shares),
    description: validator.description,
    unbondingHeight: validator.unbondingHeight,
    unbondingTime: timestampOf(validator.unbondingTime),
    commission: {
      commissionRates: {
        rate: dec.encode(validator.commission.rate),
        maxRate: dec.encode(validator.commission.maxRate),
        maxChangeRate: dec.encode(validator.commission.maxChangeRate),
      },
      updateTime: timestampOf(validator.commissionTime),
    },
    minSelfDelegation: String(validator.minSelfDelegation),
    unbondingOnHoldRefCount: validator.onHold,
    unbondingIds: [...validator.unbondingIds],
  });

export const validatorValue = mappedValue(ValidatorSchema, readValidator, validatorMessage, true);

/** A validator with its first commission and without tokens (x/staking types NewValidator). */
export function newValidator(
  operator: { readonly bytes: Uint8Array; readonly text: string },
  key: Parameters<typeof parsePublicKey>[0],
  rest: Pick<Validator, "description" | "commission" | "commissionTime" | "minSelfDelegation">,
): Validator {
  const parsed = parsePublicKey(key);
  return {
    operator: operator.bytes,
    operatorText: operator.text,
    consensusKey: packPublicKey(parsed),
    consensusAddress: publicKeyAddress(parsed),
    jailed: false,
    status: "unbonded",
    tokens: 0n,
    shares: dec.zero,
    unbondingHeight: 0n,
    unbondingTime: 0n,
    commissionRate: rest.commission.rate,
    onHold: 0n,
    unbondingIds: [],
    ...rest,
  };
}

const MAX_INT64 = (1n << 63n) - 1n;

/** The power that the tokens would have in consensus. Panics beyond 64 bits, as the SDK. */
export function potentialPower({ tokens }: Pick<Validator, "tokens">): bigint {
  const power = tokens / powerReduction;
  if (power > MAX_INT64) throw recoveredPanic("Int64() out of bound");
  return power;
}

export const consensusPower = (validator: Pick<Validator, "tokens" | "status">): bigint =>
  validator.status === "bonded" ? potentialPower(validator) : 0n;

type Worth = Pick<Validator, "tokens" | "shares">;

/** Whether delegations would have no price: all tokens were slashed. */
export const hasInvalidRate = ({ tokens, shares }: Worth): boolean => tokens === 0n && shares > 0n;

export const tokensFromShares = ({ tokens, shares }: Worth, part: Dec): Dec =>
  dec.quo(dec.mulInt(part, tokens), shares);
export const tokensFromSharesTruncated = ({ tokens, shares }: Worth, part: Dec): Dec =>
  dec.quoTruncate(dec.mulInt(part, tokens), shares);
export const tokensFromSharesRoundUp = ({ tokens, shares }: Worth, part: Dec): Dec =>
  dec.quoRoundUp(dec.mulInt(part, tokens), shares);

/** Throws staking/22 for a validator without tokens. */
export function sharesFromTokens({ tokens, shares }: Worth, amount: bigint): Dec {
  if (tokens === 0n) throw StakingError.insufficientShares();
  return dec.quoInt(dec.mulInt(shares, amount), tokens);
}

export function sharesFromTokensTruncated({ tokens, shares }: Worth, amount: bigint): Dec {
  if (tokens === 0n) throw StakingError.insufficientShares();
  return dec.quoTruncate(dec.mulInt(shares, amount), dec.fromInt(tokens));
}

/** The validator after a delegation, and the issued shares (AddTokensFromDel). */
export function withTokens(
  validator: Validator,
  amount: bigint,
): { readonly changed: Validator; readonly issued: Dec } {
  const first = validator.shares === 0n;
  let issued: Dec;
  try {
    issued = first ? dec.fromInt(amount) : sharesFromTokens(validator, amount);
  } catch (thrown) {
    // Compat: the SDK panics. Delegations to such a validator are refused earlier.
    throw thrown instanceof Error ? recoveredPanic(thrown.message, thrown) : thrown;
  }
  const tokens = int.add(validator.tokens, amount);
  return { changed: { ...validator, tokens, shares: dec.add(validator.shares, issued) }, issued };
}

/** The validator after the removal of shares, and the tokens of them (RemoveDelShares). */
export function withoutShares(
  validator: Validator,
  part: Dec,
): { readonly changed: Validator; readonly tokens: bigint } {
  const shares = dec.sub(validator.shares, part);
  // The last shares get the rest of all roundings.
  const tokens = shares === 0n ? validator.tokens : dec.truncateInt(tokensFromShares(validator, part));
  const left = validator.tokens - tokens;
  if (left < 0n) throw recoveredPanic("attempting to remove more tokens than available in validator");
  return { changed: { ...validator, tokens: left, shares }, tokens };
}

/** The validator after a loss of tokens (RemoveTokens). */
export function withoutTokens(validator: Validator, amount: bigint): Validator {
  assert(amount >= 0n && amount <= validator.tokens, "a validator cannot lose more tokens than it has");
  return { ...validator, tokens: validator.tokens - amount };
}
