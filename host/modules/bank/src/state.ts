import {
  addressKey,
  boolValue,
  emptyValue,
  intValue,
  pair,
  prefixedAddressKey,
  protoValue,
  stateOf,
  textKey,
} from "@sotto/kernel";
import { MetadataSchema, ParamsSchema } from "@sotto/proto/cosmos.bank.v1beta1";

const { item, table } = stateOf("bank");

/** x/bank types/keys.go, 0.50. A prefix, once shipped, is never reused. */
export const state = {
  supply: table(0x00, textKey, intValue),
  metadata: table(0x01, textKey, protoValue(MetadataSchema)),
  balances: table(0x02, pair(addressKey, textKey), intValue),
  /** Who holds a denom: the reverse of `balances`. */
  owners: table(0x03, pair(textKey, prefixedAddressKey), emptyValue),
  sendEnabled: table(0x04, textKey, boolValue),
  params: item(0x05, protoValue(ParamsSchema)),
} as const;
