// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { type Frozen, nanosOf, timestampOf } from "@sotto/kernel";
import { type Dec, dec } from "@sotto/math";
import {
  type Delegation as DelegationMessage,
  DelegationSchema,
  type Redelegation as RedelegationMessage,
  RedelegationSchema,
  UnbondingDelegationSchema,
  type UnbondingDelegation as UnbondingMessage,
} from "@sotto/proto/cosmos.staking.v1beta1";
import { mustDelegator, mustOperator } from "./addresses.ts";
import { mappedValue, rowDec, rowInt } from "./rows.ts";

/** A part of a validator's shares that a delegator has. */
export interface Delegation {
  readonly delegator: Uint8Array;
  readonly operator: Uint8Array;
  readonly delegatorText: string;
  readonly operatorText: string;
  readonly shares: Dec;
}

interface Entry {
  readonly creationHeight: bigint;
  /** Nanoseconds since 1970. */
  readonly completionTime: bigint;
  readonly initialBalance: bigint;
  readonly unbondingId: bigint;
  /** Modules that hold the entry. */
  readonly onHold: bigint;
}

export interface UnbondingEntry extends Entry {
  readonly balance: bigint;
}

/** Tokens on their way back from one validator to one delegator. */
export interface Unbonding {
  readonly delegator: Uint8Array;
  readonly operator: Uint8Array;
  readonly delegatorText: string;
  readonly operatorText: string;
  readonly entries: readonly UnbondingEntry[];
}

export interface RedelegationEntry extends Entry {
  /** Shares of the destination. */
  readonly sharesDst: Dec;
}

/** Tokens that a delegator moved between two validators, as long as faults of the first count. */
export interface Redelegation {
  readonly delegator: Uint8Array;
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  readonly delegatorText: string;
  readonly sourceText: string;
  readonly destinationText: string;
  readonly entries: readonly RedelegationEntry[];
}

export const readDelegation = ({
  delegatorAddress,
  validatorAddress,
  shares,
}: Frozen<DelegationMessage>): Delegation => ({
  delegator: mustDelegator(delegatorAddress),
  operator: mustOperator(validatorAddress),
  delegatorText: delegatorAddress,
  operatorText: validatorAddress,
  shares: rowDec(shares),
});

export const delegationMessage = ({ delegatorText, operatorText, shares }: Frozen<Delegation>): DelegationMessage =>
  create(DelegationSchema, {
    delegatorAddress: delegatorText,
    validatorAddress: operatorText,
    shares: dec.encode(shares),
  });

export const readUnbonding = ({
  delegatorAddress,
  validatorAddress,
  entries,
}: Frozen<UnbondingMessage>): Unbonding => ({
  delegator: mustDelegator(delegatorAddress),
  operator: mustOperator(validatorAddress),
  delegatorText: delegatorAddress,
  operatorText: validatorAddress,
  entries: entries.map((entry) => ({
    creationHeight: entry.creationHeight,
    completionTime: nanosOf(entry.completionTime),
    initialBalance: rowInt(entry.initialBalance),
    balance: rowInt(entry.balance),
    unbondingId: entry.unbondingId,
    onHold: entry.unbondingOnHoldRefCount,
  })),
});

export const unbondingMessage = ({ delegatorText, operatorText, entries }: Frozen<Unbonding>): UnbondingMessage =>
  create(UnbondingDelegationSchema, {
    delegatorAddress: delegatorText,
    validatorAddress: operatorText,
    entries: entries.map((entry) => ({
      creationHeight: entry.creationHeight,
      completionTime: timestampOf(entry.completionTime),
      initialBalance: String(entry.initialBalance),
      balance: String(entry.balance),
      unbondingId: entry.unbondingId,
      unbondingOnHoldRefCount: entry.onHold,
    })),
  });

export const readRedelegation = (message: Frozen<RedelegationMessage>): Redelegation => ({
  delegator: mustDelegator(message.delegatorAddress),
  source: mustOperator(message.validatorSrcAddress),
  destination: mustOperator(message.validatorDstAddress),
  delegatorText: message.delegatorAddress,
  sourceText: message.validatorSrcAddress,
  destinationText: message.validatorDstAddress,
  entries: message.entries.map((entry) => ({
    creationHeight: entry.creationHeight,
    completionTime: nanosOf(entry.completionTime),
    initialBalance: rowInt(entry.initialBalance),
    sharesDst: rowDec(entry.sharesDst),
    unbondingId: entry.unbondingId,
    onHold: entry.unbondingOnHoldRefCount,
  })),
});

/** The entry's wire form. */
export const redelegationEntry = (entry: Frozen<RedelegationEntry>) => ({
  creationHeight: entry.creationHeight,
  completionTime: timestampOf(entry.completionTime),
  initialBalance: String(entry.initialBalance),
  sharesDst: dec.encode(entry.sharesDst),
  unbondingId: entry.unbondingId,
  unbondingOnHoldRefCount: entry.onHold,
});

export const redelegationMessage = (value: Frozen<Redelegation>): RedelegationMessage =>
  create(RedelegationSchema, {
    delegatorAddress: value.delegatorText,
    validatorSrcAddress: value.sourceText,
    validatorDstAddress: value.destinationText,
    entries: value.entries.map(redelegationEntry),
  });

export const delegationValue = mappedValue(DelegationSchema, readDelegation, delegationMessage);
export const unbondingValue = mappedValue(UnbondingDelegationSchema, readUnbonding, unbondingMessage);
export const redelegationValue = mappedValue(RedelegationSchema, readRedelegation, redelegationMessage);

/** Whether the entry may complete at a time: it is due, and no module holds it. */
export const isComplete = ({ completionTime, onHold }: Entry, now: bigint): boolean =>
  completionTime <= now && onHold <= 0n;
