// SPDX-License-Identifier: Apache-2.0
// Budget: 30 us a private transfer, of the 50 that it may cost the index thread with the reading of
// its result.
// Usage: node host/index/bench/index.mjs [blocks]      Build first: npx tsc -b host/index
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openIndex } from "@sotto/index";
import { transfers } from "./transfers.mjs";

const BLOCKS = Number(process.argv[2] ?? 10);
const TXS = 2000;
const path = mkdtempSync(join(tmpdir(), "sotto-bench-"));
const index = openIndex({ path });
const each = (ms) => `${((ms * 1000) / TXS).toFixed(1)} us`;
let contract = "";
for (let height = 1; height <= BLOCKS; height++) {
  const { txs, results } = transfers(TXS, height * TXS);
  contract = results[0].events.at(-1).attributes[0][1];
  const start = performance.now();
  index.indexBlock({ height, txs, results, blockEvents: [] });
  console.log(`block ${height}: ${each(performance.now() - start)} a transfer`);
}
console.log(`file: ${(statSync(join(path, "data.mdb")).size / (BLOCKS * TXS)).toFixed(0)} bytes a transfer`);
for (const query of [
  `wasm.contract_address='${contract}'`,
  `tx.height=${BLOCKS} AND wasm.contract_address='${contract}'`,
  "message.action='/secret.compute.v1beta1.MsgExecuteContract' AND tx.height > 1",
  `tx.height=${BLOCKS}`,
]) {
  const start = performance.now();
  const { total } = index.searchTxs(query);
  console.log(`${query}: ${total} found in ${(performance.now() - start).toFixed(2)} ms`);
}
index.close();
rmSync(path, { recursive: true });
