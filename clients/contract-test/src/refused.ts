// SPDX-License-Identifier: Apache-2.0
import type { TxResult } from "@sotto/kernel";

/** A transaction that the mempool did not take, without a check. */
export const REFUSED: Omit<TxResult, "log" | "gasWanted"> = {
  code: 1,
  codespace: "mempool",
  data: new Uint8Array(0),
  gasUsed: 0n,
  events: [],
};

/** A transaction that waited for a block when the chain was reverted or closed. */
export const ended = (how: string): TxResult => ({
  ...REFUSED,
  gasWanted: 0n,
  log: `the chain was ${how} before a block took it`,
});

/** A waiting transaction that its check refuses after a block. */
export const DROPPED: TxResult = {
  ...REFUSED,
  gasWanted: 0n,
  log: "an earlier block made it invalid while it waited: its account cannot pay its fee, or its sequence was used",
};
