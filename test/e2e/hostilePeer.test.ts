// SPDX-License-Identifier: Apache-2.0
/**
 * A peer whose CometBFT takes every transaction and passes it on: between it and its node a proxy
 * answers each CheckTx with success.
 */
import { once } from "node:events";
import { existsSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { toBase64 } from "@sotto/bytes";
import { accounts, deriveAccount, signPayment } from "@sotto/local";
import { afterAll, expect, test } from "vitest";
import { badTransactions } from "../support/badTransactions.ts";
import { newHome, removeAll, rest, until } from "./node.ts";
import { Pair } from "./pair.ts";

const CHAIN = "peer-1";
const BAD = 1_500;
const pairs: Pair[] = [];
let proxy: Server | undefined;

afterAll(async () => {
  await removeAll();
  for (const { comet } of pairs) await comet.remove();
  proxy?.close();
});

/** Number of check_tx in tendermint.abci.Response, with its wire type. */
const CHECK_TX = 0x4a;
/** A frame with an empty ResponseCheckTx: success. */
const TAKEN = Uint8Array.of(2, CHECK_TX, 0);

/** Passes on the frames of a node, with other verdicts on transactions. */
function alter(node: Socket, comet: Socket): void {
  let rest = Buffer.alloc(0);
  node.on("data", (piece: Buffer) => {
    rest = Buffer.concat([rest, piece]);
    for (;;) {
      let length = 0;
      let at = 0;
      while (at < rest.length && ((rest[at] as number) & 0x80) !== 0)
        length += ((rest[at] as number) & 0x7f) * 128 ** at++;
      if (at >= rest.length) return;
      length += (rest[at] as number) * 128 ** at++;
      if (rest.length < at + length) return;
      const frame = rest.subarray(0, at + length);
      comet.write(frame[at] === CHECK_TX ? TAKEN : frame);
      rest = rest.subarray(at + length);
    }
  });
}

async function hostileProxy(to: string): Promise<string> {
  const path = join(newHome(), "..", `proxy-${process.pid}.sock`);
  proxy = createServer((comet) => {
    const node = connect(to);
    comet.pipe(node);
    alter(node, comet);
    for (const [one, other] of [
      [comet, node],
      [node, comet],
    ] as const) {
      one.on("error", () => {});
      one.on("close", () => other.destroy());
    }
  }).listen(path);
  await once(proxy, "listening");
  return `unix://${path}`;
}

const keyOf = (name: string) => deriveAccount(accounts.find((each) => each.name === name)?.mnemonic ?? "");
const [a, b] = [keyOf("a"), keyOf("b")];
const FINE = { chainId: CHAIN, denom: "uscrt", gasLimit: 100_000n, fee: 10_000n, to: b.text, amount: 1n } as const;

test("a peer that passes on 1,500 bad transactions does not slow valid ones", { timeout: 300_000 }, async () => {
  const first = await Pair.make(CHAIN);
  pairs.push(first);
  await first.start();
  const second = await Pair.make(CHAIN, { peer: first });
  pairs.push(second);
  await second.startNode();
  const socket = join(second.home, "abci.sock");
  await until(async () => (existsSync(socket) ? true : undefined), 60_000);
  const address = await hostileProxy(socket);
  const engine = await second.comet.start(["--proxy_app", address]);
  await second.comet.reached(3);
  const waiting = async ({ comet }: Pair, what = "total"): Promise<number> =>
    Number((await comet.ask("/num_unconfirmed_txs")).result?.[what]);

  const accountOf = async (address: string) => {
    const path = `/cosmos/auth/v1beta1/account_info/${address}`;
    const { info } = await rest<{ info: { account_number: string; sequence: string } }>(first.node, path);
    return { accountNumber: BigInt(info.account_number), sequence: BigInt(info.sequence) };
  };
  const bad = badTransactions({ ...FINE, from: b, ...(await accountOf(b.text)) });
  const post = async (tx: Uint8Array): Promise<void> => {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "broadcast_tx_async", params: { tx: toBase64(tx) } });
    await (await fetch(second.comet.rpc, { method: "POST", body })).arrayBuffer();
  };
  for (let n = 0; n < BAD; n += 50) await Promise.all(Array.from({ length: 50 }, (_, i) => post(bad(n + i))));
  // The hostile mempool has them, of which the repeated one is one.
  await until(async () => ((await waiting(second)) > BAD / 2 ? true : undefined), 60_000);

  const { accountNumber, sequence } = await accountOf(a.text);
  for (let i = 0n; i < 5n; i++) {
    const tx = signPayment({ ...FINE, from: a, accountNumber, sequence: sequence + i });
    const before = await first.comet.reached(1);
    const sent = await first.comet.ask(`/broadcast_tx_sync?tx=0x${Buffer.from(tx).toString("hex")}`);
    expect(sent.result?.["code"]).toBe(0);
    const height = await until(async () => {
      const found = (await first.comet.ask(`/tx?hash=0x${sent.result?.["hash"]}`)).result;
      return found === undefined ? undefined : Number(found["height"]);
    }, 60_000);
    expect(height - before).toBeLessThanOrEqual(8);
  }
  expect(await waiting(first)).toBe(0);
  expect((await first.comet.ask("/net_info")).result?.["n_peers"]).toBe("1");
  // They come into no block of an honest proposer.
  const last = await first.comet.reached(1);
  for (let height = 2; height <= last; height++) {
    const { result } = await first.comet.ask(`/block_results?height=${height}`);
    for (const each of result?.["txs_results"] ?? []) expect(each["code"]).toBe(0);
  }
  await second.node.stop("SIGKILL");
  await engine.stop();
});
