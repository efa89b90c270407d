// SPDX-License-Identifier: Apache-2.0
import { DevChain, matchers } from "@sotto/contract-test";
import { tokenTest } from "./firstTest.mjs";

// Globals of jest.
const { describe, it, beforeAll, afterAll, expect } = globalThis;
tokenTest({ describe, it, before: beforeAll, after: afterAll });

expect.extend(matchers);
it("has the matchers", async () => {
  const chain = await DevChain.create();
  const pay = (amount) => chain.as("alice").send(chain.account("bob"), [{ denom: "uscrt", amount }]);
  await expect(pay("1")).toEmit("transfer", { amount: "1uscrt" });
  await expect(pay("1")).toCostAtMost(100_000);
  await expect(pay("1".repeat(30))).toFailWith("insufficient funds");
  chain.close();
});
