// SPDX-License-Identifier: Apache-2.0
export { type Acted, AuctionClient, type AuctionTerms, type Created, type WithdrawOptions } from "./client.ts";
export { headOf, KINDS, type LeafParts, leafOf, OUTCOMES } from "./head.ts";
export type { Format, Level, Outcome, Status } from "./messages.ts";
export { type BidProof, ProofInvalid, type ProofSource, type ProvenBid, verifyProof } from "./proof.ts";
export type { Account, Auction, Head, House, MyBid } from "./views.ts";
