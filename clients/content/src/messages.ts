// SPDX-License-Identifier: Apache-2.0
/** The contract's forms, as its schema has them, and those of this client. */
import type { ContractRef } from "@sotto/contract-client";
import type { ItemInfo } from "./container.ts";

/** A part of a price in hundredths of a percent. */
export interface Share {
  readonly to: string;
  readonly bps: number;
}

/** What a price is paid in: a token, or native coins, which show the price to everybody. */
export type Currency = ContractRef | { readonly denom: string };

export interface Terms {
  /**
   * Absent: the item is only granted. `token`: place in the contract's list; `coin`: its
   * denomination.
   */
  readonly price?: { readonly amount: bigint } & ({ readonly token: number } | { readonly coin: string });
  /** Absent: without a limit. */
  readonly supply?: number;
  /** Absent: owned for ever. */
  readonly rentSeconds?: number;
  readonly transfer?: "none" | "free" | "resale_only";
  readonly revocable?: boolean;
  /** Of resales, at most 2 with 2,000 together. */
  readonly royalties?: readonly Share[];
  /** Keys without confirmation: only for cheap things, see the README. */
  readonly instant?: boolean;
  /** Seconds after which an unconfirmed purchase can be refunded; a day by default. */
  readonly refundAfter?: number;
}

export interface Config {
  readonly name: string;
  readonly tokens: readonly { readonly address: string; readonly code_hash: string }[];
  /** The denomination of coins in which prices may be. */
  readonly coin: string | null;
  readonly fee: Share | null;
  readonly confirmers: readonly string[];
  /** Empty: everyone. */
  readonly publishers: readonly string[];
  readonly colluders: number;
  readonly marked: number;
  readonly admin: string;
  readonly status: "normal_run" | "stop_new";
  readonly items: number;
}

export interface ListedItem {
  readonly itemId: bigint;
  readonly publisher: string;
  readonly item: ItemInfo;
  readonly price: { readonly token?: number; readonly coin?: string; readonly amount: string } | null;
  readonly supply: number;
  readonly licence: "own" | { readonly rent: { readonly seconds: number } };
  readonly transfer: "none" | "free" | "resale_only";
  readonly revocable: boolean;
  readonly royalties: readonly Share[];
  readonly delivery: "instant" | { readonly confirmed: { readonly refund_after: number } };
  readonly version: number;
}

export type LicenceStatus = "pending" | "active" | "refunded" | "sold" | "moved" | "revoked" | "burnt";

export interface LicenceAnswer {
  readonly licence: string;
  readonly item_id: string;
  readonly status: LicenceStatus;
  /** Seconds since 1970; 0 when it does not end. */
  readonly ends_at: number;
  readonly refund_at: number;
  readonly offer: string;
  /** base64 */
  readonly leaf: string;
}

export interface Licence extends Pick<LicenceAnswer, "status" | "ends_at" | "refund_at"> {
  readonly licence: bigint;
  readonly itemId: bigint;
  /** 0: not offered. */
  readonly offer: bigint;
  /** 64 hex digits: the attribute of the purchase's transaction. */
  readonly leaf: string;
}

export interface KeysAnswer {
  readonly version: number;
  readonly enc: string;
  readonly ct: string;
  readonly refused: string | null;
}

export interface PendingAnswer {
  readonly purchases: readonly { readonly licence: string; readonly leaf: string }[];
  /** Where to go on: now, or later when there are no more. */
  readonly next: string;
  readonly more: boolean;
}

export interface Sales {
  readonly itemId: bigint;
  readonly sold: number;
  readonly earned: bigint;
  readonly tracesLeft: number;
}

export interface Accused {
  readonly accused: readonly { readonly licence: bigint; readonly owner: string }[];
  /** Accused licences that did not fit into the answer. */
  readonly more: number;
}

/** What a new contract needs. */
export interface Setup {
  readonly name: string;
  readonly tokens: readonly ContractRef[];
  /** A denomination of native coins in which prices may be, too; then at most 3 tokens. */
  readonly coin?: string;
  readonly fee?: Share;
  readonly confirmers: readonly string[];
  /** Who may list items, 1 to 16. Absent: everyone, so that anyone can take all 32 places. */
  readonly publishers?: readonly string[];
  /** 2, 3 or 4; the keys of an item then are 8, 33 or 54 kB. */
  readonly colluders?: 2 | 3 | 4;
  readonly admin?: string;
}

/** The instantiate message. `entropy`: 32 random bytes in base64. */
export const setupMessage = ({ tokens, colluders = 2, ...rest }: Setup, entropy: string): object => ({
  ...rest,
  colluders,
  tokens: tokens.map(({ address, codeHash }) => ({ address, code_hash: codeHash })),
  entropy,
});
