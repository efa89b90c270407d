// SPDX-License-Identifier: Apache-2.0
import { addressKey, protoValue, stateOf, textKey } from "@sotto/kernel";
import { PermissionsSchema } from "@sotto/proto/cosmos.circuit.v1";

const { keySet, table } = stateOf("circuit");

/** x/circuit types/keys.go, 0.1. */
export const state = {
  permissions: table(0x01, addressKey, protoValue(PermissionsSchema)),
  /** Type URLs of the disabled messages. */
  disabled: keySet(0x02, textKey),
} as const;
