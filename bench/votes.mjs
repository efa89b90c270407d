// SPDX-License-Identifier: Apache-2.0
// A poll with 10,000 votes on a chain in this process, each in a transaction of its own: the time
// and the gas of the first and the last thousand, and the steps of the tally.
// Usage: node bench/votes.mjs [votes]
import "../tools/contractThread.mjs";
import { createHash, randomBytes } from "node:crypto";
import { BallotClient } from "@sotto/ballot-client";
import { entropy, idText, padded } from "@sotto/contract-client";
import { connect, DevChain } from "@sotto/contract-test";
import * as secretjs from "secretjs";
import { wasmOf } from "./lib/contracts.mjs";
import { repeated, reportRepeated, thousands } from "./lib/repeated.mjs";
import { report } from "./lib/report.mjs";

const VOTES = Number(process.argv[2] ?? "10000");
const PART = Math.min(1_000, VOTES / 2);
const VOTERS = 1_000;
/** Accounts that send the votes. */
const CARRIERS = 50;
const DAY = 86_400;
/** The gas of the last part of the votes, as a multiple of that of the first. */
const MOST_GAS_GROWTH = 1.01;
const MOST_STEP_GAS = 1_000_000;

const base64 = (/** @type {Uint8Array} */ bytes) => Buffer.from(bytes).toString("base64");
const hashOf = (/** @type {Uint8Array} */ bytes) => createHash("sha256").update(bytes).digest();
const ZEROS = new Uint8Array(32);

const chain = await DevChain.create({ seed: "bench of votes" });
const contract = await chain.as("organiser").deploy(wasmOf("contracts/built/ballot.wasm"), { entropy: entropy() });
const client = (/** @type {string} */ name) =>
  new BallotClient(connect(chain, chain.account(name), secretjs), contract, { pollMs: 1 });
const organiser = client("organiser");
const now = Math.floor(chain.time.now().getTime() / 1_000);
const poll = await organiser.createPoll({
  title: "Board",
  options: ["yes", "no"],
  weights: "list",
  maxVoters: 1024,
  registerUntil: now + 20 * DAY,
  endsAt: now + 40 * DAY,
  quorum: { bps: 100 },
});
const names = Array.from({ length: VOTERS }, (_, i) => `voter ${i}`);
await organiser.addVoters(
  poll,
  names.map((name) => ({ address: chain.account(name).address, weight: 1n })),
);
await organiser.sealList(poll);
const start = base64(Buffer.from((await organiser.poll(poll)).start, "hex"));

/**
 * @param {string} by
 * @param {"join" | "vote"} what
 * @param {Uint8Array} credential
 * @param {bigint} choice
 */
function act(by, what, credential, choice) {
  const entry = { credential: base64(credential), new_credential: base64(ZEROS), choice: idText(choice) };
  const bind = { contract: contract.address, sender: chain.account(by).address, chain_id: chain.chainId };
  const body = { poll_id: idText(poll), start, do: what, entry, bind };
  return chain.as(by).execute(contract, padded("act", body, 768));
}

const credentials = names.map(() => randomBytes(32));
for (const [i, name] of names.entries()) await act(name, "join", hashOf(credentials[i] ?? ZEROS), 0n);

const carriers = Array.from({ length: CARRIERS }, (_, i) => `carrier ${i}`);
// The first transaction of an account stores its key.
for (const carrier of carriers) await act(carrier, "vote", randomBytes(32), 1n);
const votes = await repeated(VOTES, (i) =>
  act(carriers[i % CARRIERS] ?? "carrier 0", "vote", credentials[i % VOTERS] ?? ZEROS, i % 3 === 0 ? 2n : 1n),
);
reportRepeated(votes, { id: "votes", product: "ballot", message: "vote", part: PART, mostGas: MOST_GAS_GROWTH });

chain.time.advance(50 * DAY);
await organiser.freeze(poll);
/** @type {number[]} */
const steps = [];
const begin = performance.now();
for (let running = true; running; ) {
  const step = await chain.as("organiser").execute(contract, { tally: { poll_id: idText(poll) } }, { gas: 2_000_000 });
  steps.push(step.gasUsed);
  running = step.json().tally.status === "running";
}
const took = performance.now() - begin;
report({
  id: "votes-tally",
  what: `ballot: tally of ${thousands(VOTES + VOTERS + CARRIERS)} entries, ${thousands(VOTERS)} voters`,
  figure: `${steps.length} steps of at most ${thousands(Math.max(...steps))} gas, ${(took / 1_000).toFixed(1)} s`,
  target: `a step at most ${thousands(MOST_STEP_GAS)} gas`,
  met: Math.max(...steps) <= MOST_STEP_GAS,
});
const { result } = await organiser.poll(poll);
if (result?.outcome === undefined) throw new Error("the poll has no result");
chain.close();
