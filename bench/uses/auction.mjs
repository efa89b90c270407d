// SPDX-License-Identifier: Apache-2.0
import { AuctionClient } from "@sotto/auction-client";
import { ContractRefused, entropy } from "@sotto/contract-client";
import { MOST_WASM } from "../lib/products.mjs";

const HOUR = 3_600;

/** @type {import("../lib/products.mjs").Product} */
export const product = {
  name: "auction",
  wasm: "auction",
  mostWasm: MOST_WASM,
  async run(stage) {
    const tokens = [await stage.token("BIDS"), await stage.token("LOTS")];
    const listed = tokens.map(({ address, codeHash: code_hash }) => ({ address, code_hash }));
    const house = await stage.deploy({ tokens: listed, lot_fee: { index: 0, amount: "0" }, entropy: entropy() });
    const client = (name) => new AuctionClient(stage.client(name), house);
    const [seller, bob, carol] = ["alice", "bob", "carol"].map(client);
    await seller.deposit(1, 5n);
    for (const bidder of [bob, carol]) await bidder.deposit(0, 10n ** 20n);
    const { auctionId } = await seller.createAuction({
      title: "A block of tokens",
      lot: { token: 1, amount: 5n },
      bidToken: 0,
      format: "second_price",
      minBid: 10n,
      reserve: 15n,
      startsAt: stage.now,
      endsAt: stage.now + HOUR,
      reveal: { price: true, winner: true },
    });
    for (const amount of [20n, 10n ** 15n]) await bob.bid(auctionId, amount);
    await carol.bid(auctionId, 30n);
    await carol.bid(auctionId, 1n).catch((thrown) => {
      // It must cost what a taken bid costs.
      if (!(thrown instanceof ContractRefused)) throw thrown;
    });
    await carol.cover(auctionId);
    stage.chain.time.advance(HOUR);
    await bob.close(auctionId);
    for (const each of [seller, bob, carol]) await each.settle(auctionId);
    await bob.withdraw([0n, 5n]);
    await carol.withdraw([10n ** 20n, 0n]);
  },
};
