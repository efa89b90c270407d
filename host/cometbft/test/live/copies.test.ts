// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeComet, type TestComet } from "../../../../test/support/cometbft.ts";
import { type CometProcess, cometFiles, rpcSource, storeSource } from "../../src/index.ts";

// CometBFT writes tables while its store is copied. Why such a table is not linked:
// ../manifest.test.ts.

/** Of 400 kB each, which cannot be compressed; LevelDB begins a table after 4 MiB. */
const TXS = 15;

let comet: TestComet;
let running: CometProcess;

beforeAll(async () => {
  comet = await makeComet({ timeoutCommit: 20 });
  running = await comet.start();
  await comet.reached(1);
});

afterAll(() => comet.remove());

async function send(i: number): Promise<void> {
  const value = createHash("shake256", { outputLength: 200_000 }).update(String(i)).digest("hex");
  const tx = Buffer.from(`key${i}=${value}`).toString("base64");
  const body = JSON.stringify({ jsonrpc: "2.0", id: i, method: "broadcast_tx_sync", params: { tx } });
  const answer = await fetch(comet.rpc, { method: "POST", body });
  expect(await answer.json()).toMatchObject({ result: { code: 0 } });
}

test("copies of a store that grows find every block, and leave it whole", async () => {
  const source = storeSource(cometFiles(comet.home).blockStore);
  let copies = 0;
  for (let i = 0; i < TXS; i++) {
    const sent = send(i);
    const height = await comet.reached(0);
    const hash = await comet.hashAt(height);
    expect(await source.look(height, hash)).toMatchObject({ header: { height } });
    await source.release();
    copies++;
    await sent;
  }
  expect(copies).toBe(TXS);
  while ((await comet.ask("/num_unconfirmed_txs")).result?.["n_txs"] !== "0") await comet.reached(0);
  await comet.reached((await comet.reached(0)) + 1);
  await running.stop();
  running = await comet.start();
  const rpc = rpcSource(comet.rpc);
  const top = await comet.reached(1);
  let txs = 0;
  for (let height = 1; height <= top; height++) {
    const { result } = await comet.ask(`/block?height=${height}`);
    txs += result?.["block"]?.["data"]?.["txs"]?.length ?? 0;
    expect(await rpc.look(height, await comet.hashAt(height))).toMatchObject({ header: { height } });
  }
  expect(txs).toBe(TXS);
});
