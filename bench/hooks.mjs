// SPDX-License-Identifier: Apache-2.0
// Begin and end of a block with 100 validators, 100,000 delegations and 1,000 unbondings of which
// none is due, against a block of one validator in the same run; and the withdrawal of a
// delegation's rewards as the delegations of its validator grow. Without transactions.
// Usage: node bench/hooks.mjs [--delegations 100000] [--blocks 200]
import "../tools/contractThread.mjs";
import "../tools/example/register.mjs";
import { parseArgs } from "node:util";
import { note, report } from "./lib/report.mjs";
import { median, short } from "./lib/stats.mjs";

const { StakedNetwork } = await import("../test/support/stakedNetwork.ts");

const { values: flags } = parseArgs({
  options: { delegations: { type: "string", default: "100000" }, blocks: { type: "string", default: "200" } },
});
const delegations = Number(flags.delegations);
const blocks = Number(flags.blocks);
const VALIDATORS = 100;
const UNBONDINGS = 1000;
const FEW = 100;
const WARM = 50;
const WITHDRAWALS = 2000;
const TARGET_MS = 5;

/** Milliseconds of the processor a block, after some blocks that warm the engine. */
function hooksOf(size) {
  const network = new StakedNetwork(size);
  for (let i = 0; i < WARM; i++) network.block();
  network.spent.clear();
  let [executed, committed] = [0, 0];
  for (let i = 0; i < blocks; i++) {
    const spent = network.block();
    executed += spent.executed;
    committed += spent.committed;
  }
  const perBlock = (seconds) => (seconds * 1000) / blocks;
  const modules = [...network.spent].map(([name, ms]) => /** @type {const} */ ([name, ms / blocks]));
  network.close();
  return { executed: perBlock(executed), committed: perBlock(committed), modules };
}

const many = hooksOf({ validators: VALIDATORS, delegations, unbondings: UNBONDINGS });
const one = hooksOf({ validators: 1, delegations: FEW, unbondings: 0 });
report({
  id: "hooks",
  what: `begin and end block, ${VALIDATORS} validators, ${delegations.toLocaleString("en-US")} delegations, ${UNBONDINGS} unbondings in the queue`,
  figure: `${short(many.executed)} ms of the processor (one validator: ${short(one.executed)} ms); commit ${short(many.committed)} ms`,
  target: `under ${TARGET_MS} ms`,
  met: many.executed < TARGET_MS,
});
const slowest = many.modules.sort((a, b) => b[1] - a[1]).slice(0, 6);
note(
  `by module: ${slowest.map(([name, ms]) => `${name} ${short(ms)}`).join(", ")} ms (compute: the enclave checks the block)`,
);

/** Two networks of one validator. */
const sizes = [FEW, delegations];
const networks = sizes.map((count) => new StakedNetwork({ validators: 1, delegations: count, unbondings: 0 }));
for (const network of networks) for (let i = 0; i < 3; i++) network.block();
const withdrawers = networks.map((network) => network.withdrawer());
const times = sizes.map(() => []);
const gas = [];
// In turn, so that both have the same machine; as many different ones, so that caches have the same
// use.
for (let i = 0; i < WITHDRAWALS; i++) {
  for (const [at, withdraw] of withdrawers.entries()) {
    const start = performance.now();
    gas[at] = withdraw((i % FEW) * (sizes[at] / FEW));
    if (i >= WITHDRAWALS / 4) times[at].push((performance.now() - start) * 1000);
  }
}
const [few, all] = times.map(median);
report({
  id: "withdraw",
  what: `withdrawal of rewards, ${FEW} and ${delegations.toLocaleString("en-US")} delegations of the validator`,
  figure: `${short(few)} and ${short(all)} us: ${short(all / few)}x; gas ${gas.join(" and ")}`,
  target: "constant",
  met: all < 2 * few,
});
for (const network of networks) network.close();
