// SPDX-License-Identifier: Apache-2.0
/** The JSON of the contract `contracts/auction`. Amounts are 39 digits, ids 20, bytes base64. */

export type Format = "first_price" | "second_price";
export type Status = "open" | "frozen" | "sold" | "not_sold" | "cancelled";
export type Outcome = "open" | "won" | "lost" | "not_sold" | "cancelled" | "none";
export type Level = "normal_run" | "stop_new";

export interface TokenRow {
  readonly address: string;
  readonly code_hash: string;
}

export interface HouseAnswer {
  readonly house: {
    readonly tokens: readonly TokenRow[];
    readonly fee_bps: number;
    readonly fee_to: string;
    readonly lot_fee: { readonly index: number; readonly amount: string };
    readonly min_duration: number;
    readonly admin: string | null;
    readonly status: Level;
    readonly auctions: string;
    readonly n: string;
    readonly head: string;
    readonly public_key: string;
  };
}

export interface AuctionRow {
  readonly terms: {
    readonly auction_id: string;
    readonly seller: string;
    readonly title: string;
    readonly lot: { readonly token: { readonly index: number; readonly amount: string } };
    readonly bid_token: number;
    readonly format: Format;
    readonly min_bid: string;
    readonly starts_at: number;
    readonly ends_at: number;
    readonly reveal: { readonly price: boolean; readonly winner: boolean };
    readonly witnesses?: {
      readonly addresses: readonly string[];
      readonly threshold: number;
      readonly grace: number;
    };
  };
  readonly status: Status;
  readonly price?: string;
  readonly winner?: string;
  readonly witnesses?: {
    readonly confirmed: readonly string[];
    readonly frozen?: FrozenRow;
  };
}

export interface FrozenRow {
  readonly n: string;
  readonly head: string;
  readonly at: number;
  readonly grace_ends_at: number;
}

export interface HeadAnswer {
  readonly head: { readonly n: string; readonly head: string };
}

export interface AuctionsAnswer {
  readonly auctions: { readonly total: string; readonly auctions: readonly AuctionRow[] };
}

export interface MyBidAnswer {
  readonly my_bid: {
    readonly amount: string;
    readonly n: string;
    readonly leaf: string;
    readonly outcome: Outcome;
    readonly price: string;
    readonly bid_settled: boolean;
    readonly sale_settled: boolean;
  };
}

export interface AccountAnswer {
  readonly account: { readonly free: readonly string[]; readonly locked: readonly string[] };
}

export interface BidProofAnswer {
  readonly bid_proof: { readonly document: string; readonly signature: string };
}

export interface CreatedAnswer {
  readonly status: "created";
  readonly auction_id: string;
  readonly n: string;
  readonly salt: string;
}

export interface ActAnswer {
  readonly status: "accepted" | "refused";
  readonly reason: string;
  readonly n: string;
  readonly salt: string;
}
