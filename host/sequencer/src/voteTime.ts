// SPDX-License-Identifier: Apache-2.0
/**
 * Limit: CometBFT consensus/state.go voteTime: a vote is at least this much later than its block.
 */
const STEP = 1_000_000n;

/**
 * The timestamp of the vote for a block, which becomes the time of the next one. It never ends in a
 * zero: printing drops trailing zeros, and clients count digits from the end of the text.
 */
export function voteTime(now: bigint, blockTime: bigint): bigint {
  const least = blockTime + STEP;
  const time = now > least ? now : least;
  return time % 10n === 0n ? time + 1n : time;
}
