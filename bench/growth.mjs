// SPDX-License-Identifier: Apache-2.0
// The cost of one private transfer as the state grows: application, enclave, store and block log in
// this process, durable, blocks of 500 transfers. The state is filled with rows of no contract,
// spread like hashes, as encrypted rows are. Every transfer goes to a new address, so that its rows
// fall on cold parts of the tree: the worst case of growth.
// Usage: node bench/growth.mjs [--rows 10000,100000] [--blocks 4] [--plot FILE.svg]
import "../tools/contractThread.mjs";
import "../tools/example/register.mjs";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { formatAddress } from "@sotto/address";
import { fromUtf8 } from "@sotto/bytes";
import { sha256 } from "@sotto/crypto";
import { fill } from "./lib/fill.mjs";
import { linePlot } from "./lib/plot.mjs";
import { note, report } from "./lib/report.mjs";
import { median, short } from "./lib/stats.mjs";

const { TransferChain } = await import("./lib/transferChain.ts");

const { values: flags } = parseArgs({
  options: {
    rows: { type: "string", default: "10000,100000" },
    blocks: { type: "string", default: "4" },
    plot: { type: "string" },
  },
});
const sizes = flags.rows.split(",").map(Number);
const PER_BLOCK = 500;
const SENDERS = 50;
let strangers = 0;
const stranger = () => formatAddress(sha256(fromUtf8(`stranger ${strangers++}`)).subarray(0, 20));

/** Microseconds per transfer, of each part of the blocks. */
function measure(chain, blocks) {
  const runs = [];
  for (let b = 0; b < blocks; b++) {
    const txs = Array.from({ length: PER_BLOCK }, (_, i) => chain.transfer(i % SENDERS, stranger()));
    const start = performance.now();
    chain.block(txs);
    runs.push({ total: performance.now() - start, ...Object.fromEntries(chain.spent) });
  }
  const of = (part) => (median(runs.map((run) => run[part])) * 1000) / PER_BLOCK;
  return { total: of("total"), executed: of("executed"), committed: of("committed") };
}

const folder = mkdtempSync(join(tmpdir(), "sotto-growth-"));
const chain = new TransferChain(folder, SENDERS);
try {
  measure(chain, 4);
  const found = [];
  let filled = 0;
  for (const size of sizes) {
    fill(chain, filled, size);
    filled = size;
    const cost = measure(chain, Number(flags.blocks));
    found.push({ size, cost });
    const disk = statSync(join(folder, "state", "data.mdb")).size / 2 ** 20;
    note(
      `${size.toLocaleString("en-US")} rows: ${short(cost.total)} us a transfer ` +
        `(executed ${short(cost.executed)}, committed ${short(cost.committed)}), ${short(disk)} MiB on disk`,
    );
  }
  const [least, most] = [found[0], found[found.length - 1]];
  report({
    id: "growth",
    what: `a transfer as the state grows (${found.map(({ size }) => size.toLocaleString("en-US")).join(", ")} rows)`,
    figure: `${found.map(({ cost }) => short(cost.total)).join(", ")} us: ${short(most.cost.total / least.cost.total)}x`,
    target: "shown as a plot",
  });
  if (flags.plot !== undefined) {
    const series = (name, part) => ({ name, points: found.map(({ size, cost }) => [size, cost[part]]) });
    const lines = [series("in all", "total"), series("executed", "executed"), series("committed", "committed")];
    const title = "Cost of a private transfer as the state grows";
    writeFileSync(flags.plot, linePlot({ title, x: "rows of state", y: "us a transfer", series: lines }));
    note(`plot written to ${basename(flags.plot)}`);
  }
} finally {
  chain.close();
  rmSync(folder, { recursive: true, force: true });
}
