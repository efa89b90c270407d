// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { leakMatchers, leaks } from "../../src/leaks/index.ts";
import { builtContract, digits, type Leaky, openLeaky, padded, planted } from "./leaky.ts";

expect.extend(leakMatchers);

let leaky: Leaky;
beforeAll(async () => {
  leaky = await openLeaky();
});
afterAll(() => leaky.chain.close());

const run =
  (name: string, cured = false) =>
  (chain: Leaky["chain"], secret: number) =>
    planted[name]?.(leaky, secret, cured)(chain);

describe("a search for the pair of secrets that differs most", () => {
  it("tries every value of a list", async () => {
    const report = await leaks.search(leaky.chain, run("error_kind"), [1, 4, 0, 7], { seenBy: "reader" });
    // 1, 4 and 7 fail with one error; 0 succeeds.
    expect(report.secrets).toContain(0);
    expect(report.tried).toBe(4);
    expect(report.names).toContain("result");
  });

  it("finds a pair that a fixed choice misses, and prints it with the seed", async () => {
    const rare = (chain: Leaky["chain"], secret: number) => run("gas")(chain, secret % 4 === 0 ? 1 : 2);
    const secrets = (random: () => number) => Math.floor(random() * 1_000);
    const report = await leaks.search(leaky.chain, rare, secrets, { seenBy: "reader", seed: 7, tries: 24 });
    expect(report.secrets.filter((secret) => secret % 4 === 0)).toHaveLength(1);
    expect(`${report}`).toContain("Seed 7, 24 secrets");
    expect(`${report}`).toContain(String(report.secrets[0]));
    const again = await leaks.search(leaky.chain, rare, secrets, { seenBy: "reader", seed: 7, tries: 24 });
    expect(again.secrets).toEqual(report.secrets);
  });

  it("takes an arbitrary of fast-check, and secrets of different length", async () => {
    const amounts = fc.bigInt({ min: 0n, max: 10n ** 30n });
    const pay = (chain: Leaky["chain"], amount: bigint) =>
      chain.as("alice").execute(leaky.contract, padded("digits", { amount: String(amount), cured: false }));
    const report = await leaks.search(leaky.chain, pay, amounts, { seenBy: "reader", seed: 3 });
    expect(report.names).toEqual(["gas used"]);
    const cured = (chain: Leaky["chain"], amount: bigint) =>
      chain
        .as("alice")
        .execute(leaky.contract, padded("digits", { amount: String(amount).padStart(39, "0"), cured: true }));
    expect(await leaks.search(leaky.chain, cured, amounts, { seenBy: "host", seed: 3 })).toRevealNothing();
  });

  it.each([
    [{ tries: 1 }, /tries is 1/],
    [{ tries: 1_001 }, /whole number from 2 to 1000/],
    [{ seed: -1 }, /the seed -1 is no natural number/],
    [{ seed: 2 ** 31 }, /no natural number below 2\^31/],
  ])("refuses %o", async (options, text) => {
    const secrets = () => 1;
    await expect(leaks.search(leaky.chain, run("gas"), secrets, { seenBy: "reader", ...options })).rejects.toThrow(
      text,
    );
  });

  it("refuses a list of one secret", async () => {
    await expect(leaks.search(leaky.chain, run("gas"), [1], { seenBy: "reader" })).rejects.toThrow(
      /two secrets or more/,
    );
  });

  it("names the secret and the seed of a run that throws", async () => {
    const fails = (_: unknown, secret: number) => {
      if (secret === 3) throw new Error("no funds");
    };
    const search = leaks.search(leaky.chain, fails, [1, 3], { seenBy: "reader", seed: 9 });
    await expect(search).rejects.toThrow("the run with the secret 3, seed 9, threw: no funds");
  });
});

describe("repeated runs of a contract that uses random numbers", () => {
  const write = (secret: number, cured: boolean) => async (chain: Leaky["chain"]) => {
    await chain.as("alice").execute(leaky.contract, { erase: {} });
    await chain.as("alice").execute(leaky.contract, padded("random_row", { secret: digits(secret), cured }));
  };

  it("find that the distribution of rows depends on the secret", async () => {
    const report = await leaks(leaky.chain, write(4, false), write(9, false), { seenBy: "host", repeat: 24, seed: 1 });
    expect(report.names).toEqual(expect.arrayContaining(["row written", "rows of a call"]));
    expect(`${report}`).toContain("24 runs with each secret, seed 1");
  });

  it("report nothing when each secret has the same distribution, though single runs differ", async () => {
    const report = await leaks(leaky.chain, write(4, true), write(9, true), { seenBy: "host", repeat: 24, seed: 1 });
    expect(report).toRevealNothing();
  });

  it("find a shift of values that never come twice", async () => {
    const contract = await leaky.chain.as("alice").deploy(builtContract("probe-v1"), { ops: [] });
    let calls = 0;
    const evaporate = (least: number) => (chain: Leaky["chain"]) => {
      // Spread over the range, and each value once.
      const amount = least + ((calls++ * 7_919) % 40_000);
      return chain.as("alice").execute(contract, { batch: { ops: [{ gas_evaporate: { amount } }] } });
    };
    const seenBy = "reader";
    const shifted = await leaks(leaky.chain, evaporate(10_000), evaporate(50_000), { seenBy, repeat: 12, seed: 1 });
    expect(shifted.names).toEqual(["gas used"]);
    const same = await leaks(leaky.chain, evaporate(10_000), evaporate(10_000), { seenBy, repeat: 24, seed: 1 });
    expect(same).toRevealNothing();
  });

  it("find leaks that are the same in each run, too", async () => {
    const run = planted["answer_length"];
    const report = await leaks(leaky.chain, run?.(leaky, 3, false) ?? fails, run?.(leaky, 6, false) ?? fails, {
      seenBy: "reader",
      repeat: 12,
      seed: 1,
    });
    expect(report.names).toEqual(["answer length", "gas used"]);
  });

  it.each([0, 2, 11, 201, 12.5])("refuse %d runs", async (repeat) => {
    await expect(leaks(leaky.chain, fails, fails, { seenBy: "reader", repeat })).rejects.toThrow(/from 12 to 200/);
  });

  function fails(): never {
    throw new Error("not reached");
  }
});
