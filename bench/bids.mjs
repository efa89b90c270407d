// SPDX-License-Identifier: Apache-2.0
// An auction with 10,000 bids on a chain in this process, each in a transaction of its own: the
// time and the gas of the first and the last thousand, the close, and the settlements.
// Usage: node bench/bids.mjs [bids]
import "../tools/contractThread.mjs";
import { AuctionClient, termsHash } from "@sotto/auction-client";
import { amountText, entropy, HOOK_SIZE, idText, padded, SECRET_SIZE, SEND_SIZE } from "@sotto/contract-client";
import { connect, DevChain } from "@sotto/contract-test";
import * as secretjs from "secretjs";
import { builtWasm, deployToken } from "./lib/products.mjs";
import { repeated, reportRepeated, thousands } from "./lib/repeated.mjs";
import { note, report } from "./lib/report.mjs";

const BIDS = Number(process.argv[2] ?? "10000");
const PART = Math.min(1_000, BIDS / 2);
/** Each bids ten times. */
const BIDDERS = Math.ceil(BIDS / 10);
const DAY = 86_400;
/** Longer than the blocks of all bids, of a second each. */
const DURATION = 20 * DAY;
const MIN_BID = 10n;
const LOT = 5n;
const DEPOSIT = 10n ** 20n;
/** Bidders that one transaction of the seller gives their tokens. */
const AT_ONCE = 20;
const ZEROS = Buffer.alloc(32).toString("base64");
const SELLER = "alice";

const names = Array.from({ length: BIDDERS }, (_, i) => `bidder ${i}`);
const coins = [{ denom: "uscrt", amount: "1000000" }];
const chain = await DevChain.create({
  seed: "bench of bids",
  accounts: Object.fromEntries(names.map((name) => [name, coins])),
});
const tokens = [await deployToken(chain, "BIDS"), await deployToken(chain, "LOTS")];
const house = await chain.as("maker").deploy(builtWasm("auction"), {
  tokens: tokens.map(({ address, codeHash: code_hash }) => ({ address, code_hash })),
  lot_fee: { index: 0, amount: "0" },
  entropy: entropy(),
});
const seller = new AuctionClient(connect(chain, chain.account(SELLER), secretjs), house, { pollMs: 1 });

/** @param {string} by @param {{ readonly address: string }} contract */
const bind = (by, { address }) => ({
  contract: address,
  sender: chain.account(by).address,
  chain_id: chain.chainId,
});

/** @param {string} by @param {string} name @param {object} body */
const send = (by, name, body) =>
  chain.as(by).execute(house, padded(name, { ...body, bind: bind(by, house) }, SECRET_SIZE), { gas: 1_000_000 });

/**
 * @param {string} by
 * @param {"bid" | "settle"} kind
 * @param {bigint} auction
 * @param {bigint} amount
 * @param {string} terms
 */
async function act(by, kind, auction, amount = 0n, terms = ZEROS) {
  const body = { do: kind.padEnd(6), auction_id: idText(auction), amount: amountText(amount), terms };
  const done = await send(by, "act", body);
  const { status, reason } = done.json().act;
  if (status !== "accepted") throw new Error(`${by}: ${kind} is refused: ${reason}`);
  return done;
}

/** @param {string} by */
function deposit(by) {
  const [token] = tokens;
  const inner = padded("deposit", { bind: bind(by, house) }, HOOK_SIZE);
  const body = {
    recipient: house.address,
    recipient_code_hash: house.codeHash,
    amount: amountText(DEPOSIT),
    msg: Buffer.from(JSON.stringify(inner)).toString("base64"),
    bind: bind(by, token),
  };
  return chain.as(by).execute(token, padded("send", body, SEND_SIZE), { gas: 1_000_000 });
}

async function createAuction() {
  const startsAt = Math.floor(chain.time.now().getTime() / 1_000);
  const { auctionId } = await seller.createAuction({
    title: "A block of tokens",
    lot: { token: 1, amount: LOT },
    bidToken: 0,
    format: "second_price",
    minBid: MIN_BID,
    startsAt,
    endsAt: startsAt + DURATION,
    reveal: { price: true, winner: true },
  });
  return auctionId;
}

for (let at = 0; at < BIDDERS; at += AT_ONCE) {
  const actions = names
    .slice(at, at + AT_ONCE)
    .map((name) => ({ recipient: chain.account(name).address, amount: amountText(DEPOSIT) }));
  await chain.as(SELLER).execute(tokens[0], { batch_transfer: { actions } });
}
for (const name of names) await deposit(name);
await seller.deposit(1, 2n * LOT);
const auction = await createAuction();
const empty = await createAuction();
const sold = await seller.auction(auction);
const terms = Buffer.from(termsHash(sold.seller, sold), "hex").toString("base64");

const bids = await repeated(BIDS, (i) => act(names[i % BIDDERS], "bid", auction, MIN_BID + BigInt(i), terms));
reportRepeated(bids, { id: "bids", product: "auction", message: "bid", part: PART, mostGas: 1 });
const uneven = names.filter((_, i) => new Set(bids.gas.filter((_, bid) => bid % BIDDERS === i)).size > 1);
report({
  id: "bids-gas-account",
  what: "auction: gas of all bids of one account",
  figure: `equal for ${thousands(BIDDERS - uneven.length)} of ${thousands(BIDDERS)} accounts`,
  target: "equal for all",
  met: uneven.length === 0,
});
note("an account's row has a byte more from account number 128 on, which costs each of its bids 12 gas");

chain.time.set(new Date((sold.endsAt + DAY) * 1_000));
const close = async (/** @type {bigint} */ id) => (await send(SELLER, "close", { auction_id: idText(id) })).gasUsed;
const [emptyGas, soldGas] = [await close(empty), await close(auction)];
report({
  id: "bids-close",
  what: `auction: close after ${thousands(BIDS)} bids of ${thousands(BIDDERS)} accounts`,
  figure: `${thousands(soldGas)} gas in one step; ${thousands(emptyGas)} without bids`,
  target: "the same",
  met: soldGas === emptyGas,
});
const { status, price, winner } = await seller.auction(auction);
// The highest bid of another account is the one before the last.
const due = MIN_BID + BigInt(BIDS - 2);
if (status !== "sold" || price !== due || winner !== chain.account(names[(BIDS - 1) % BIDDERS]).address)
  throw new Error(`the auction is ${status} for ${price} to ${winner}, not sold for ${due} to the last bidder`);

const settled = await repeated(BIDDERS, (i) => act(names[i], "settle", auction));
const [least, most] = [Math.min(...settled.gas), Math.max(...settled.gas)];
report({
  id: "bids-settle",
  what: `auction: ${thousands(BIDDERS)} accounts settle, a step each`,
  figure: `${thousands(least)} to ${thousands(most)} gas, ${settled.seconds.toFixed(1)} s`,
  target: "no more gas than a bid",
  met: most <= Math.max(...bids.gas),
});
chain.close();
