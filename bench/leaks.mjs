// SPDX-License-Identifier: Apache-2.0
// Budget: leaks() of one call takes less than 50 ms. A call is a message without a leak to
// contracts/leaky, and a transfer of the private token; each comparison runs it twice.
// Usage: node bench/leaks.mjs [comparisons]
import "../tools/contractThread.mjs";
import { DevChain, leaks } from "@sotto/contract-test";
import { builtWasm, deployToken } from "./lib/products.mjs";
import { report } from "./lib/report.mjs";
import { median } from "./lib/stats.mjs";

const comparisons = Number(process.argv[2] ?? 50);
if (!Number.isInteger(comparisons) || comparisons < 1)
  throw new Error(`comparisons are a number from 1 on, not ${process.argv[2]}`);
const BUDGET_MS = 50;

/** @param {DevChain} chain @param {(chain: DevChain, secret: number) => Promise<unknown>} run */
async function measure(chain, run, seenBy) {
  const times = [];
  const begun = process.cpuUsage();
  for (let i = 0; i < comparisons; i++) {
    const begin = performance.now();
    await leaks(
      chain,
      (each) => run(each, 2 * i),
      (each) => run(each, 2 * i + 1),
      { seenBy },
    );
    times.push(performance.now() - begin);
  }
  const { user, system } = process.cpuUsage(begun);
  return { middle: median(times), processor: (user + system) / 1_000 / comparisons };
}

const chain = await DevChain.create({ seed: "bench of leaks" });
const alice = chain.as("alice");
const leaky = await alice.deploy(builtWasm("leaky"), {});
const token = await deployToken(chain, "TOK");
const to = chain.account("bob").address;
const RUNS = {
  call: (each, secret) =>
    each.as("alice").execute(leaky, { branch: { secret: String(secret).padStart(20, "0"), cured: true } }),
  transfer: (each, secret) =>
    each.as("alice").execute(token, { transfer: { recipient: to, amount: String(secret).padStart(39, "0") } }),
};
for (const [name, run] of Object.entries(RUNS)) {
  for (const seenBy of /** @type {const} */ (["reader", "host"])) {
    const { middle, processor } = await measure(chain, run, seenBy);
    report({
      id: `leaks-${name}-${seenBy}`,
      what: `leaks() of one ${name}, seen by the ${seenBy}`,
      figure: `${middle.toFixed(1)} ms (${processor.toFixed(1)} ms of processor time)`,
      target: `below ${BUDGET_MS} ms`,
      met: middle < BUDGET_MS,
    });
  }
}
chain.close();
