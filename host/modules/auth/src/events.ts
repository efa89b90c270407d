// SPDX-License-Identifier: Apache-2.0
import type { ChainEvent } from "@sotto/kernel";

/** The ante pipeline's `tx` events, one attribute group each (x/auth ante). */
export const feeEvent = (fee: string, payer: string): ChainEvent => ({
  type: "tx",
  attributes: [
    ["fee", fee],
    ["fee_payer", payer],
  ],
});

export const sequenceEvent = (address: string, sequence: bigint): ChainEvent => ({
  type: "tx",
  attributes: [["acc_seq", `${address}/${sequence}`]],
});

export const signatureEvent = (signature: string): ChainEvent => ({
  type: "tx",
  attributes: [["signature", signature]],
});
