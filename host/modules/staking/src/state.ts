// SPDX-License-Identifier: Apache-2.0
import { Int64ValueSchema } from "@bufbuild/protobuf/wkt";
import {
  addressKey,
  framedTimeKey,
  invertedAddressKey,
  pair,
  prefixedAddressKey,
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

/** First bytes of rows whose whole keys are values of the index by unbonding id. */
export const Prefix = { validators: 0x21, unbondings: 0x32, redelegations: 0x34 } as const;

/** Key codecs of these rows. */
export const unbondingKey = pair(delegator, operator);
export const redelegationKey = triple(delegator, operator, operator);

/** x/staking types/keys.go, 0.50. A prefix, once shipped, is never reused. */
export const state = {
  /** Powers in consensus, since the last block that changed them. */
  lastPowers: table(0x11, operator, protoValue(Int64ValueSchema)),
  lastTotalPower: item(0x12, protoValue(IntProtoSchema)),
  validators: table(Prefix.validators, operator, validatorValue),
  /** The operator of a consensus address. */
  byConsensus: table(0x22, prefixedAddressKey, rawValue),
  /** The operators of validators that are not jailed, by power. */
  byPower: table(0x23, pair(u64Key, invertedAddressKey), rawValue),
  delegations: table(0x31, pair(delegator, operator), delegationValue),
  delegationsOfValidator: keySet(0x71, pair(operator, addressKey)),
  unbondings: table(Prefix.unbondings, unbondingKey, unbondingValue),
  unbondingsOfValidator: keySet(0x33, pair(operator, delegator)),
  redelegations: table(Prefix.redelegations, redelegationKey, redelegationValue),
  redelegationsFrom: keySet(0x35, triple(operator, delegator, operator)),
  redelegationsTo: keySet(0x36, triple(operator, delegator, operator)),
  lastUnbondingId: item(0x37, u64Value),
  /** The key of the row that has the entry with the id. */
  unbondingRows: table(0x38, u64Key, rawValue),
  unbondingTypes: table(0x39, u64Key, u64Value),
  unbondingQueue: table(0x41, timeKey, protoValue(DVPairsSchema)),
  redelegationQueue: table(0x42, timeKey, protoValue(DVVTripletsSchema)),
  validatorQueue: table(0x43, pair(framedTimeKey, u64Key), protoValue(ValAddressesSchema)),
  history: table(0x50, u64Key, protoValue(HistoricalInfoSchema)),
  params: item(0x51, paramsValue),
  updates: item(0x61, protoValue(ValidatorUpdatesSchema)),
} as const;
