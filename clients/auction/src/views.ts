// SPDX-License-Identifier: Apache-2.0
/** What the contract answers, with amounts and ids as bigint. Times are seconds since 1970. */
import { bytesToHex } from "@noble/hashes/utils.js";
import { base64 } from "@scure/base";
import type { ContractRef } from "@sotto/contract-client";
import type {
  AccountAnswer,
  AuctionRow,
  AuctionsAnswer,
  Format,
  HeadAnswer,
  HouseAnswer,
  Level,
  MyBidAnswer,
  Outcome,
  Status,
} from "./messages.ts";

/** The state of the chain of leaves after `n` acts. */
export interface Head {
  readonly n: bigint;
  /** 32 bytes, hex. */
  readonly hash: string;
}

export interface House {
  /** Their order is the index in all messages. */
  readonly tokens: readonly ContractRef[];
  readonly feeBps: number;
  readonly feeTo: string;
  /** What a seller pays to `feeTo` for each new auction. */
  readonly lotFee: { readonly token: number; readonly amount: bigint };
  /** Shortest time of an auction, seconds. */
  readonly minDuration: number;
  /** Who may stop new business for 14 days. */
  readonly admin: string | undefined;
  readonly status: Level;
  /** Number of auctions so far. */
  readonly auctions: bigint;
  readonly head: Head;
  /** secp256k1, 33 bytes, hex: signs proofs of bids. */
  readonly publicKey: string;
}

export interface Auction {
  readonly id: bigint;
  readonly seller: string;
  readonly title: string;
  readonly lot: { readonly token: number; readonly amount: bigint };
  readonly bidToken: number;
  readonly format: Format;
  readonly minBid: bigint;
  readonly startsAt: number;
  readonly endsAt: number;
  readonly reveal: { readonly price: boolean; readonly winner: boolean };
  /** None: the auction is closed without confirmations. */
  readonly witnesses: Witnesses | undefined;
  /** `open` until someone closes or freezes the auction, also after its end. */
  readonly status: Status;
  /** Of a sale, when the terms reveal it. */
  readonly price: bigint | undefined;
  readonly winner: string | undefined;
}

/** Accounts that confirm the frozen state before the close. */
export interface Witnesses {
  readonly addresses: readonly string[];
  readonly threshold: number;
  /** Seconds after the freeze. */
  readonly grace: number;
  readonly confirmed: readonly string[];
  /** From the freeze on. Times are seconds since 1970. */
  readonly frozen: { readonly head: Head; readonly at: number; readonly graceEndsAt: number } | undefined;
}

export interface MyBid {
  /** 0: no bid. */
  readonly amount: bigint;
  /** The place of the bid in the order of all acts. */
  readonly n: bigint;
  /** 32 bytes, hex. */
  readonly leaf: string;
  readonly outcome: Outcome;
  /** For the winner and the seller of a sale, else 0. */
  readonly price: bigint;
  readonly bidSettled: boolean;
  readonly saleSettled: boolean;
}

/** Balances in the house, by the index of the token. */
export interface Account {
  readonly free: readonly bigint[];
  /** Sums of the bids that are not settled. */
  readonly locked: readonly bigint[];
}

const hexOf = (text: string): string => bytesToHex(base64.decode(text));

export const houseOf = ({ house }: HouseAnswer): House => ({
  tokens: house.tokens.map(({ address, code_hash: codeHash }) => ({ address, codeHash })),
  feeBps: house.fee_bps,
  feeTo: house.fee_to,
  lotFee: { token: house.lot_fee.index, amount: BigInt(house.lot_fee.amount) },
  minDuration: house.min_duration,
  admin: house.admin ?? undefined,
  status: house.status,
  auctions: BigInt(house.auctions),
  head: { n: BigInt(house.n), hash: hexOf(house.head) },
  publicKey: hexOf(house.public_key),
});

function witnessesOf({ terms, witnesses }: AuctionRow): Witnesses | undefined {
  if (terms.witnesses === undefined || witnesses === undefined) return undefined;
  const { confirmed, frozen } = witnesses;
  if (frozen === undefined) return { ...terms.witnesses, confirmed, frozen };
  const { at, grace_ends_at: graceEndsAt } = frozen;
  return { ...terms.witnesses, confirmed, frozen: { head: headOf(frozen), at, graceEndsAt } };
}

export function auctionOf(row: AuctionRow): Auction {
  const { terms, status, price, winner } = row;
  const { index, amount } = terms.lot.token;
  return {
    id: BigInt(terms.auction_id),
    seller: terms.seller,
    title: terms.title,
    lot: { token: index, amount: BigInt(amount) },
    bidToken: terms.bid_token,
    format: terms.format,
    minBid: BigInt(terms.min_bid),
    startsAt: terms.starts_at,
    endsAt: terms.ends_at,
    reveal: terms.reveal,
    witnesses: witnessesOf(row),
    status,
    price: price === undefined ? undefined : BigInt(price),
    winner,
  };
}

const headOf = ({ n, head }: { readonly n: string; readonly head: string }): Head => ({
  n: BigInt(n),
  hash: hexOf(head),
});

export const closedHeadOf = ({ head }: HeadAnswer): Head => headOf(head);

export const auctionsOf = ({ auctions }: AuctionsAnswer): Auction[] => auctions.auctions.map(auctionOf);

export const myBidOf = ({ my_bid: bid }: MyBidAnswer): MyBid => ({
  amount: BigInt(bid.amount),
  n: BigInt(bid.n),
  leaf: hexOf(bid.leaf),
  outcome: bid.outcome,
  price: BigInt(bid.price),
  bidSettled: bid.bid_settled,
  saleSettled: bid.sale_settled,
});

export const accountOf = ({ account }: AccountAnswer): Account => ({
  free: account.free.map(BigInt),
  locked: account.locked.map(BigInt),
});
