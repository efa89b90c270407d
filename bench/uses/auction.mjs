// SPDX-License-Identifier: Apache-2.0
import { AuctionClient } from "@sotto/auction-client";
import { entropy } from "@sotto/contract-client";
import { MOST_WASM } from "../lib/products.mjs";

const HOUR = 3_600;

/** @type {import("../lib/products.mjs").Product} */
export const product = {
  name: "auction",
  wasm: "auction",
  mostWasm: MOST_WASM,
  async run(stage) {
    const tokens = [await stage.token("BIDS"), await stage.token("LOTS")];
    const listed = tokens.map(({ address, codeHash }) => ({ address, code_hash: codeHash }));
    const contract = await stage.deploy({ tokens: listed, entropy: entropy() });
    const [seller, anna, bert] = ["alice", "bob", "carol"].map(
      (name) => new AuctionClient(stage.client(name), contract),
    );
    await seller.deposit(1, 10n);
    const terms = (startsAt) => ({
      title: "A block of tokens",
      lot: { token: 1, amount: 5n },
      bidToken: 0,
      format: "second_price",
      minBid: 10n,
      startsAt,
      endsAt: startsAt + HOUR,
      reveal: { price: true, winner: false },
    });
    const { auctionId } = await seller.createAuction(terms(stage.now));
    const later = await seller.createAuction(terms(stage.now + HOUR));
    await seller.cancel(later.auctionId);
    for (const bidder of [anna, bert]) {
      await bidder.deposit(0, 1_000n);
      await bidder.bid(auctionId, 100n);
      await bidder.bid(auctionId, 1_000n);
      await bidder.cover(auctionId);
      await bidder.bid(auctionId, 1n).catch(() => {}); // refused inside: it must cost the same
    }
    stage.chain.time.advance(2 * HOUR);
    await bert.close(auctionId);
    for (const party of [seller, anna, bert]) {
      await party.settle(auctionId);
      await party.withdraw((await party.account()).free);
    }
  },
};
