// SPDX-License-Identifier: Apache-2.0
/**
 * The chain of leaves. Every act of a house logs one `leaf`, in clear. Only the sender of
 * the act can open it.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { base64 } from "@scure/base";
import { headAfter } from "@sotto/contract-client";
import { accountBytes, bigEndian } from "./terms.ts";

/** The kinds of leaves in the order of their numbers. */
export const KINDS = ["cover", "bid", "settle", "create", "cancel", "close"] as const;

/** The outcomes of an act in the order of their numbers; the first is an accepted act. */
export const OUTCOMES = [
  "",
  "bids are not taken: before the start, after the end, or closed",
  "the auction has other terms than the bid is for",
  "this house takes no bids now (stopped)",
  "the bid is below the minimum",
  "the bid is not higher than your own",
  "your free balance does not cover the bid",
  "the auction is not closed yet",
  "nothing to settle for you here",
] as const;

export interface LeafParts {
  readonly kind: (typeof KINDS)[number];
  /** bech32 */
  readonly actor: string;
  readonly auctionId: bigint;
  /** Of a bid; the reserve of a new auction; else 0. */
  readonly amount: bigint;
  /** A place in OUTCOMES. */
  readonly outcome: number;
  /** base64, from the answer of the act. */
  readonly salt: string;
}

/** The leaf that an act must have logged, 64 hex digits. Its actor alone has the salt. */
export function leafOf({ kind, actor, auctionId, amount, outcome, salt }: LeafParts): string {
  const account = accountBytes(actor);
  const payload = [
    Uint8Array.of(KINDS.indexOf(kind)),
    account,
    bigEndian(auctionId, 8),
    bigEndian(amount, 16),
    Uint8Array.of(outcome),
  ];
  return bytesToHex(sha256(concatBytes(utf8ToBytes("leaf"), base64.decode(salt), ...payload)));
}

/** The head after these leaves, all that the house logged in order: 64 hex digits. */
export const headOf = (leaves: readonly string[]): string => headAfter(leaves);
