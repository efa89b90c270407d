// SPDX-License-Identifier: Apache-2.0
import { amountText, idText } from "@sotto/contract-client";

export type ActKind = "order" | "cancel" | "sync" | "add" | "remove" | "cover";

/** What a kind of act has; the rest is filled with zeros. */
export interface ActParts {
  readonly side?: "buy" | "sell";
  /** Up to three: see the contract's README. */
  readonly numbers?: readonly bigint[];
  readonly epochs?: number;
  readonly orderId?: bigint;
}

/**
 * The body of an act in the one form of all kinds, with words and numbers of one length: hosts see
 * the work of reading it. Throws RangeError for a number that is negative, broken or too large.
 */
export function actMessage(kind: ActKind, { side = "sell", numbers = [], epochs = 0, orderId = 0n }: ActParts) {
  return {
    do: kind.padEnd(6),
    side: side.padEnd(4),
    numbers: [0, 1, 2].map((place) => amountText(numbers[place] ?? 0n)),
    epochs: idText(BigInt(epochs)),
    order_id: idText(orderId),
  };
}
