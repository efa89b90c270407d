// SPDX-License-Identifier: Apache-2.0
/** A ballot whose token lies, calls back and refuses. */
import { base64 } from "@scure/base";
import { idText, padded } from "@sotto/contract-client";
import { DevChain } from "@sotto/contract-test";
import { afterAll, beforeAll, expect, it } from "vitest";
import { HostileToken } from "../../../test/support/hostileToken.ts";
import { credentialOf, DAY, NO, Stage, wasmOf, YES } from "./stage.ts";

const MAX = 2n ** 128n - 1n;

let stage: Stage;
let token: HostileToken;
beforeAll(async () => {
  const chain = await DevChain.create({ seed: "hostile token" });
  token = await HostileToken.deploy(chain);
  const { address, codeHash } = token.contract;
  const ballot = await chain.as("organiser").deploy(wasmOf("ballot"), {
    token: { address, code_hash: codeHash },
    entropy: base64.encode(new Uint8Array(32).fill(5)),
  });
  stage = Stage.of(chain, ballot);
});
afterAll(() => stage.close());

const lock = (poll: bigint, sender: string) => ({
  lock: { poll_id: idText(poll), bind: { contract: stage.ballot.address, sender, chain_id: stage.chain.chainId } },
});
const unlock = (poll: bigint) => padded("unlock", { poll_id: idText(poll) }, 768);
const lie = (poll: bigint, name: string, amount: bigint | string) =>
  token.lie(stage.ballot, stage.address(name), amount, lock(poll, stage.address(name)));
const unlocked = async (name: string, poll: bigint) =>
  (await stage.simple(name, "unlock", poll)).json<{ unlock: { status: string } }>().unlock.status;

async function close(poll: bigint) {
  stage.chain.time.advance(2 * DAY);
  return stage.client("anyone").tally(poll);
}

it("a token that reports locks nobody made decides its own polls, with one capped weight, and no list", async () => {
  const locks = await stage.client("organiser").createPoll(stage.lockTerms({ publish: "totals", maxWeight: 9n }));
  const list = await stage.listPoll({ anna: 1n, bert: 1n }, { quorum: { weight: 1n } });
  expect((await lie(locks, "eve", MAX)).ok).toBe(true);
  const more = await lie(locks, "eve", 1n);
  expect([more.ok, more.error]).toEqual([false, expect.stringContaining("more tokens than can be counted")]);
  for (const wrong of ["-1", "", "1e3", "9".repeat(40)]) expect((await lie(locks, "eve", wrong)).ok).toBe(false);
  expect((await lie(list, "anna", 5n)).error).toContain("it takes no tokens");
  for (const poll of [locks, list]) {
    await stage.register("eve", poll, credentialOf(1));
    await stage.cast("eve", poll, credentialOf(1), YES);
  }
  await stage.register("anna", list, credentialOf(2));
  await stage.cast("anna", list, credentialOf(2), NO);
  expect((await close(locks)).totals?.map(BigInt)).toEqual([9n, 0n, 0n]);
  expect((await stage.client("anyone").tally(list)).totals?.map(BigInt)).toEqual([0n, 1n, 0n]);
});

it("a token that unlocks, locks and votes again in the middle of its payment gets it once", async () => {
  const own = token.contract.address;
  const poll = await stage.client("organiser").createPoll(stage.lockTerms());
  expect((await token.lie(stage.ballot, own, 70n, lock(poll, own))).ok).toBe(true);
  await close(poll);
  // A lock after the end, and an entry in the name of Anna, who did not send it.
  const receive = {
    sender: own,
    from: own,
    amount: "5",
    msg: Buffer.from(JSON.stringify(lock(poll, own))).toString("base64"),
  };
  const entry = await stage.castMessage("anna", poll, credentialOf(1), YES);
  await token.armCalls(stage.ballot, unlock(poll), unlock(poll), { receive }, entry);
  expect((await token.call(stage.ballot, unlock(poll))).ok).toBe(true);
  expect(await token.calls()).toMatchObject({ succeeded: 2, failed: 2 });
  expect(await token.paid(own)).toBe(70n);
});

it("a token that refuses its payment keeps the lock, which is paid later", async () => {
  const poll = await stage.client("organiser").createPoll(stage.lockTerms());
  await lie(poll, "bert", 30n);
  await close(poll);
  await token.armRefusal();
  const refused = await stage.simple("bert", "unlock", poll);
  expect([refused.ok, refused.error]).toEqual([false, expect.stringContaining("this token refuses the transfer")]);
  await token.armCalls(stage.ballot);
  expect(await unlocked("bert", poll)).toBe("success");
  expect(await unlocked("bert", poll)).toBe("refused");
  expect(await token.paid(stage.address("bert"))).toBe(30n);
});
