// SPDX-License-Identifier: Apache-2.0
import { prefixedAddressKey, protoValue, stateOf, textKey, timeKey, triple } from "@sotto/kernel";
import { GrantQueueItemSchema, GrantSchema } from "@sotto/proto/cosmos.authz.v1beta1";

const { table } = stateOf("authz");

/** x/authz keeper/keys.go, 0.50. A prefix, once shipped, is never reused. */
export const state = {
  /** By granter, grantee and message type. */
  grants: table(0x01, triple(prefixedAddressKey, prefixedAddressKey, textKey), protoValue(GrantSchema)),
  /** Message types by the time of expiration, granter and grantee. */
  queue: table(0x02, triple(timeKey, prefixedAddressKey, prefixedAddressKey), protoValue(GrantQueueItemSchema)),
} as const;
