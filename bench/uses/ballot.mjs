// SPDX-License-Identifier: Apache-2.0
import { BallotClient } from "@sotto/ballot-client";
import { entropy } from "@sotto/contract-client";
import { MOST_WASM } from "../lib/products.mjs";

const DAY = 86_400;

/** @type {import("../lib/products.mjs").Product} */
export const product = {
  name: "ballot",
  wasm: "ballot",
  mostWasm: MOST_WASM,
  async run(stage) {
    const token = await stage.token("VOTE");
    const contract = await stage.deploy({
      token: { address: token.address, code_hash: token.codeHash },
      entropy: entropy(),
    });
    const client = (name) => new BallotClient(stage.client(name), contract);
    const organiser = client("organiser");
    const [anna, bert] = ["alice", "bob"].map(client);
    const terms = () => ({
      title: "Board",
      options: ["yes", "no", "abstain"],
      abstain: 2,
      registerUntil: stage.now + DAY,
      endsAt: stage.now + 2 * DAY,
      thresholdBps: 5_000,
      minCounted: 1,
    });
    const byList = await organiser.createPoll({ ...terms(), weights: "list", quorum: { bps: 2_000 } });
    const voters = [anna, bert].map(({ address }) => ({ address, weight: 1n }));
    await organiser.addVoters(byList, voters);
    await organiser.sealList(byList);
    const witness = client("carol");
    const witnessed = await organiser.createPoll({
      ...terms(),
      weights: "token_lock",
      quorum: { weight: 1n },
      witnesses: { addresses: [witness.address], threshold: 1 },
    });
    const byTokens = await organiser.createPoll({ ...terms(), weights: "token_lock", quorum: { weight: 1n } });
    for (const voter of [anna, bert]) {
      await voter.lock(byTokens, token, 700n);
      for (const poll of [byList, byTokens]) {
        const credential = await voter.register(poll);
        await voter.cast(poll, credential, "yes");
        await voter.cast(poll, credential, "no");
        await voter.castDummy(poll);
        await voter.changeCredential(poll, credential, () => {});
      }
    }
    stage.chain.time.advance(2 * DAY);
    await organiser.freeze(witnessed);
    await witness.witness(witnessed);
    for (const poll of [byList, byTokens, witnessed]) await organiser.tally(poll);
    for (const voter of [anna, bert]) await voter.unlock(byTokens);
  },
};
