// SPDX-License-Identifier: Apache-2.0
import { deploy, entropy } from "@sotto/contract-client";
import { ExchangeClient, limitOf, priceText } from "@sotto/exchange-client";
import { account, fast, fastClient, must, say, sayPublic, wait, wasmOf } from "./lib/network.ts";

// A private exchange of two tokens, on a local chain with unmodified secretjs. Start the chain
// first: npm start. Then: npm run example -- exchange

const [alice, bob, carol] = [account("a"), account("b"), account("c")];
const run = Date.now();
const holders = [alice, bob, carol].map(({ address }) => ({ address, amount: "1000000000000" }));

// 1. Two private tokens with 6 decimals, and an exchange for them. Nobody can change its code.
const token = (symbol: string) =>
  deploy(
    alice,
    wasmOf("private-token"),
    { name: `${symbol} token`, symbol, decimals: 6, prng_seed: entropy(), initial_balances: holders },
    { ...fastClient, label: `${symbol} ${run}` },
  );
const base = await token("ORE");
const quote = await token("GOLD");
const ref = ({ address, codeHash }: typeof base) => ({ address, code_hash: codeHash });
const setUp = { base: ref(base), quote: ref(quote), entropy: entropy(), min_base: "1000", min_quote: "1000" };
const exchange = await deploy(
  alice,
  wasmOf("exchange"),
  { ...setUp, epoch_seconds: 5, min_owners: 2 },
  { ...fastClient, label: `exchange ${run}` },
);
const clientOf = (client: typeof alice) => new ExchangeClient(client, exchange, fastClient);
const [lp, fund, trader] = [clientOf(alice), clientOf(bob), clientOf(carol)];
const pair = await lp.info();
const decimals = { base: 6, quote: 6, exponent: pair.priceExponent };
const limit = (price: string) => limitOf(price, decimals);
say("made", `${exchange.address}, a batch every ${pair.epochSeconds} s, preview: ${pair.preview}`);

// 2. Money first, acts later: a deposit says nothing about an order.
await lp.deposit("base", 500_000_000_000n);
await lp.deposit("quote", 500_000_000_000n);
await fund.deposit("base", 900_000_000_000n);
await trader.deposit("quote", 100_000_000n);
await lp.addLiquidity({ base: 100_000_000_000n, quote: 200_000_000_000n });
say("pool", "alice adds 100000 ORE and 200000 GOLD: a price of 2 GOLD");

/** Clears when the epoch of the orders is over; the keeper is anybody. */
async function batch(): Promise<void> {
  const { epoch, epochSeconds } = await lp.info();
  const amount = [{ denom: "uscrt", amount: "1" }];
  while ((await lp.info()).epoch <= epoch) {
    await wait(epochSeconds * 1_000);
    // A local network without transactions makes no block, and without a block no time passes.
    must(await alice.tx.bank.send({ from_address: alice.address, to_address: bob.address, amount }, fast));
  }
  await trader.keepOnce();
}

// 3. The fund sells a part without showing it; a small trader buys in the same batch.
const sold = await fund.order({ side: "sell", amount: 5_000_000_000n, limit: limit("1.8") });
await trader.order({ side: "buy", amount: 100_000_000n, limit: limit("2.1") });
await lp.cover();
await batch();
const price = await trader.price();
say("price", `${priceText(price.value ?? 0n, decimals)} GOLD for everyone in the batch`);
const [order] = await fund.orders();
say("fund", `order ${sold.id} gave ${order?.gave} got ${order?.got}, and is ${order?.status}`);
await trader.sync();
const [fill] = await trader.fills();
say("trader", `paid ${fill?.gave} got ${fill?.got}`);

// 4. An order that is refused looks like any other act.
const refusal = await trader.order({ side: "buy", amount: 10n ** 30n }).catch((error: Error) => error.message);
say("refused", String(refusal));

// 5. Everyone leaves when it wants.
await fund.sync();
const { base: ore, quote: gold } = await fund.account();
await fund.withdraw({ base: ore, quote: gold });
say("fund", `withdraws ${ore} and ${gold}`);

// 6. What the public sees of all this: who called, and one length and gas for each kind of message.
await sayPublic(exchange.address);
