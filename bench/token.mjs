// SPDX-License-Identifier: Apache-2.0
// Budget: a SNIP-20 transfer in the engine, plain backend, is at least 100 times as fast as on
// wasm3 as the reference runs it; acquiring and wiping an instance costs at most 15 us. wasm3 runs
// the same contract with the same imports over a table in memory, in a harness of this repository
// (bench/peers/wasm3).
// Usage: node bench/token.mjs [transfers]
import "../tools/contractThread.mjs";
import { formatAddress } from "@sotto/address";
import { fromUtf8, toLatin1, toUtf8 } from "@sotto/bytes";
import { checkContract } from "@sotto/check";
import { createContracts, formatEnv, imports, MAX_CALL_GAS } from "@sotto/cosmwasm";
import { sha256 } from "@sotto/crypto";
import { createEngine } from "@sotto/engine";
import { wasmOf } from "./lib/contracts.mjs";
import { wholeMetered } from "./lib/metered.mjs";
import { buildPeer, runPeer } from "./lib/peers.mjs";
import { note, report } from "./lib/report.mjs";
import { median, quantile, short, timed } from "./lib/stats.mjs";

const transfers = Number(process.argv[2] ?? 20_000);
const USERS = 50;
const wasm = wasmOf("contracts/built/private-token.wasm");
const code = checkContract(wasm);
const engine = createEngine();
const contract = createContracts(engine).add(sha256(wasm), code);
const users = Array.from({ length: USERS }, (_, i) => formatAddress(new Uint8Array(20).fill(i + 1)));

/** @param {string} entry @param {string} sender @param {unknown} msg */
function message(entry, sender, msg) {
  const { env, info } = formatEnv(code.dialect, {
    block: { height: 2, time: "1700000000000000000", chainId: "secretdev-1" },
    random: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    transaction: { index: 0, hash: "AB".repeat(32) },
    contract: users[0],
    codeHash: "ab".repeat(32),
    sender,
    funds: [],
  });
  return { entry, env: toUtf8(env), info: toUtf8(info), msg: JSON.stringify(msg) };
}

const first = message("instantiate", users[0], {
  name: "Token",
  symbol: "TOK",
  decimals: 6,
  prng_seed: "AAAA",
  initial_balances: users.map((address) => ({ address, amount: "1000000000" })),
});
const turns = users.map((user, i) =>
  message("execute", user, { transfer: { recipient: users[(i + 7) % USERS], amount: "1" } }),
);

const rows = new Map();
const backend = {
  readOnly: false,
  read: (key) => rows.get(toLatin1(key)),
  write: (key, value) => void rows.set(toLatin1(key), value),
  remove: (key) => void rows.delete(toLatin1(key)),
  query: () => {
    throw new Error("a transfer asks nothing");
  },
};

/** @param {{ entry: string, env: string, info: string, msg: string }} text */
function ours(text) {
  const input = { env: fromUtf8(text.env), info: fromUtf8(text.info), msg: fromUtf8(text.msg) };
  const [took, result] = timed(() => contract.call(text.entry, input, backend, MAX_CALL_GAS));
  if (result.outcome !== "returned") throw new Error(`the contract failed: ${result.abort}`);
  return { took, answer: toUtf8(result.data) };
}

ours(first);
const times = [];
for (let i = 0; i < transfers; i++) {
  const { took } = ours(turns[i % USERS]);
  // The first half warms up.
  if (i >= transfers / 2) times.push(took);
}
const own = { p50: median(times), p99: quantile(times, 0.99), answer: ours(turns[USERS - 1]).answer };
note(`ours: p50 ${short(own.p50)} us, p99 ${short(own.p99)} us over ${times.length} transfers`);

const compiled = engine.compile(code.module, imports);
const resets = [];
for (let i = 0; i < 4000; i++) {
  const [took] = timed(() => compiled.release(compiled.acquire(MAX_CALL_GAS)));
  if (i >= 2000) resets.push(took);
}
report({
  id: "reset",
  what: `taking and wiping an instance (${code.module.memory.min} pages)`,
  figure: `p50 ${short(median(resets))} us, p99 ${short(quantile(resets, 0.99))} us`,
  target: "at most 15 us",
  met: median(resets) <= 15,
});

const wasm3 = buildPeer("peer-wasm3");
if (wasm3 !== undefined) {
  const job = { warmup: USERS, first, calls: [{ name: "transfer", times: 3 * USERS, turns }] };
  const { peer, results } = runPeer(wasm3, [wasm, wholeMetered(code.module)], job);
  for (const { mode, times_us, answer } of results) {
    if (answer !== own.answer) throw new Error(`wasm3 answers ${answer}, ours ${own.answer}`);
    const ratio = median(times_us) / own.p50;
    note(`${peer}, ${mode}: p50 ${short(median(times_us))} us, ${short(ratio)}x ours`);
    if (mode !== "per call, metered") continue;
    report({
      id: "token-wasm3",
      what: "SNIP-20 transfer, plain, against wasm3 as the reference runs it",
      figure: `${short(ratio)}x (${short(own.p50)} us)`,
      target: "at least 100x",
      met: ratio >= 100,
    });
  }
}
