// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { ContentClient, evidenceOfKeys, KeysRefused, newDevice, seal, setupMessage } from "@sotto/content-client";
import { deploy, entropy } from "@sotto/contract-client";
import { account, fastClient, say, sayPublic, wasmOf } from "./lib/network.ts";

// A shop of files with a key for each owner, with unmodified secretjs. Start the chain first: npm
// start Then: npm run example -- content

const publisher = account("a");
const buyers = { bob: account("b"), carol: account("c") };
const confirmer = account("d");

// 1. A private token, and a shop that takes it. It has no admin: nobody can change it or look
//    inside.
const token = await deploy(
  publisher,
  wasmOf("private-token"),
  {
    name: "Private cash",
    symbol: "CASH",
    decimals: 0,
    prng_seed: entropy(),
    initial_balances: Object.values(buyers).map(({ address }) => ({ address, amount: "1000" })),
  },
  { label: `cash ${Date.now()}`, ...fastClient },
);
const contract = await deploy(
  publisher,
  wasmOf("content"),
  setupMessage({ name: "Drawings", tokens: [token], confirmers: [confirmer.address] }, entropy()),
  { label: `shop ${Date.now()}`, ...fastClient },
);
const shop = (of: typeof publisher) => new ContentClient(of, contract, fastClient);
say("shop", contract.address);

// 2. The publisher seals a real file: 256 of its segments have two variants, each with its own key.
const file = new Uint8Array(readFileSync(new URL("../docs/growth.svg", import.meta.url)));
const sealed = seal(file, { title: "Growth", mediaType: "image/svg+xml", uri: "https://example.org/growth.content" });
const item = await shop(publisher).list(sealed.item, sealed.master, {
  price: { token: 0, amount: 300n },
  supply: 10,
  transfer: "free",
});
say("sealed", `a drawing in ${sealed.item.segments} segments, offered as item ${item} for 300`);

// 3. Bob and Carol buy. Each has a device, whose secret key stays with them.
const devices = { bob: newDevice(), carol: newDevice() };
const bob = await shop(buyers.bob).buy(item, token, 300n, devices.bob);
const carol = await shop(buyers.carol).buy(item, token, 300n, devices.carol);
say("bought", `licence ${bob.licence} by bob, licence ${carol.licence} by carol: ${bob.status}`);

// 4. No keys before the confirmer saw the purchase in a block: a host could have made it up.
const early = await shop(buyers.bob)
  .keys(bob.licence, devices.bob)
  .catch((error: unknown) => {
    if (error instanceof KeysRefused) return error.message;
    throw error;
  });
say("early", String(early));
say("confirmed", `${await shop(confirmer).confirmPending()} purchases`);

// 5. Bob opens the file. The publisher has the money.
const parts: Uint8Array[] = [];
for await (const part of shop(buyers.bob).open(sealed.container, bob.licence, devices.bob, sealed.item))
  parts.push(part);
say("opened", `by bob, ${Buffer.concat(parts).equals(file) ? "byte for byte the publisher's file" : "another file"}`);
say("earned", `${(await shop(publisher).balance())[0]} for the publisher`);
await shop(publisher).collect();

// 6. Bob publishes a third of his keys. The publisher asks whose they are; nobody else could be
//    accused, because nobody outside of the contract knows which keys an owner has.
const leaked = (await shop(buyers.bob).keys(bob.licence, devices.bob)).marked.filter((_, i) => i % 3 === 0);
const { accused } = await shop(publisher).trace(item, evidenceOfKeys(sealed.master, leaked));
const nameOf = (owner: string): string =>
  Object.entries(buyers).find(([, { address }]) => address === owner)?.[0] ?? "a stranger";
say("leaked", `${leaked.length} keys; their owner is ${accused.map(({ owner }) => nameOf(owner)).join(" and ")}`);

// 7. What the public sees of all this.
await sayPublic(contract.address);
