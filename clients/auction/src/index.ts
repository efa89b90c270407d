// SPDX-License-Identifier: Apache-2.0
export { type Acted, AuctionClient, type Created, type WithdrawOptions } from "./client.ts";
export { headOf, KINDS, type LeafParts, leafOf, OUTCOMES } from "./head.ts";
export type { Format, Level, Outcome, Status } from "./messages.ts";
export { type BidProof, ProofInvalid, type ProofSource, type ProvenBid, verifyProof } from "./proof.ts";
export { type AuctionTerms, termsHash } from "./terms.ts";
export type { Account, Auction, Head, House, MyBid, Witnesses } from "./views.ts";
export { checkFrozen, HeadMismatch } from "./witness.ts";
