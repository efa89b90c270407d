// SPDX-License-Identifier: Apache-2.0
// node vm/engine/bench/engine.mjs
//
// Cost model. Metering: six machine instructions per structured sequence, so short sequences cost
// more; compilers unroll hot loops. A reset: one pass over the physical memory (25 pages for a
// usual contract) plus the data segments. A compile: validate, rewrite and V8's lazy compile, each
// linear in the code.
import "../../../tools/contractThread.mjs";
import { existsSync, readFileSync } from "node:fs";
import { checkContract, checkModule } from "@sotto/check";
import { createEngine } from "@sotto/engine";
import wabt from "wabt";
import { shaWat } from "./shaModule.mjs";

const BUDGET = { unrolled: 1.1, rolled: 1.3, resetUs: 15 };
const GAS = 10_000_000_000;
const BLOCKS = 3_000;

const tools = await wabt();
const wat = (text) => new Uint8Array(tools.parseWat("bench.wat", text).toBinary({}).buffer);

const sorted = (count, act) => {
  const times = [];
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    act();
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b);
};
const median = (times) => times[times.length >> 1];
const within = (value, budget) => (value <= budget ? "within" : "ABOVE");

/** The two in turn, so that a busy machine slows both. */
function ratio(first, second) {
  const ratios = [];
  for (let round = 0; round < 7; round++) ratios.push(median(sorted(15, first)) / median(sorted(15, second)));
  return median(ratios.sort((a, b) => a - b));
}

const engine = createEngine();
for (const [name, unroll] of [
  ["unrolled", 16],
  ["rolled", 1],
]) {
  const bytes = wat(shaWat(unroll));
  const { hash } = new WebAssembly.Instance(new WebAssembly.Module(bytes), {}).exports;
  const compiled = engine.compile(checkModule(bytes), {});
  const metered = () => {
    const instance = compiled.acquire(GAS);
    const result = instance.call("hash", BLOCKS);
    compiled.release(instance);
    return result;
  };
  // One after the other on fresh state: the same digest proves the same work.
  if (metered() !== hash(BLOCKS)) throw new Error("metered and raw code differ");
  sorted(60, metered);
  sorted(60, () => hash(BLOCKS));
  const cost = ratio(metered, () => hash(BLOCKS));
  console.log(
    `sha-256, ${name}: metered / raw V8 = ${cost.toFixed(3)} (${within(cost, BUDGET[name])} ${BUDGET[name]})`,
  );
}

const built = new URL("../../../contracts/built/private-token.wasm", import.meta.url);
const contract = existsSync(built) ? readFileSync(built) : wat(shaWat());
const { module } = existsSync(built) ? checkContract(contract) : { module: checkModule(contract) };
const host = Object.fromEntries(module.imports.map(({ name }) => [name, () => 0]));
const size = `${(contract.length / 1024).toFixed(0)} KiB`;
const compiled = engine.compile(module, host);
const reset = sorted(20_000, () => compiled.release(compiled.acquire(GAS)));
const mean = reset.reduce((a, b) => a + b) / reset.length;
const us = (ms) => (ms * 1000).toFixed(1);
console.log(
  `reset of a pooled instance (${size}): median ${us(median(reset))} us, mean ${us(mean)}, p99 ${us(reset[Math.floor(reset.length * 0.99)])} (${within(median(reset) * 1000, BUDGET.resetUs)} ${BUDGET.resetUs})`,
);
const check = sorted(20, () => checkModule(contract));
console.log(`check of ${size}: first ${check[19].toFixed(1)} ms, warm ${median(check).toFixed(1)} ms`);
const compile = sorted(20, () => engine.compile(module, host));
console.log(
  `rewrite and compile of ${size}: first ${compile[19].toFixed(1)} ms, warm ${median(compile).toFixed(1)} ms`,
);
const lone = createEngine({ maxIdle: 0 }).compile(module, host);
const fresh = sorted(300, () => lone.release(lone.acquire(GAS)));
const freshMean = fresh.reduce((a, b) => a + b) / fresh.length;
console.log(`a fresh instance instead of a reset: median ${us(median(fresh))} us, mean ${us(freshMean)}`);
