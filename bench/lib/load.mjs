// SPDX-License-Identifier: Apache-2.0
// A load of signed transactions, by RPC.

const pause = (ms) => new Promise((wake) => setTimeout(wake, ms));

/**
 * One sender: its transactions one after the other, each when the node has accepted the previous
 * one. CometBFT drops an accepted one when its mempool became full meanwhile
 * (mempool/clist_mempool.go resCbFirstTime); a sender goes back to it.
 * @param {import("./rpc.mjs").Rpc} rpc
 * @param {string[]} bodies
 * @param {(i: number) => Promise<void>} due waits until this transaction is to be sent
 */
export async function send(rpc, bodies, due = async () => {}) {
  for (let i = 0; i < bodies.length; ) {
    await due(i);
    const { result, error } = await rpc.post(bodies[i]);
    const why = error !== undefined ? `${error.message} ${error.data ?? ""}` : result.code === 0 ? "" : result.log;
    const [, expected, got] = /sequence mismatch, expected (\d+), got (\d+)/.exec(why) ?? [];
    if (why === "" || why.includes("already exists in cache")) i++;
    else if (why.includes("mempool is full")) await pause(20);
    else if (expected === undefined || i + Number(expected) - Number(got) < 0)
      throw new Error(`a transfer was refused: ${why}`);
    else i += Number(expected) - Number(got);
  }
}

/**
 * Follows the blocks above `from` until they have the expected number of transactions.
 * @returns {Promise<{ height: number, at: number }>} the last of these blocks, and when it was seen
 */
export async function follow(rpc, from, expected, withinMs) {
  const deadline = performance.now() + withinMs;
  for (let height = from, seen = 0; ; ) {
    const { last_height, block_metas } = await rpc
      .call("blockchain", { minHeight: `${height + 1}`, maxHeight: `${height + 20}` })
      .catch(() => ({ last_height: height, block_metas: [] }));
    for (const meta of block_metas) seen += Number(meta.num_txs);
    height = Math.max(height, ...block_metas.map((meta) => Number(meta.header.height)));
    if (seen >= expected) return { height, at: performance.now() };
    if (performance.now() > deadline)
      throw new Error(`${seen} of ${expected} transactions committed at height ${last_height}`);
    await pause(25);
  }
}

/** Results that are not 0, over the blocks of the load. */
export async function failures(rpc, from, to) {
  const bad = [];
  for (let height = from + 1; height <= to; height++) {
    const { txs_results } = await rpc.call("block_results", { height: `${height}` });
    for (const result of txs_results ?? []) if (result.code !== 0) bad.push(result.log);
  }
  return bad;
}
