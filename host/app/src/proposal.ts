// SPDX-License-Identifier: Apache-2.0
import { equals } from "@sotto/bytes";
import { sizeInBlock } from "@sotto/comet";
import type { OwnTxs } from "@sotto/kernel";
import { isScheduledTx } from "@sotto/tx";

const EMPTY = new Uint8Array(0);

/** Whether the block of this height begins with the chain's own transactions, and has no others. */
export function hasHead(txs: readonly Uint8Array[], own: readonly Uint8Array[], height: number): boolean {
  const next = txs[own.length];
  return (
    own.every((tx, index) => equals(tx, txs[index] ?? EMPTY)) && !(next !== undefined && isScheduledTx(next, height))
  );
}

export interface ProposalLimits {
  readonly height: number;
  readonly maxBytes: number;
  /** Of the block; -1: any. */
  readonly maxGas: bigint;
  /** Gas limit of a transaction; undefined for bytes that are not one. */
  readonly gasOf: (tx: Uint8Array) => bigint | undefined;
}

/**
 * The chain's own transactions, and those of `txs` that fit beside them. Cost: transactions are
 * decoded only beside own ones, because CometBFT has counted the gas of the others.
 */
export function fillProposal(
  own: OwnTxs,
  txs: readonly Uint8Array[],
  { height, maxBytes, maxGas, gasOf }: ProposalLimits,
): readonly Uint8Array[] {
  const filled = [...own.txs];
  let bytes = filled.reduce((sum, tx) => sum + sizeInBlock(tx), 0);
  // As many as in blocks of the sequencer: own transactions take at most half of the gas.
  let gas = maxGas >= 0n && own.gas * 2n > maxGas ? maxGas / 2n : own.gas;
  const isMetered = own.txs.length > 0 && maxGas >= 0n;
  for (const tx of txs) {
    const wanted = isMetered ? gasOf(tx) : 0n;
    if (wanted === undefined || isScheduledTx(tx, height)) continue;
    bytes += sizeInBlock(tx);
    gas += wanted;
    if (bytes > maxBytes || (isMetered && gas > maxGas)) break;
    filled.push(tx);
  }
  return filled;
}
