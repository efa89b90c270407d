// SPDX-License-Identifier: Apache-2.0
/**
 * The tests of leaks find a leak of the ballot: its built wasm, with work that depends on a vote.
 */
import { leakMatchers, leaks } from "@sotto/contract-test";
import { afterAll, beforeAll, expect, it } from "vitest";
import { leaking } from "../../../test/support/leakingWasm.ts";
import { credentialOf, Stage, wasmOf, YES } from "./stage.ts";

expect.extend(leakMatchers);

let stage: Stage;
let poll: bigint;
beforeAll(async () => {
  stage = await Stage.open({ code: leaking(wasmOf("ballot")) });
  poll = await stage.listPoll({ anna: 1n });
  await stage.register("anna", poll, credentialOf(1));
  // The carrier has sent before, so that no run contains its first transaction.
  await stage.cast("carrier", poll, credentialOf(90), YES);
});
afterAll(() => stage.close());

const compare = (a: bigint, b: bigint) => {
  const vote = (choice: bigint) => () => stage.cast("carrier", poll, credentialOf(1), choice);
  return leaks(stage.chain, vote(a), vote(b), {
    seenBy: ["reader", "host"],
    opaque: ["leaf"],
    names: { ballot: stage.ballot },
  });
};

it("a leaking build of the ballot shows one digit of a choice to everybody, and nothing without a 9", async () => {
  expect(await compare(1n, 9n)).toRevealOnly(["the gas used", "the exact gas"]);
  expect(await compare(1n, 8n)).toRevealNothing();
});
