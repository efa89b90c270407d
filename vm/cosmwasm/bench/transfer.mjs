// SPDX-License-Identifier: Apache-2.0
// Budget: a SNIP-20 transfer over a plain backend takes at most 55 us (median), on an otherwise
// idle machine.
// Usage: node vm/cosmwasm/bench/transfer.mjs [transfers]      Build first: npx tsc -b vm/cosmwasm
import "../../../tools/contractThread.mjs";
import { readFileSync } from "node:fs";
import { formatAddress } from "@sotto/address";
import { fromUtf8, toLatin1, toUtf8 } from "@sotto/bytes";
import { checkContract } from "@sotto/check";
import { createContracts, formatEnv, MAX_CALL_GAS } from "@sotto/cosmwasm";
import { sha256 } from "@sotto/crypto";
import { createEngine } from "@sotto/engine";

const transfers = Number(process.argv[2] ?? 20_000);
const wasm = new Uint8Array(readFileSync(new URL("../../../contracts/built/private-token.wasm", import.meta.url)));
const contract = createContracts(createEngine()).add(sha256(wasm), checkContract(wasm));
const users = Array.from({ length: 50 }, (_, i) => formatAddress(new Uint8Array(20).fill(i + 1)));
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

function call(entry, sender, height, msg) {
  const env = formatEnv(contract.code.dialect, {
    block: { height, time: "1700000000000000000", chainId: "secretdev-1" },
    random: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    transaction: { index: 0, hash: "AB".repeat(32) },
    contract: users[0],
    codeHash: "ab".repeat(32),
    sender,
    funds: [],
  });
  const start = performance.now();
  const result = contract.call(entry, { ...env, msg }, backend, MAX_CALL_GAS);
  const took = (performance.now() - start) * 1000;
  if (result.outcome !== "returned" || !toUtf8(result.data).startsWith('{"Ok"'))
    throw new Error(`failed: ${result.abort}`);
  return { took, gas: result.gasUsed };
}

const json = (value) => fromUtf8(JSON.stringify(value));
const balances = users.map((address) => ({ address, amount: "1000000000" }));
call(
  "instantiate",
  users[0],
  1,
  json({ name: "Token", symbol: "TOK", decimals: 6, prng_seed: "AAAA", initial_balances: balances }),
);
const times = [];
let gas = 0;
for (let i = 0; i < transfers; i++) {
  const msg = json({ transfer: { recipient: users[(i + 7) % 50], amount: "1" } });
  const done = call("execute", users[i % 50], 2 + i, msg);
  gas = done.gas;
  // The first half warms up.
  if (i >= transfers / 2) times.push(done.took);
}
times.sort((a, b) => a - b);
const at = (part) => times[Math.floor(times.length * part)].toFixed(1);
console.log(`plain transfer: p50 ${at(0.5)} us, p99 ${at(0.99)} us, ${gas} wasm gas (budget: p50 55 us)`);
