// SPDX-License-Identifier: Apache-2.0
/**
 * The longer run. Usage: node --import ./tools/example/register.mjs test/sim/main.ts [--seed N]
 * [--seeds N] [--blocks N] Every seed runs all modules, then again on a troubled node, and compares
 * the results. A failure prints seed and block. Without --seed the first seed is SOTTO_SEED, or 1.
 */
import "../../tools/contractThread.mjs";
import { parseArgs } from "node:util";
import { Simulation } from "./simulation.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: process.env["SOTTO_SEED"] ?? "1" },
    seeds: { type: "string", default: "50" },
    blocks: { type: "string", default: "500" },
  },
});
const [first, seeds, blocks] = [Number(values.seed), Number(values.seeds), Number(values.blocks)];

async function differences({ chain: { lines } }: Simulation, seed: number): Promise<string[]> {
  const again = await Simulation.run({ seed, blocks, troubled: true });
  again.close();
  const at = again.chain.lines.findIndex((line, i) => line !== lines[i]);
  if (at === -1) return again.chain.lines.length === lines.length ? [] : ["a troubled node has more lines"];
  return ["a troubled node has another result:", ...[lines[at], again.chain.lines[at]].map((line) => `  ${line}`)];
}

const most = (counts: ReadonlyMap<string, number>): string =>
  [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([kind, count]) => `${kind} ${count}`)
    .join(", ");

let failed = 0;
for (let seed = first; seed < first + seeds; seed++) {
  const simulation = await Simulation.run({ seed, blocks });
  const { txs, ok, failures } = simulation.counts;
  const { height, appHash } = simulation.chain;
  console.log(`seed ${seed}: ${height} blocks, ${ok} of ${txs} ok (${most(failures)}), ${appHash.slice(0, 16)}`);
  const problems = [...simulation.problems, ...(await differences(simulation, seed))];
  for (const problem of problems) console.log(`  ${problem}`);
  failed += problems.length > 0 ? 1 : 0;
  simulation.close();
}
console.log(failed === 0 ? `${seeds} seeds, nothing found` : `${failed} of ${seeds} seeds found something`);
process.exitCode = failed === 0 ? 0 : 1;
