// SPDX-License-Identifier: Apache-2.0
// Budget: a SNIP-20 transfer with decryption, encrypted state and encrypted output takes at most
// 160 us (p50) in process, and runs at half the speed of the plain one or better. The two benches
// are those of the packages (vm/cosmwasm/bench and trusted/call/bench); they are run in turns, so
// that other load of the machine affects both equally.
// Usage: node bench/encrypted.mjs [transfers] [rounds]
import { execFileSync } from "node:child_process";
import { join, resolve } from "node:path";
import { note, report } from "./lib/report.mjs";
import { median, short } from "./lib/stats.mjs";

const transfers = process.argv[2] ?? "20000";
const rounds = Number(process.argv[3] ?? 3);
const root = resolve(import.meta.dirname, "..");

/** @param {string} bench */
function run(bench) {
  const text = execFileSync(process.execPath, [join(root, bench), transfers], { encoding: "utf8" });
  const [, p50, p99] = /p50 ([\d.]+) us, p99 ([\d.]+) us/.exec(text) ?? [];
  if (p99 === undefined) throw new Error(`${bench} prints no p50 and p99: ${text}`);
  return { p50: Number(p50), p99: Number(p99) };
}

const plain = [];
const encrypted = [];
for (let round = 0; round < rounds; round++) {
  plain.push(run("vm/cosmwasm/bench/transfer.mjs"));
  encrypted.push(run("trusted/call/bench/transfer.mjs"));
}
const of = (runs, part) => median(runs.map((one) => one[part]));
const share = of(plain, "p50") / of(encrypted, "p50");
note(`plain: p50 ${short(of(plain, "p50"))} us, p99 ${short(of(plain, "p99"))} us (median of ${rounds} runs)`);
report({
  id: "encrypted",
  what: "SNIP-20 transfer with all cryptography, in process",
  figure: `p50 ${short(of(encrypted, "p50"))} us, p99 ${short(of(encrypted, "p99"))} us`,
  target: "p50 at most 160 us",
  met: of(encrypted, "p50") <= 160,
});
report({
  id: "encrypted-share",
  what: "the same, against the plain transfer",
  figure: `${short(share)}x the plain speed`,
  target: "at least 0.5x",
  met: share >= 0.5,
});
