/**
 * The longer run. Usage: node --import ./tools/example/register.mjs test/sim/main.ts [--seeds N] [--from N] [--blocks N]
 * Every seed runs all modules, and once more on a node in trouble, which must come to the same; a failure prints the seed
 * and the block, and the same seed brings it back.
 */
import "../../tools/contractThread.mjs";
import { parseArgs } from "node:util";
import { Simulation } from "./simulation.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "50" },
    from: { type: "string", default: "1" },
    blocks: { type: "string", default: "150" },
  },
});
const [seeds, from, blocks] = [Number(values.seeds), Number(values.from), Number(values.blocks)];

function differences({ chain: { lines } }: Simulation, seed: number): string[] {
  const again = new Simulation({ seed, blocks, troubled: true });
  again.close();
  const at = again.chain.lines.findIndex((line, i) => line !== lines[i]);
  if (at === -1) return again.chain.lines.length === lines.length ? [] : ["a node in trouble ends elsewhere"];
  return [
    "a node in trouble comes to something else:",
    ...[lines[at], again.chain.lines[at]].map((line) => `  ${line}`),
  ];
}

let failed = 0;
for (let seed = from; seed < from + seeds; seed++) {
  const simulation = new Simulation({ seed, blocks });
  const { txs, ok, failures } = simulation.counts;
  const kinds = [...failures].sort(([, a], [, b]) => b - a).map(([kind, count]) => `${kind} ${count}`);
  console.log(
    `seed ${seed}: ${simulation.chain.height} blocks, ${ok} of ${txs} ok (${kinds.join(", ")}), ${simulation.chain.appHash.slice(0, 16)}`,
  );
  const problems = [...simulation.problems, ...differences(simulation, seed)];
  for (const problem of problems) console.log(`  ${problem}`);
  failed += problems.length > 0 ? 1 : 0;
  simulation.close();
}
console.log(failed === 0 ? `${seeds} seeds, nothing found` : `${failed} of ${seeds} seeds found something`);
process.exitCode = failed === 0 ? 0 : 1;
