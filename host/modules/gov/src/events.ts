// SPDX-License-Identifier: Apache-2.0
import { formatAddress } from "@sotto/address";
import { goJsonString } from "@sotto/codec";
import type { ChainEvent } from "@sotto/kernel";
import { type Coins, formatCoins } from "@sotto/math/coins";
import type { VoteRow } from "./state.ts";

// x/gov types/events.go; the order of attributes is that of the keeper.

export const submitted = (id: bigint, proposer: Uint8Array, messages: string): ChainEvent => ({
  type: "submit_proposal",
  attributes: [
    ["proposal_id", String(id)],
    ["proposal_proposer", formatAddress(proposer)],
    ["proposal_messages", messages],
  ],
});

/** The voting period begins with a message that has this event's type. */
export const votingStarted = (type: "submit_proposal" | "proposal_deposit", id: bigint): ChainEvent => ({
  type,
  attributes: [["voting_period_start", String(id)]],
});

export const deposited = (id: bigint, depositor: Uint8Array, coins: Coins): ChainEvent => ({
  type: "proposal_deposit",
  attributes: [
    ["depositor", formatAddress(depositor)],
    ["amount", formatCoins(coins)],
    ["proposal_id", String(id)],
  ],
});

/** Go's encoding/json of the options. */
export const optionsText = (options: VoteRow["options"]): string =>
  `[${options
    .map(({ option, weight }) => {
      const fields = [
        option === 0 ? "" : `"option":${option}`,
        weight === "" ? "" : `"weight":${goJsonString(weight)}`,
      ];
      return `{${fields.filter((field) => field !== "").join(",")}}`;
    })
    .join(",")}]`;

export const voted = (id: bigint, voter: Uint8Array, options: VoteRow["options"]): ChainEvent => ({
  type: "proposal_vote",
  attributes: [
    ["voter", formatAddress(voter)],
    ["option", optionsText(options)],
    ["proposal_id", String(id)],
  ],
});

export const cancelled = (id: bigint, proposer: string): ChainEvent => ({
  type: "cancel_proposal",
  attributes: [
    ["sender", proposer],
    ["proposal_id", String(id)],
  ],
});

/** The deposit period ended without enough deposit. */
export const dropped = (id: bigint): ChainEvent => ({
  type: "inactive_proposal",
  attributes: [
    ["proposal_id", String(id)],
    ["proposal_result", "proposal_dropped"],
  ],
});

/** The voting period ended. `log` describes the outcome. */
export const ended = (id: bigint, result: string, log: string): ChainEvent => ({
  type: "active_proposal",
  attributes: [
    ["proposal_id", String(id)],
    ["proposal_result", result],
    ["proposal_log", log],
  ],
});
