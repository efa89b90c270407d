// SPDX-License-Identifier: Apache-2.0
// Budget: making, signing and logging a block of 2,000 private transfers, with the coding of its
// results, takes at most 60 ms, 30 us a transfer, the application excluded; an empty block at most
// 2 ms and the disk's sync.
// Usage: node host/sequencer/bench/produce.mjs [noSync]      Build first: npx tsc -b host/sequencer
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeBlockResult, encodeBlockResult, Mempool, openBlockLog } from "@sotto/blocks";
import { Ed25519Key } from "@sotto/crypto";
import { createSequencer } from "@sotto/sequencer";

const noSync = process.argv[2] === "noSync";
const TXS = 2000;
const BLOCKS = 8;
const key = new Ed25519Key(new Uint8Array(32).fill(1));
const path = mkdtempSync(join(tmpdir(), "sotto-bench-"));

/**
 * As large as a private transfer: 1,100 bytes; eleven events with 27 attributes; an encrypted
 * answer.
 */
function transfer() {
  const text = (bytes) => randomBytes(bytes).toString("hex");
  const attributes = (count) => Array.from({ length: count }, (_, i) => [text(4), text(i % 2 === 0 ? 22 : 5)]);
  const events = Array.from({ length: 11 }, (_, i) => ({ type: text(4), attributes: attributes(i < 5 ? 3 : 2) }));
  const result = {
    code: 0,
    codespace: "",
    data: randomBytes(320),
    log: "",
    gasWanted: 150000n,
    gasUsed: 81234n,
    events,
  };
  return { tx: new Uint8Array(randomBytes(1100)), result };
}

const blocks = Array.from({ length: BLOCKS }, () => {
  const list = Array.from({ length: TXS }, transfer);
  return { txs: list.map(({ tx }) => tx), txResults: list.map(({ result }) => result) };
});

const RESULT = { events: [], validatorUpdates: [], consensusParamUpdates: undefined };

/** Answers what was prepared: the time of an application is none here. */
let next = [];
const app = {
  height: 0,
  appHash: new Uint8Array(32),
  initChain: () => ({ validators: [], appHash: app.appHash }),
  finalizeBlock(block) {
    app.height = block.height;
    return { ...RESULT, txResults: next };
  },
  commit: () => app.appHash,
  extra: () => undefined,
};
const genesis = {
  chainId: "secretdev-1",
  time: 1_700_000_000_123_456_789n,
  initialHeight: 1,
  appState: new Map(),
  consensusParams: new Uint8Array(0),
  validators: [{ pubKey: key.publicKey, power: 100n }],
};

const log = openBlockLog({ path, noSync });
let last = 0;
const spent = new Map();
const onPhase = (phase) => {
  const now = performance.now();
  spent.set(phase, (spent.get(phase) ?? 0) + now - last);
  last = now;
};
const sequencer = createSequencer({ app, log, keys: [key], genesis, onPhase });
const run = (txs, results) => {
  next = results;
  const start = performance.now();
  last = start;
  sequencer.produce(genesis.time + BigInt(sequencer.height + 1) * 1_000_000_000n, txs);
  return performance.now() - start;
};

const empty = Array.from({ length: 20 }, () => run([], [])).sort((a, b) => a - b);
console.log(`empty block: ${empty[10].toFixed(2)} ms`);
spent.clear();
for (const { txs, txResults } of blocks) {
  const ms = run(txs, txResults);
  console.log(`block of ${TXS} transfers: ${ms.toFixed(1)} ms, ${((ms * 1000) / TXS).toFixed(1)} us each`);
}
const bytes = encodeBlockResult({ ...RESULT, txResults: blocks[0].txResults });
for (let i = 0; i < 5; i++) {
  const start = performance.now();
  decodeBlockResult(bytes);
  if (i === 4) console.log(`results read: ${(((performance.now() - start) * 1000) / TXS).toFixed(1)} us each`);
}
for (const [phase, ms] of spent) console.log(`  until ${phase}: ${(ms / BLOCKS).toFixed(1)} ms a block`);

const mempool = new Mempool({ app: { signers: () => [], check: () => ({ code: 0, gasWanted: 1n }), reset() {} } });
let start = performance.now();
for (const { txs } of blocks) for (const tx of txs) mempool.add(tx);
console.log(`mempool add: ${(((performance.now() - start) * 1000) / (BLOCKS * TXS)).toFixed(2)} us each`);
start = performance.now();
for (const { txs, txResults } of blocks) {
  mempool.reap(sequencer.maxDataBytes);
  mempool.update(txs, txResults);
}
console.log(`mempool reap and update: ${(((performance.now() - start) * 1000) / (BLOCKS * TXS)).toFixed(2)} us each`);
log.close();
rmSync(path, { recursive: true });
