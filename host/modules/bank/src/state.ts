// SPDX-License-Identifier: Apache-2.0
import {
  addressKey,
  indexed,
  intValue,
  pair,
  prefixedAddressKey,
  protoBoolValue,
  protoValue,
  reverseIndex,
  stateOf,
  textKey,
} from "@sotto/kernel";
import { MetadataSchema, ParamsSchema } from "@sotto/proto/cosmos.bank.v1beta1";

const { item, keySet, table } = stateOf("bank");

/** Holders of a denom: the reverse index of `balances`. */
const owners = keySet(0x03, pair(textKey, prefixedAddressKey));

/** x/bank types/keys.go, 0.50. A prefix, once shipped, is never reused. */
export const state = {
  supply: table(0x00, textKey, intValue),
  metadata: table(0x01, textKey, protoValue(MetadataSchema)),
  balances: indexed(table(0x02, pair(addressKey, textKey), intValue), reverseIndex(owners)),
  owners,
  sendEnabled: table(0x04, textKey, protoBoolValue),
  params: item(0x05, protoValue(ParamsSchema)),
} as const;
