// SPDX-License-Identifier: Apache-2.0
import {
  addressKey,
  asValue,
  fixedKey,
  framedTimeKey,
  invertedAddressKey,
  type KeyCodec,
  pair,
  prefixedAddressKey,
  protoInt64Value,
  protoValue,
  rawValue,
  stateOf,
  timeKey,
  triple,
  u64Key,
  u64Value,
} from "@sotto/kernel";
import { IntProtoSchema } from "@sotto/proto/cosmos.base.v1beta1";
import {
  DVPairsSchema,
  DVVTripletsSchema,
  HistoricalInfoSchema,
  ValAddressesSchema,
  ValidatorUpdatesSchema,
} from "@sotto/proto/cosmos.staking.v1beta1";
import { paramsValue } from "./params.ts";
import { delegationValue, redelegationValue, unbondingValue } from "./records.ts";
import { validatorValue } from "./validator.ts";

const { item, keySet, table } = stateOf("staking");

const [operator, delegator] = [prefixedAddressKey, prefixedAddressKey];

const [VALIDATORS, UNBONDINGS, REDELEGATIONS] = [0x21, 0x32, 0x34];

const unbondingKey = pair(delegator, operator);
const redelegationKey = triple(delegator, operator, operator);

/**
 * The index by unbonding id: the value is the whole key of the row with the entry, prefix first.
 * The row that it leads to is of one of three kinds.
 */
const rowIndex = <K>(key: KeyCodec<K>) => table(0x38, u64Key, asValue(pair(fixedKey(1), key)));

/** The prefixes in values of that index. */
export const RowKind = {
  validators: Uint8Array.of(VALIDATORS),
  unbondings: Uint8Array.of(UNBONDINGS),
  redelegations: Uint8Array.of(REDELEGATIONS),
} as const;

/** x/staking types/keys.go, 0.50. A prefix, once shipped, is never reused. */
export const state = {
  /** Powers in consensus, since the last block that changed them. */
  lastPowers: table(0x11, operator, protoInt64Value),
  lastTotalPower: item(0x12, protoValue(IntProtoSchema)),
  validators: table(VALIDATORS, operator, validatorValue),
  /** The operator of a consensus address. */
  byConsensus: table(0x22, prefixedAddressKey, rawValue),
  /** The operators of validators that are not jailed, by power. */
  byPower: table(0x23, pair(u64Key, invertedAddressKey), rawValue),
  delegations: table(0x31, pair(delegator, operator), delegationValue),
  delegationsOfValidator: keySet(0x71, pair(operator, addressKey)),
  unbondings: table(UNBONDINGS, unbondingKey, unbondingValue),
  unbondingsOfValidator: keySet(0x33, pair(operator, delegator)),
  redelegations: table(REDELEGATIONS, redelegationKey, redelegationValue),
  redelegationsFrom: keySet(0x35, triple(operator, delegator, operator)),
  redelegationsTo: keySet(0x36, triple(operator, delegator, operator)),
  lastUnbondingId: item(0x37, u64Value),
  validatorOfId: rowIndex(operator),
  unbondingOfId: rowIndex(unbondingKey),
  redelegationOfId: rowIndex(redelegationKey),
  unbondingTypes: table(0x39, u64Key, u64Value),
  unbondingQueue: table(0x41, timeKey, protoValue(DVPairsSchema)),
  redelegationQueue: table(0x42, timeKey, protoValue(DVVTripletsSchema)),
  validatorQueue: table(0x43, pair(framedTimeKey, u64Key), protoValue(ValAddressesSchema)),
  history: table(0x50, u64Key, protoValue(HistoricalInfoSchema)),
  params: item(0x51, paramsValue),
  updates: item(0x61, protoValue(ValidatorUpdatesSchema)),
} as const;
