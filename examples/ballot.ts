// SPDX-License-Identifier: Apache-2.0
import { BallotClient, Credential } from "@sotto/ballot-client";
import { deploy, entropy } from "@sotto/contract-client";
import { account, fastClient, say, sayPublic, wait, wasmOf } from "./lib/network.ts";

// A secret ballot in which a bribe buys nothing, with unmodified secretjs. Start the chain first:
// npm start. Then: npm run example -- ballot

const organiser = account("d");
const accounts = { anna: account("a"), bert: account("b"), cleo: account("c") };

// 1. A ballot without an admin. Its phases last seconds here, and at least 10 minutes by default.
const contract = await deploy(
  organiser,
  wasmOf("ballot"),
  { entropy: entropy(), min_phase: 5 },
  { label: `ballot ${Date.now()}`, ...fastClient },
);
const ballot = (of: typeof organiser) => new BallotClient(of, contract, fastClient);
const [anna, bert, cleo] = [ballot(accounts.anna), ballot(accounts.bert), ballot(accounts.cleo)];
say("ballot", contract.address);

// 2. The organiser writes the list of voters. After it is sealed nobody changes it.
const now = Math.floor(Date.now() / 1_000);
const endsAt = now + 45;
const poll = await ballot(organiser).createPoll({
  title: "Shall the cooperative buy the mill?",
  options: ["yes", "no"],
  weights: "list",
  registerUntil: now + 30,
  endsAt,
  quorum: { bps: 5_000 },
  thresholdBps: 5_000,
  minCounted: 3,
});
await ballot(organiser).addVoters(
  poll,
  Object.values(accounts).map(({ address }) => ({ address, weight: 1n })),
);
await ballot(organiser).sealList(poll);
say("poll", `${(await anna.poll(poll)).terms.title} Three voters, more than half of the votes decide`);

// 3. Each voter registers a credential, 32 random bytes: its holder votes.
const [first, second, third] = [await anna.register(poll), await bert.register(poll), await cleo.register(poll)];
say("anna", "registers and votes yes");
await anna.cast(poll, first, "yes");
say("cleo", "registers and votes no");
await cleo.cast(poll, third, "no");

// 4. The organiser pays bert for a no, and gets his credential. Bert's client has changed it
//    before: one entry among two dummies, all sent by cleo's account.
const sold = Credential.from(second.expose());
const kept = await bert.cover(poll, { carriers: [cleo], withinMs: 2_000 });
const receipt = await ballot(organiser).cast(poll, sold, "no");
say("bribe", `the organiser votes no with bert's credential: recorded as entry ${receipt.n}`);
const silent = await cleo.cast(poll, kept, "yes");
say("bert", `votes yes with the credential that he kept:      recorded as entry ${silent.n}`);
say("briber", "both answers look alike: nobody can tell which of the two entries counts");

// 5. After the end anyone counts. Nothing was readable before, not even by the organiser.
const early = await ballot(organiser)
  .tally(poll)
  .catch((refused: Error) => refused);
say(
  "early",
  early instanceof Error && early.message.includes("not over") ? "the poll is not over" : "counted too early",
);
await wait(endsAt * 1_000 - Date.now());
for (;;) {
  const { status } = await anna.poll(poll);
  const result = await anna.tally(poll).catch((refused: Error) => refused);
  if (!(result instanceof Error)) {
    const [yes, no] = (result.totals ?? []).map(BigInt);
    say("result", `${JSON.stringify(result.outcome)}, ${yes} yes, ${no} no`);
    break;
  }
  // The block's time may still be some seconds behind.
  if (status !== "open" || Date.now() > (endsAt + 30) * 1_000) throw result;
  await wait(500);
}

// 6. What the public sees: who sent an entry and when. Registering, voting, changing and dummies
//    all have the same length and the same gas.
await sayPublic(contract.address);
