// SPDX-License-Identifier: Apache-2.0
// Budget: metering costs at most 10 % against V8 alone; a CPU-bound call is at least 12 times as
// fast as on wasm3 and 1.2 times as fast as on cosmwasm-vm 3.0. The work is SHA-256 in a loop:
// bench/built/hasher.wasm, a contract without imports, so that all engines run the same bytes on
// the same message and no host function is part of the time. V8 now and then leaves a hot function
// in its first tier for a whole process, with meters or without: so the result is the median of
// several processes.
// Usage: node bench/engine.mjs [rounds] [--once] (measures in this process and prints JSON)
import "../tools/contractThread.mjs";
import { execFileSync } from "node:child_process";
import { fromUtf8, toUtf8 } from "@sotto/bytes";
import { checkContract } from "@sotto/check";
import { createContracts, MAX_CALL_GAS } from "@sotto/cosmwasm";
import { sha256 } from "@sotto/crypto";
import { createEngine } from "@sotto/engine";
import { RawContract, wasmOf } from "./lib/contracts.mjs";
import { wholeMetered } from "./lib/metered.mjs";
import { buildPeer, runPeer } from "./lib/peers.mjs";
import { note, report } from "./lib/report.mjs";
import { median, short, timed } from "./lib/stats.mjs";

const [first] = process.argv.slice(2).filter((word) => word !== "--once");
const rounds = Number(first ?? 200);
if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`rounds are a number from 1 on, not ${first}`);
const PROCESSES = 5;
const LOOP = '{"hash":5000}';
const NOTHING = '{"hash":0}';
const TIMES = { loop: rounds, nothing: rounds * 20 };

const wasm = wasmOf("bench/built/hasher.wasm");
const code = checkContract(wasm);
const contract = createContracts(createEngine()).add(sha256(wasm), code);
const raw = new RawContract(wasm);
const texts = { env: "{}", info: "{}" };
const backend = {
  readOnly: false,
  read: () => undefined,
  write: () => undefined,
  remove: () => undefined,
  query: () => {
    throw new Error("the contract asks nothing");
  },
};

/** @param {string} msg */
function ours(msg) {
  const input = { env: fromUtf8(texts.env), info: fromUtf8(texts.info), msg: fromUtf8(msg) };
  const [took, result] = timed(() => contract.call("execute", input, backend, MAX_CALL_GAS));
  if (result.outcome !== "returned") throw new Error(`the contract failed: ${result.abort}`);
  return { took, answer: toUtf8(result.data) };
}

/** @param {string} msg */
function v8Alone(msg) {
  const input = [fromUtf8(texts.env), fromUtf8(texts.info), fromUtf8(msg)];
  const [took, answer] = timed(() => raw.call("execute", ...input));
  return { took, answer: toUtf8(answer) };
}

/**
 * In turns, so that other load of the machine affects both equally.
 * @param {string} msg
 * @param {number} times
 */
function compare(msg, times) {
  const metered = [];
  const alone = [];
  let answer = "";
  for (let i = -Math.ceil(times / 4); i < times; i++) {
    const [a, b] = i % 2 === 0 ? [ours(msg), v8Alone(msg)] : [v8Alone(msg), ours(msg)].reverse();
    if (a.answer !== b.answer) throw new Error("the engine and V8 alone disagree");
    answer = a.answer;
    if (i < 0) continue;
    metered.push(a.took);
    alone.push(b.took);
  }
  return { metered: median(metered), alone: median(alone), answer };
}

const measure = () => ({ loop: compare(LOOP, TIMES.loop), nothing: compare(NOTHING, TIMES.nothing) });
if (process.argv.includes("--once")) {
  console.log(JSON.stringify(measure()));
  process.exit();
}
const all = Array.from({ length: PROCESSES }, () =>
  JSON.parse(execFileSync(process.execPath, [import.meta.filename, `${rounds}`, "--once"], { encoding: "utf8" })),
);
/** @param {"loop" | "nothing"} name */
function medianOf(name) {
  const of = (/** @type {"metered" | "alone"} */ part) => median(all.map((one) => one[name][part]));
  return { metered: of("metered"), alone: of("alone"), answer: all[0][name].answer };
}
const loop = medianOf("loop");
const nothing = medianOf("nothing");
const overhead = loop.metered / loop.alone - 1;
note(
  `sha256 x5000: ${short(loop.metered)} us metered, ${short(loop.alone)} us on V8 alone (one instance, never reset)`,
);
note(`an empty call: ${short(nothing.metered)} us with reset, ${short(nothing.alone)} us on V8 alone`);
report({
  id: "metering",
  what: "metering, sha256 loop against raw V8",
  figure: `${(overhead * 100).toFixed(1)} %`,
  target: "at most 10 %",
  met: overhead <= 0.1,
});

/**
 * @param {import("./lib/peers.mjs").Measured[]} results
 * @param {{ answer: string }} own
 * @param {string} name
 */
function agreed(results, own, name) {
  for (const { answer, name: of } of results) {
    if (of === name && answer !== own.answer) throw new Error(`a peer computes something else in ${name}`);
  }
  return results.filter((result) => result.name === name);
}

const turns = (/** @type {string} */ msg) => [{ entry: "execute", ...texts, msg }];
const job = {
  warmup: 3,
  calls: [
    { name: "loop", times: Math.max(10, Math.ceil(rounds / 10)), turns: turns(LOOP) },
    { name: "nothing", times: 200, turns: turns(NOTHING) },
  ],
};

const wasm3 = buildPeer("peer-wasm3");
if (wasm3 !== undefined) {
  const { peer, results } = runPeer(wasm3, [wasm, wholeMetered(code.module)], job);
  for (const { mode, times_us } of agreed(results, loop, "loop")) {
    const ratio = median(times_us) / loop.metered;
    note(`${peer}, ${mode}: ${short(median(times_us))} us, ${short(ratio)}x ours`);
    if (mode !== "per call, metered") continue;
    report({
      id: "cpu-wasm3",
      what: "sha256 loop against wasm3, same metering",
      figure: `${short(ratio)}x`,
      target: "at least 12x",
      met: ratio >= 12,
    });
  }
  for (const { mode, times_us } of agreed(results, nothing, "nothing")) {
    note(`${peer}, ${mode}, an empty call: ${short(median(times_us))} us`);
  }
}

const cosmwasm = buildPeer("peer-cosmwasm-vm");
if (cosmwasm !== undefined) {
  const { peer, results } = runPeer(cosmwasm, [wasm], job);
  const [slow] = agreed(results, loop, "loop");
  const [fast] = agreed(results, nothing, "nothing");
  const ratio = median(slow.times_us) / loop.metered;
  note(`${peer}, ${slow.mode}: ${short(median(slow.times_us))} us, an empty call ${short(median(fast.times_us))} us`);
  report({
    id: "cpu-cosmwasm-vm",
    what: "sha256 loop against cosmwasm-vm 3.0",
    figure: `${short(ratio)}x`,
    target: "at least 1.2x",
    met: ratio >= 1.2,
  });
}
