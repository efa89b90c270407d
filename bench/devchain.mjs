// SPDX-License-Identifier: Apache-2.0
// What a DevChain costs a test: its start, private transfers, snapshot and revert. In the first
// thread of a process, as in a test runner: the enclave has a thread of its own. Rates also in a
// thread that runs contracts itself.
// Usage: node bench/devchain.mjs [transfers] [rows]
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { wasmOf } from "./lib/contracts.mjs";
import { note, report } from "./lib/report.mjs";
import { median, quantile, short } from "./lib/stats.mjs";

const [mode = "20000", rowsText = "100000"] = process.argv.slice(2);
const SENDERS = 50;
const PER_BLOCK = 500;
/** Rows that the genesis writes for one account: the account, its number and its balance. */
const ROWS_OF_ACCOUNT = 3;
const self = fileURLToPath(import.meta.url);

const tokenInit = (/** @type {string[]} */ addresses) => ({
  name: "Token",
  symbol: "TOK",
  decimals: 6,
  prng_seed: "AAAA",
  initial_balances: addresses.map((address) => ({ address, amount: "1000000000" })),
});

async function cold() {
  const begin = performance.now();
  const { DevChain } = await import("@sotto/contract-test");
  const loaded = performance.now();
  const chain = await DevChain.create();
  const made = performance.now();
  chain.close();
  process.send?.({ load: loaded - begin, create: made - loaded });
}

/**
 * Seconds for transfers that were signed before, in blocks of a chain. @param {number} transfers
 */
async function transferRate(transfers) {
  const { DevChain } = await import("@sotto/contract-test");
  const { accountOf, Client, executeMessage, signTx } = await import("@sotto/contract-test/parts");
  const names = Array.from({ length: SENDERS }, (_, i) => `sender ${i}`);
  const coins = [{ denom: "uscrt", amount: "1000000" }];
  const chain = await DevChain.create({ accounts: Object.fromEntries(names.map((name) => [name, coins])) });
  const accounts = names.map((name) => chain.account(name));
  const token = await chain
    .as("alice")
    .deploy(wasmOf("contracts/built/private-token.wasm"), tokenInit(accounts.map(({ address }) => address)));
  const json = async (/** @type {string} */ path) => (await fetch(chain.url + path)).json();
  const { key } = await json("/registration/v1beta1/tx-key");
  const client = new Client("bench", new Uint8Array(Buffer.from(key, "base64")));
  const senders = [];
  for (const { name, address, privateKey } of accounts) {
    const { info } = await json(`/cosmos/auth/v1beta1/account_info/${address}`);
    senders.push({ by: accountOf(name, privateKey), accountNumber: BigInt(info.account_number), sequence: 0n });
  }
  const sign = (/** @type {number} */ i) => {
    const sender = senders[i % SENDERS];
    const recipient = senders[(i + 7) % SENDERS].by.address;
    const { wire } = client.encrypt(token.codeHash, { transfer: { recipient, amount: "1" } });
    const messages = [executeMessage(sender.by, token.address, wire)];
    const signer = { ...sender };
    sender.sequence++;
    return signTx({ chainId: chain.chainId, messages, signers: [signer], gas: 250_000n, fee: [] });
  };
  const blocks = Array.from({ length: Math.ceil(transfers / PER_BLOCK) }, (_, b) =>
    Array.from({ length: PER_BLOCK }, (_, i) => sign(b * PER_BLOCK + i)),
  );
  const before = process.cpuUsage();
  const times = blocks.map((txs) => {
    const begin = performance.now();
    const failed = chain.deliver(txs).find(({ code }) => code !== 0);
    if (failed !== undefined) throw new Error(`a transfer failed: ${failed.log}`);
    return performance.now() - begin;
  });
  const { user, system } = process.cpuUsage(before);
  // One after the other, as a test does: encrypted, signed, checked, each in its own block.
  const whole = [];
  for (let i = 0; i < 400; i++) {
    const begin = performance.now();
    await chain.as(accounts[0]).execute(token, { transfer: { recipient: accounts[1].address, amount: "1" } });
    whole.push(performance.now() - begin);
  }
  chain.close();
  return {
    rate: (PER_BLOCK * 1000) / median(times.slice(times.length / 2)),
    /** Microseconds of all threads of the process, the collector of garbage included. */
    processor: (user + system) / (blocks.length * PER_BLOCK),
    whole: median(whole.slice(200)),
  };
}

async function creation() {
  const { DevChain } = await import("@sotto/contract-test");
  const times = [];
  for (let i = 0; i < 12; i++) {
    const begin = performance.now();
    const chain = await DevChain.create({ seed: `chain ${i}` });
    times.push(performance.now() - begin);
    chain.close();
  }
  return times.slice(1);
}

/** @param {number} rows */
async function snapshots(rows) {
  const { DevChain } = await import("@sotto/contract-test");
  const coins = [{ denom: "uscrt", amount: "1000000" }];
  const names = Array.from({ length: Math.ceil(rows / ROWS_OF_ACCOUNT) }, (_, i) => [`account ${i}`, coins]);
  const chain = await DevChain.create({ accounts: Object.fromEntries(names) });
  const [alice, bob] = [chain.as("alice"), chain.account("bob")];
  const token = await alice.deploy(wasmOf("contracts/built/private-token.wasm"), tokenInit([alice.address]));
  const times = [];
  for (let i = 0; i < 40; i++) {
    const before = performance.now();
    const mark = chain.snapshot();
    const taken = performance.now();
    await alice.execute(token, { transfer: { recipient: bob.address, amount: "1" } });
    const ran = performance.now();
    chain.revert(mark);
    times.push(taken - before + performance.now() - ran);
  }
  chain.close();
  return times.slice(5);
}

/**
 * @param {number} transfers @returns {Promise<{ rate: number, processor: number, whole: number }>}
 */
const inContractThread = (transfers) =>
  new Promise((done, fail) => {
    const worker = new Worker(self, { argv: [String(transfers)], resourceLimits: { stackSizeMb: 512 } });
    worker.on("message", done);
    worker.on("error", fail);
  });

async function main() {
  const transfers = Number(mode);
  const first = await new Promise((done) => fork(self, ["cold"]).on("message", done));
  report({
    id: "devchain-cold",
    what: "DevChain.create(), the first of a process",
    figure: `${short(first.create)} ms`,
    target: "under 600 ms",
    met: first.create < 600,
  });
  note(`the package is loaded in ${short(first.load)} ms before`);
  const warm = await creation();
  report({
    id: "devchain-warm",
    what: "DevChain.create(), later ones",
    figure: `p50 ${short(median(warm))} ms, most ${short(Math.max(...warm))} ms`,
    target: "under 150 ms",
    met: median(warm) < 150,
  });
  const inline = await inContractThread(transfers);
  const own = await transferRate(transfers);
  report({
    id: "devchain-rate",
    what: `private transfers in blocks of ${PER_BLOCK}, signatures checked, in process`,
    figure: `${short(inline.rate)} tx/s; ${short(own.rate)} with the enclave in a thread of its own`,
    target: "at least 3,000 tx/s",
    met: inline.rate >= 3000,
  });
  note(
    `processor time: ${short(inline.processor)} us a transfer; ${short(own.processor)} with the thread, which waits actively`,
  );
  note(
    `execute(), encrypted, signed, checked and in its own block: ${short(inline.whole)} ms; ${short(own.whole)} ms with the thread`,
  );
  const rows = Number(rowsText);
  const times = await snapshots(rows);
  report({
    id: "devchain-revert",
    what: `snapshot and revert at ${rows.toLocaleString("en-US")} rows`,
    figure: `p50 ${short(median(times))} ms, p95 ${short(quantile(times, 0.95))} ms`,
    target: "under 5 ms",
    met: median(times) < 5,
  });
}

if (mode === "cold") await cold();
else if (isMainThread) await main();
else parentPort?.postMessage(await transferRate(Number(mode)));
