// SPDX-License-Identifier: Apache-2.0
/** A node that joins from a snapshot and becomes a validator, and a flood of bad transactions. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { toBase64 } from "@sotto/bytes";
import { accounts, deriveAccount, signPayment } from "@sotto/local";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { badTransactions } from "../../../../test/support/badTransactions.ts";
import { nodePaths, restUrl, rpcUrl } from "../../src/files.ts";
import type { NetworkStatus } from "../../src/status.ts";
import { init, must, network, nodeOf, type Running, startNetwork } from "../command.ts";

const CHAIN = "net-join";
const LONG_MS = 400_000;
const INTERVAL = 30;

let root: string;
let home: string;
const starts: Running[] = [];

const start = (...args: readonly string[]): Running => {
  const running = startNetwork("--home", home, ...args);
  starts.push(running);
  return running;
};

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "sotto-join-"));
  home = join(root, "net");
  const flags = ["--chain-id", CHAIN, "--block-time", "300ms", "--snapshot-interval", String(INTERVAL)];
  init(home, "--validators", "1", ...flags);
  await start().says(`the network ${CHAIN} is ready:`);
}, LONG_MS);

afterAll(async () => {
  network(["stop", "--home", home]);
  for (const { child, ended } of starts) {
    child.kill("SIGTERM");
    await ended;
  }
  rmSync(root, { recursive: true, force: true });
}, LONG_MS);

const nodeAt = (number: number) => nodeOf(home, number);

type Json = { readonly [name: string]: Json } & readonly Json[] & string;

async function rpc(number: number, method: string, params: object = {}): Promise<Json> {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
  const answer = await fetch(rpcUrl(nodeAt(number)), {
    method: "POST",
    body,
    headers: { "content-type": "application/json" },
  });
  return (await answer.json()) as Json;
}

const syncOf = async (number: number): Promise<Json> =>
  (await rpc(number, "status"))["result"]?.["sync_info"] as unknown as Json;
const heightOf = async (number: number): Promise<number> => Number((await syncOf(number))["latest_block_height"]);

async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const from = performance.now();
  for (;;) {
    const found = await look().catch(() => undefined);
    if (found !== undefined) return found;
    if (performance.now() - from > LONG_MS / 2)
      throw new Error(`not so: ${what}\n${starts.map((each) => each.output()).join("\n")}`);
    await sleep(100);
  }
}

const keyOf = (name: string) => deriveAccount(accounts.find((each) => each.name === name)?.mnemonic ?? "");
const [a, b] = [keyOf("a"), keyOf("b")];
const to = b.text;

async function accountOf(address: string) {
  const answer = await fetch(`${restUrl(nodeAt(1))}/cosmos/auth/v1beta1/account_info/${address}`);
  const { info } = (await answer.json()) as { info: { account_number: string; sequence: string } };
  return { accountNumber: BigInt(info.account_number), sequence: BigInt(info.sequence) };
}

const FINE = { chainId: CHAIN, denom: "uscrt", gasLimit: 100_000n, fee: 10_000n, to, amount: 1n } as const;

describe("a network that takes snapshots", { timeout: LONG_MS }, () => {
  test("is joined from a snapshot, by a node that then becomes a validator", async () => {
    const { node } = nodePaths(home, 1);
    await until("there is a snapshot", async () =>
      readdirSync(join(node, "snapshots")).some((name) => /^[0-9]+-3$/.test(name)) ? true : undefined,
    );
    expect(must("join", "--home", home, "--state-sync")).toContain("node 2 is in ");
    await start("--validator", "2").says("is ready:");
    const statuses = await until("node 2 is in step", async () => {
      const found = JSON.parse(network(["status", "--home", home, "--json"]).stdout) as NetworkStatus;
      return found.nodes.every(({ state }) => state === "in step") ? found.nodes : undefined;
    });
    expect(statuses.map(({ enclave, peers, fault }) => [enclave, peers, fault])).toEqual(
      Array(2).fill(["running", 1, null]),
    );
    expect(Number((await syncOf(2))["earliest_block_height"])).toBeGreaterThanOrEqual(INTERVAL);
    const stake = ["--from", "c", "--stake", "1000000"];
    expect(must("join", "--home", home, "--validator", "2", ...stake)).toContain(
      "node 2 is a validator by transaction",
    );
    await until("the set has two validators", async () =>
      (await rpc(1, "validators"))["result"]?.["total"] === "2" ? true : undefined,
    );
    const height = (await heightOf(1)) + 2;
    const hashes = await Promise.all(
      [1, 2].map((number) =>
        until(`node ${number} has block ${height}`, async () => {
          const header = (await rpc(number, "header", { height: String(height) }))["result"]?.["header"];
          return header?.["app_hash"] as string | undefined;
        }),
      ),
    );
    expect(hashes[0]).toMatch(/^[0-9A-F]{64}$/);
    expect(hashes[1]).toBe(hashes[0]);
  });

  test("takes valid transactions within some blocks beside thousands that no block can take", async () => {
    const own = await accountOf(to);
    const bad = badTransactions({ ...FINE, ...own, from: b });
    let isOver = false;
    const codes = new Set<string>();
    let sent = 0;
    const flood = async (number: number): Promise<void> => {
      while (!isOver) {
        const answer = await rpc(number, "broadcast_tx_sync", { tx: toBase64(bad(sent++)) });
        codes.add(String(answer["result"]?.["code"] ?? answer["error"]?.["data"]));
      }
    };
    // Both: what node 1 gets from a client, and what it gets from its peer.
    const floods = Array.from({ length: 24 }, (_, i) => flood(1 + (i % 2)));
    await until("the flood has begun", async () => (sent > 300 ? true : undefined));
    const { accountNumber, sequence } = await accountOf(a.text);
    const waits: number[] = [];
    for (let i = 0n; i < 8n || sent < 2_000; i++) {
      const tx = signPayment({ ...FINE, from: a, accountNumber, sequence: sequence + i });
      const before = await heightOf(1);
      const accepted = await rpc(1, "broadcast_tx_sync", { tx: toBase64(tx) });
      expect([accepted["result"]?.["code"], accepted["result"]?.["log"]]).toEqual([0, ""]);
      const hash = Buffer.from(String(accepted["result"]?.["hash"]), "hex").toString("base64");
      const height = await until("the payment is in a block", async () => {
        const found = (await rpc(1, "tx", { hash }))["result"];
        if (found === undefined) return undefined;
        expect(found["tx_result"]?.["code"]).toBe(0);
        return Number(found["height"]);
      });
      waits.push(height - before);
    }
    isOver = true;
    await Promise.all(floods);
    expect(sent).toBeGreaterThanOrEqual(2_000);
    // A payment that comes while a block is made goes into the next one.
    expect(Math.max(...waits)).toBeLessThanOrEqual(5);
    expect(codes.has("0")).toBe(false);
    expect(codes.size).toBeGreaterThan(2);
    const left = await rpc(1, "num_unconfirmed_txs");
    expect(Number(left["result"]?.["n_txs"])).toBe(0);
  });
});
