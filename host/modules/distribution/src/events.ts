// SPDX-License-Identifier: Apache-2.0
import type { ChainEvent } from "@sotto/kernel";

// x/distribution types/events.go

export const withdrawAddressSet = (address: string): ChainEvent => ({
  type: "set_withdraw_address",
  attributes: [["withdraw_address", address]],
});

export const commissionAllocated = (amount: string, validator: string): ChainEvent => ({
  type: "commission",
  attributes: [
    ["amount", amount],
    ["validator", validator],
  ],
});

export const rewardsAllocated = (amount: string, validator: string): ChainEvent => ({
  type: "rewards",
  attributes: [
    ["amount", amount],
    ["validator", validator],
  ],
});

export const rewardsWithdrawn = (amount: string, validator: string, delegator: string): ChainEvent => ({
  type: "withdraw_rewards",
  attributes: [
    ["amount", amount],
    ["validator", validator],
    ["delegator", delegator],
  ],
});

export const commissionWithdrawn = (amount: string): ChainEvent => ({
  type: "withdraw_commission",
  attributes: [["amount", amount]],
});

/** The event of MsgSetAutoRestake. */
export const restakeSet = (sender: string): ChainEvent => ({
  type: "message",
  attributes: [
    ["module", "distribution"],
    ["sender", sender],
  ],
});
