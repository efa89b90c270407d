// SPDX-License-Identifier: Apache-2.0
import type { ChainEvent } from "@sotto/kernel";

export const coinSpent = (spender: string, amount: string): ChainEvent => ({
  type: "coin_spent",
  attributes: [
    ["spender", spender],
    ["amount", amount],
  ],
});

export const coinReceived = (receiver: string, amount: string): ChainEvent => ({
  type: "coin_received",
  attributes: [
    ["receiver", receiver],
    ["amount", amount],
  ],
});

export const transfer = (from: string, to: string, amount: string): ChainEvent => ({
  type: "transfer",
  attributes: [
    ["recipient", to],
    ["sender", from],
    ["amount", amount],
  ],
});

export const coinbase = (minter: string, amount: string): ChainEvent => ({
  type: "coinbase",
  attributes: [
    ["minter", minter],
    ["amount", amount],
  ],
});

export const burnt = (burner: string, amount: string): ChainEvent => ({
  type: "burn",
  attributes: [
    ["burner", burner],
    ["amount", amount],
  ],
});

export const senderEvent = (sender: string): ChainEvent => ({ type: "message", attributes: [["sender", sender]] });
