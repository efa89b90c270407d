// SPDX-License-Identifier: Apache-2.0
import { pair, prefixedAddressKey, protoValue, stateOf, timeKey, triple } from "@sotto/kernel";
import { GrantSchema } from "@sotto/proto/cosmos.feegrant.v1beta1";

const { keySet, table } = stateOf("feegrant");

/** x/feegrant 0.1.1 key.go. A prefix, once shipped, is never reused. */
export const state = {
  /** By grantee and granter. */
  grants: table(0x00, pair(prefixedAddressKey, prefixedAddressKey), protoValue(GrantSchema)),
  /** By the time of expiration, grantee and granter. */
  queue: keySet(0x01, triple(timeKey, prefixedAddressKey, prefixedAddressKey)),
} as const;
