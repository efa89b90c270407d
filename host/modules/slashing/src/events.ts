// SPDX-License-Identifier: Apache-2.0
import { formatAddress, prefix } from "@sotto/address";
import type { ChainEvent } from "@sotto/kernel";

const consensusText = (consensusAddress: Uint8Array): string => formatAddress(consensusAddress, prefix.consensus);

export const livenessEvent = (consensusAddress: Uint8Array, missed: bigint, height: number): ChainEvent => ({
  type: "liveness",
  attributes: [
    ["address", consensusText(consensusAddress)],
    ["missed_blocks", String(missed)],
    ["height", String(height)],
  ],
});

export const downtimeEvent = (consensusAddress: Uint8Array, power: bigint, burned: bigint): ChainEvent => ({
  type: "slash",
  attributes: [
    ["address", consensusText(consensusAddress)],
    ["power", String(power)],
    ["reason", "missing_signature"],
    ["jailed", consensusText(consensusAddress)],
    ["burned_coins", String(burned)],
  ],
});

export const doubleSignEvent = (consensusAddress: Uint8Array, power: bigint, burned: bigint): ChainEvent => ({
  type: "slash",
  attributes: [
    ["address", consensusText(consensusAddress)],
    ["power", String(power)],
    ["reason", "double_sign"],
    ["burned_coins", String(burned)],
  ],
});

export const jailEvent = (consensusAddress: Uint8Array): ChainEvent => ({
  type: "slash",
  attributes: [["jailed", consensusText(consensusAddress)]],
});
