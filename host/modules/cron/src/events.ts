// SPDX-License-Identifier: Apache-2.0
import type { ChainEvent } from "@sotto/kernel";

/** Of this chain: names the schedule of a call, also of one that fails. */
export const scheduledCall = (name: string): ChainEvent => ({
  type: "scheduled_call",
  attributes: [["schedule", name]],
});
