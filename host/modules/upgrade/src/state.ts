// SPDX-License-Identifier: Apache-2.0
import { pair, protoValue, rawValue, stateOf, textKey, u64Key, u64Value } from "@sotto/kernel";
import { PlanSchema } from "@sotto/proto/cosmos.upgrade.v1beta1";

const { item, table } = stateOf("upgrade");

/** x/upgrade 0.1.4 types/keys.go. A prefix, once shipped, is never reused. */
export const state = {
  plan: item(0x00, protoValue(PlanSchema)),
  /** Done upgrades by height and name. */
  done: table(0x01, pair(u64Key, textKey), rawValue),
  /** Consensus version of each module. */
  versions: table(0x02, textKey, u64Value),
  /** Number of done upgrades. */
  protocolVersion: item(0x03, u64Value),
  /** Of IBC: `<height>/upgradedClient` and `<height>/upgradedConsState`. */
  ibc: table("upgradedIBCState/", textKey, rawValue),
} as const;
