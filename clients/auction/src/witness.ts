// SPDX-License-Identifier: Apache-2.0
import { headAfter, type LoggedLeaf } from "@sotto/contract-client";
import type { Auction, Head } from "./views.ts";

/** What was frozen is not what the chain's leaves give: a witness must not confirm it. */
export class HeadMismatch extends Error {
  override readonly name = "HeadMismatch";
}

/**
 * Compares the head that was frozen with the leaves of the house. Throws HeadMismatch when it
 * covers other acts, or lacks one of before the end.
 */
export function checkFrozen(auction: Auction, leaves: readonly LoggedLeaf[]): Head {
  const frozen = auction.witnesses?.frozen;
  if (frozen === undefined) throw new RangeError(`auction ${auction.id} is not frozen, or has no witnesses`);
  const { n, hash } = frozen.head;
  const fail = (text: string): never => {
    throw new HeadMismatch(`auction ${auction.id}: ${text}; it must not be confirmed`);
  };
  if (n > BigInt(leaves.length)) fail(`${n} acts were frozen, this node has ${leaves.length}`);
  const inTime = leaves.filter(({ time }) => time < auction.endsAt).length;
  if (BigInt(inTime) > n) fail(`${inTime} acts are from before the end, ${n} were frozen`);
  const head = headAfter(leaves.slice(0, Number(n)).map(({ leaf }) => leaf));
  if (head !== hash) fail(`the head over ${n} leaves is ${head}, frozen was ${hash}`);
  return frozen.head;
}
