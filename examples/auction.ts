// SPDX-License-Identifier: Apache-2.0
import { AuctionClient, verifyProof } from "@sotto/auction-client";
import { deploy, entropy } from "@sotto/contract-client";
import { account, fastClient, say, sayPublic, wait, wasmOf } from "./lib/network.ts";

// A sealed-bid auction by the second price, with unmodified secretjs. Start the chain first: npm
// start Then: npm run example -- auction

const seller = account("a");
const bidders = { bob: account("b"), carol: account("c") };
const keeper = account("d");

// 1. Two private tokens: gold is sold, cash is bid.
const token = (symbol: string, owners: readonly { readonly address: string }[]) =>
  deploy(
    seller,
    wasmOf("private-token"),
    {
      name: `Private ${symbol}`,
      symbol,
      decimals: 0,
      prng_seed: entropy(),
      initial_balances: owners.map(({ address }) => ({ address, amount: "1000" })),
    },
    { label: `${symbol} ${Date.now()}`, ...fastClient },
  );
const cash = await token("CASH", Object.values(bidders));
const gold = await token("GOLD", [seller]);

// 2. A house takes both, and 1 % of each price. It has no admin: nobody can change it or look
//    inside.
const SECONDS = 20;
const contract = await deploy(
  seller,
  wasmOf("auction"),
  {
    tokens: [cash, gold].map(({ address, codeHash }) => ({ address, code_hash: codeHash })),
    fee: { bps: 100, to: keeper.address },
    // A price for each auction keeps dust out of an open house; this seller is known.
    lot_fee: { index: 0, amount: "0" },
    entropy: entropy(),
    min_duration: SECONDS,
  },
  { label: `house ${Date.now()}`, ...fastClient },
);
const house = (of: typeof seller) => new AuctionClient(of, contract, fastClient);
say("house", contract.address);

// 3. The seller offers 5 gold, with a secret reserve.
await house(seller).deposit(1, 5n);
const startsAt = Math.floor(Date.now() / 1_000);
const { auctionId } = await house(seller).createAuction({
  title: "Five pieces of gold",
  lot: { token: 1, amount: 5n },
  bidToken: 0,
  format: "second_price",
  minBid: 100n,
  reserve: 150n,
  startsAt,
  endsAt: startsAt + 2 * SECONDS,
  reveal: { price: true, winner: false },
});
say("offered", "5 gold, at least 100 cash, to the highest bidder at the second highest price");

// 4. Bids. Others see that an account acts, not what it does: Carol's cover looks like a bid.
for (const bidder of Object.values(bidders)) await house(bidder).deposit(0, 800n);
await house(bidders.bob).bid(auctionId, 300n);
await house(bidders.carol).bid(auctionId, 450n);
await house(bidders.bob).bid(auctionId, 400n);
await house(bidders.carol).cover(auctionId);
const refused = await house(bidders.bob)
  .bid(auctionId, 900n)
  .then(
    () => "accepted",
    (thrown: Error) => thrown.message,
  );
say("bob", `bids 300, then 400, then 900: ${refused}`);
say("open", `to everybody: ${(await house(keeper).auction(auctionId)).status}`);

// 5. After the end anyone closes. Only then price and winner exist, as the terms reveal them.
const { endsAt } = await house(keeper).auction(auctionId);
while (Date.now() < (endsAt + 2) * 1_000) await wait(500);
await house(keeper).close(auctionId);
const { status, price, winner } = await house(keeper).auction(auctionId);
say("closed", `to everybody: ${status} at ${price}, winner ${winner ?? "not shown"}`);
for (const [name, bidder] of Object.entries(bidders))
  say(name, `own view: ${(await house(bidder).myBid(auctionId)).outcome}`);

// 6. A loser can prove its bid to whom it likes.
const { publicKey } = await house(keeper).house();
const proof = await house(bidders.bob).bidProof(auctionId, true);
const chainId = house(keeper).bind().chain_id;
const proven = verifyProof(proof, { chainId, house: contract.address, publicKey });
say("proof", `bob's bid of ${proven.amount} was counted`);

// 7. Each settles for itself and takes its money out.
for (const [name, client] of Object.entries({ seller, ...bidders, keeper })) {
  if (name !== "keeper") await house(client).settle(auctionId);
  const { free } = await house(client).account();
  await house(client).withdraw(free);
  say(name, `leaves with ${free[0]} cash and ${free[1]} gold`);
}

// 8. What everybody sees of all this.
await sayPublic(contract.address);
