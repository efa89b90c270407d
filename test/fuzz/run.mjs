// SPDX-License-Identifier: Apache-2.0
// node test/fuzz/run.mjs [first seed] [count]: compares the two wasm engines, module by module,
// until one differs.
import "../../tools/contractThread.mjs";
import { compareSeed, createEngines } from "./compare.mjs";

const [first = "1", count = "100000"] = process.argv.slice(2);
const engines = createEngines();
/** @type {Map<string, number>} */
const total = new Map();
for (let seed = Number(first); seed < Number(first) + Number(count); seed++) {
  for (const [kind, times] of compareSeed(seed, engines)) total.set(kind, (total.get(kind) ?? 0) + times);
  if (seed % 5_000 === 0) console.log(`seed ${seed}`);
}
for (const [kind, times] of [...total].toSorted((a, b) => b[1] - a[1]))
  console.log(`${String(times).padStart(8)} ${kind}`);
console.log(`${count} modules from seed ${first}: no difference`);
