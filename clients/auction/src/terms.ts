// SPDX-License-Identifier: Apache-2.0
/** The hash of the terms of an auction, which a bid names (`contracts/auction/src/terms.rs`). */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { bech32 } from "@scure/base";
import type { Format } from "./messages.ts";
import type { Witnesses } from "./views.ts";

export interface AuctionTerms {
  /** At most 128 bytes. */
  readonly title: string;
  /** Index of a token of the house, and an amount that the seller has deposited. */
  readonly lot: { readonly token: number; readonly amount: bigint };
  readonly bidToken: number;
  readonly format: Format;
  readonly minBid: bigint;
  /** Secret; below it nothing is sold. */
  readonly reserve?: bigint;
  /** Bids count in `[startsAt, endsAt)`, seconds since 1970. */
  readonly startsAt: number;
  readonly endsAt: number;
  readonly reveal: { readonly price: boolean; readonly winner: boolean };
  /**
   * 1 to 8 accounts, of which `threshold` confirm the frozen state before the close; `grace`
   * seconds after the freeze anyone closes without them, 3 days by default.
   */
  readonly witnesses?:
    | { readonly addresses: readonly string[]; readonly threshold: number; readonly grace?: number }
    | undefined;
}

export const bigEndian = (value: bigint | number, size: number): Uint8Array =>
  hexToBytes(value.toString(16).padStart(2 * size, "0"));

export const accountBytes = (address: string): Uint8Array => bech32.decodeToBytes(address).bytes;

const DEFAULT_GRACE = 259_200;

function witnessBytes(witnesses: Pick<Witnesses, "addresses" | "threshold"> & { readonly grace?: number }): Uint8Array {
  const { addresses, threshold, grace = DEFAULT_GRACE } = witnesses;
  const head = [Uint8Array.of(addresses.length, threshold), bigEndian(grace, 8)];
  return concatBytes(...head, ...addresses.map(accountBytes));
}

/** 64 hex digits. The reserve is not part of it. */
export function termsHash(seller: string, terms: AuctionTerms): string {
  const { lot, bidToken, format, minBid, startsAt, endsAt, reveal, witnesses, title } = terms;
  const parts = [
    utf8ToBytes("terms"),
    accountBytes(seller),
    Uint8Array.of(lot.token),
    bigEndian(lot.amount, 16),
    Uint8Array.of(bidToken, Number(format === "second_price")),
    bigEndian(minBid, 16),
    bigEndian(startsAt, 8),
    bigEndian(endsAt, 8),
    Uint8Array.of(Number(reveal.price), Number(reveal.winner)),
    witnesses === undefined ? Uint8Array.of(0) : witnessBytes(witnesses),
    utf8ToBytes(title),
  ];
  return bytesToHex(sha256(concatBytes(...parts)));
}
