// SPDX-License-Identifier: Apache-2.0
import {
  leU64Key,
  pair,
  prefixedAddressKey,
  protoBytesValue,
  protoValue,
  rawValue,
  stateOf,
  triple,
  u64Key,
} from "@sotto/kernel";
import {
  DelegatorStartingInfoSchema,
  FeePoolSchema,
  ParamsSchema,
  ValidatorAccumulatedCommissionSchema,
  ValidatorCurrentRewardsSchema,
  ValidatorHistoricalRewardsSchema,
  ValidatorOutstandingRewardsSchema,
  ValidatorSlashEventSchema,
} from "@sotto/proto/cosmos.distribution.v1beta1";

const { item, table } = stateOf("distribution");

/** x/distribution types/keys.go, 0.50; 0xF0 is the fork's. A validator is its operator address. */
export const state = {
  feePool: item(0x00, protoValue(FeePoolSchema)),
  /** Consensus address of the proposer of the last block. */
  proposer: item(0x01, protoBytesValue),
  outstanding: table(0x02, prefixedAddressKey, protoValue(ValidatorOutstandingRewardsSchema)),
  withdrawAddresses: table(0x03, prefixedAddressKey, rawValue),
  /** By validator and delegator. */
  starting: table(0x04, pair(prefixedAddressKey, prefixedAddressKey), protoValue(DelegatorStartingInfoSchema)),
  /** By validator and period. Hazard: periods are not in the order of their numbers. */
  historical: table(0x05, pair(prefixedAddressKey, leU64Key), protoValue(ValidatorHistoricalRewardsSchema)),
  current: table(0x06, prefixedAddressKey, protoValue(ValidatorCurrentRewardsSchema)),
  commission: table(0x07, prefixedAddressKey, protoValue(ValidatorAccumulatedCommissionSchema)),
  /** By validator, height and period. */
  slashes: table(0x08, triple(prefixedAddressKey, u64Key, u64Key), protoValue(ValidatorSlashEventSchema)),
  params: item(0x09, protoValue(ParamsSchema)),
  /** By delegator and validator. */
  restakes: table(0xf0, pair(prefixedAddressKey, prefixedAddressKey), rawValue),
} as const;
