// SPDX-License-Identifier: Apache-2.0
import { cpSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { toUtf8 } from "@sotto/bytes";
import { MsgExecuteContractResponse, type SecretNetworkClient, type TxResponse, Wallet } from "secretjs";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import {
  CHAIN_ID,
  clientOf,
  execute,
  make,
  must,
  nativeBalance,
  store,
  tokenBalance,
  tokenInit,
  withGas,
} from "./client.ts";
import {
  failedStart,
  freeOffset,
  freePorts,
  heightOf,
  holderOf,
  newHome,
  provenHeight,
  removeAll,
  rpc,
  STOP_MS,
  TestNode,
  until,
  untilHeight,
} from "./node.ts";

afterEach(removeAll);
afterAll(removeAll);

interface RpcBlock {
  readonly block_id: { readonly hash: string };
  readonly block: {
    readonly header: {
      readonly app_hash: string;
      readonly last_block_id: { readonly hash: string };
      readonly time: string;
    };
    readonly data: { readonly txs: readonly string[] };
  };
}
const block = (node: TestNode, height: number): Promise<RpcBlock> => rpc(node, `block?height=${height}`);

const pay = (client: SecretNetworkClient, to: string, amount: number): Promise<TxResponse> =>
  client.tx.bank.send(
    { from_address: client.address, to_address: to, amount: [{ denom: "uscrt", amount: String(amount) }] },
    withGas(50_000),
  );

const FAST = "--block-time=100ms";

describe("the life of a node", () => {
  test("a second start on the same folder goes on with the chain, its state and its secrets", async () => {
    let node = await TestNode.start({ flags: ["--instant"] });
    let alice = clientOf(node, "a", { encryptionSeed: new Uint8Array(32).fill(1) });
    const token = await make(alice, await store(alice, "private-token"), tokenInit(alice.address));
    must(await execute(alice, token, { set_viewing_key: { key: "kept" } }));
    const to = new Wallet().address;
    const paid = must(await pay(alice, to, 42));
    const height = await provenHeight(node);
    const last = await block(node, height);
    expect(await node.stop()).toMatchObject({ code: 0, signal: null });

    node = await node.restart();
    expect(await heightOf(node)).toBe(height);
    alice = clientOf(node, "a", { encryptionSeed: new Uint8Array(32).fill(1) });
    expect(await nativeBalance(alice, to)).toBe(42n);
    expect(await tokenBalance(alice, token, alice.address, "kept")).toBe(1_000_000n);
    expect((await alice.query.getTx(paid.transactionHash))?.height).toBe(paid.height);
    must(await execute(alice, token, { transfer: { recipient: to, amount: "5" } }));
    expect(await tokenBalance(alice, token, alice.address, "kept")).toBe(999_995n);
    const next = await block(node, height + 1);
    expect(next.block.header.last_block_id.hash).toBe(last.block_id.hash);
  });

  test.each([
    ["SIGTERM", "inline"],
    ["SIGINT", "inline"],
    ["SIGTERM", "worker"],
    ["SIGINT", "worker"],
  ] as const)("%s stops it at once, also under load, with the enclave %s", async (signal, transport) => {
    const node = await TestNode.start({ flags: [FAST, `--enclave=${transport}`] });
    const alice = clientOf(node, "a");
    const to = new Wallet().address;
    must(await pay(alice, to, 1));
    let stopping = false;
    const load = Promise.all(
      ["b", "c", "d"].map(async (name) => {
        const client = clientOf(node, name);
        while (!stopping) {
          try {
            await pay(client, to, 1);
          } catch (thrown) {
            if (!stopping) throw thrown;
          }
        }
      }),
    );
    await untilHeight(node, (await heightOf(node)) + 3);
    stopping = true;
    const ended = await node.stop(signal);
    expect(ended).toMatchObject({ code: 0, signal: null });
    expect(ended.ms).toBeLessThan(STOP_MS);
    await load;
    expect(node.stderr).toBe("");
  });

  test("a second node on the same folder is refused, and the first goes on", async () => {
    const node = await TestNode.start({ flags: [FAST] });
    const failed = await failedStart({ home: node.home });
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain(`the folder ${node.home} belongs to a running node (process ${node.pid} of`);
    expect(failed.stderr).toContain("--home DIR");
    expect(failed.stderr).not.toContain("    at ");
    await untilHeight(node, (await heightOf(node)) + 2);
  });

  test.each([
    ["rest", "REST", "--rest-port"],
    ["rpc", "RPC", "--rpc-port"],
    ["grpc", "gRPC", "--grpc-port"],
    ["grpcWeb", "gRPC-web", "--grpc-web-port"],
    ["faucet", "faucet", "--faucet-port"],
  ] as const)("a %s port in use is named with its flag, and the folder stays usable", async (which, name, flag) => {
    const ports = await freePorts();
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(ports[which], "127.0.0.1", resolve));
    const home = newHome();
    const failed = await failedStart({ home, ports });
    await new Promise((resolve) => taken.close(resolve));
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain(`port ${ports[which]} (${name}) is in use; choose another with ${flag} PORT`);
    expect(failed.stderr).not.toContain("    at ");
    if (which === "faucet") await TestNode.start({ home, ports });
  });

  test("--reset begins a new chain with a new key", async () => {
    const first = await TestNode.start({ flags: ["--instant"] });
    const alice = clientOf(first, "a");
    const to = new Wallet().address;
    must(await pay(alice, to, 7));
    const height = await heightOf(first);
    const genesis = await block(first, 1);
    await first.stop();
    const second = await first.restart(["--instant", "--reset"]);
    expect(await heightOf(second)).toBeLessThan(height);
    expect((await block(second, 1)).block_id.hash).not.toBe(genesis.block_id.hash);
    expect(await nativeBalance(clientOf(second, "a"), to)).toBe(0n);
  });

  test("two chains run side by side with --port-offset", async () => {
    const [one, two] = await Promise.all([
      TestNode.start({ portOffset: await freeOffset(), flags: [FAST] }),
      TestNode.start({ portOffset: await freeOffset(), flags: [FAST, "--chain-id=secretdev-2"] }),
    ]);
    const networkOf = async (node: TestNode): Promise<string> => {
      const { node_info } = await rpc<{ node_info: { network: string } }>(node, "status");
      return node_info.network;
    };
    expect([await networkOf(one), await networkOf(two)]).toEqual(["secretdev-1", "secretdev-2"]);
    const to = new Wallet().address;
    must(await pay(clientOf(two, "a", { chainId: "secretdev-2" }), to, 9));
    expect(await nativeBalance(clientOf(one, "a"), to)).toBe(0n);
    expect(await nativeBalance(clientOf(two, "a"), to)).toBe(9n);
  });

  test("a folder of another chain is refused, with what to do", async () => {
    const node = await TestNode.start({ flags: ["--instant"] });
    await node.stop();
    const failed = await failedStart({ home: node.home, flags: ["--chain-id=other-1"] });
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain(`the folder ${node.home} holds chain ${CHAIN_ID}, not other-1`);
    expect(failed.stderr).toContain("--reset");
    expect(failed.stderr).not.toContain("    at ");
    await node.restart();
  });

  test("flags that mean nothing are refused with a reason", async () => {
    const refused = [
      ["--block-time=50ms", "100ms to 6s"],
      ["--block-time=7s", "100ms to 6s"],
      ["--rest-port=70000", "65535"],
      ["--block-gas=0", "1000000"],
      ["--block-gas=-1", "1000000"],
      ["--enclave=none", "inline, worker"],
      ["--seed=12", "64 hex digits"],
      ["--chain-id=", "chain id"],
      ["--chain-id=../up", "chain id"],
      ["--chain-id=secret-4", "driver refuses this chain: take another chain id"],
      ["--driver=tdx", "no driver of this name"],
      ["--driver-options=0102", "driver cannot use these options"],
      ["--driver-options=1", "hex digits"],
      ["--log-level=loud", "debug"],
      ["--listen=http://x", "127.0.0.1, 0.0.0.0, ::1 or ::"],
      ["--nonsense", "unknown option"],
    ] as const;
    await Promise.all(
      refused.map(async ([flag, reason]) => {
        const failed = await failedStart({ flags: [flag] });
        expect(failed.code).toBe(1);
        expect(failed.stderr).toContain(reason);
        expect(failed.stderr, "one line for people, no stack").not.toContain("    at ");
      }),
    );
  });

  test("a folder whose parts do not belong together is refused with a reason", async () => {
    const node = await TestNode.start({ flags: ["--instant"] });
    await node.stop();
    rmSync(join(node.home, "blocks"), { recursive: true });
    const failed = await failedStart({ home: node.home });
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain("the state belongs to a chain whose block log is missing");
    expect(failed.stderr).not.toContain("    at ");
    await node.restart(["--instant", "--reset"]);
  });

  test("a lost index is rebuilt", async () => {
    const node = await TestNode.start({ flags: ["--instant"] });
    const tx = must(await pay(clientOf(node, "a"), new Wallet().address, 3));
    await node.stop();
    rmSync(join(node.home, "index"), { recursive: true });
    const again = await node.restart();
    expect((await clientOf(again, "a").query.getTx(tx.transactionHash))?.height).toBe(tx.height);
  });

  test("an index that is ahead of the blocks, as after a power failure, is rebuilt, and so is a damaged one", async () => {
    const node = await TestNode.start({ flags: ["--instant"] });
    const alice = clientOf(node, "a");
    const tx = must(await pay(alice, new Wallet().address, 3));
    await node.stop();
    const earlier = newHome();
    cpSync(node.home, earlier, { recursive: true });

    const later = await node.restart();
    must(await pay(clientOf(later, "a"), new Wallet().address, 4));
    const height = await heightOf(later);
    await later.stop();
    rmSync(join(earlier, "index"), { recursive: true });
    cpSync(join(node.home, "index"), join(earlier, "index"), { recursive: true });

    const again = await TestNode.start({ home: earlier, flags: ["--instant"] });
    expect(await heightOf(again)).toBeLessThan(height);
    expect((await clientOf(again, "a").query.getTx(tx.transactionHash))?.height).toBe(tx.height);
    expect(again.stderr).toContain(`does not follow the block log: it is at height ${height}, the chain at `);
    expect(again.stderr.trim().split("\n")).toHaveLength(1);
    await again.stop();

    writeFileSync(join(earlier, "index", "data.mdb"), new Uint8Array(70_000).fill(7));
    const mended = await again.restart();
    expect((await clientOf(mended, "a").query.getTx(tx.transactionHash))?.height).toBe(tx.height);
    expect(mended.stderr).toContain("is damaged: its first page is not LMDB's; it is rebuilt");
  });

  test("an index of another chain is refused and kept", async () => {
    const [one, other] = await Promise.all([
      TestNode.start({ flags: ["--instant"] }),
      TestNode.start({ flags: ["--instant"] }),
    ]);
    await Promise.all([one.stop(), other.stop()]);
    rmSync(join(one.home, "index"), { recursive: true });
    cpSync(join(other.home, "index"), join(one.home, "index"), { recursive: true });
    const failed = await failedStart({ home: one.home });
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain("belongs to another chain: it is of secretdev-1 with first block ");
    expect(failed.stderr).toContain("move it away, a new one is built");
    expect(failed.stderr).not.toContain("    at ");
    rmSync(join(one.home, "index"), { recursive: true });
    await one.restart();
  });

  test.each(["state", "blocks"])("a damaged file of %s is refused with a reason", async (name) => {
    const node = await TestNode.start({ flags: ["--instant"] });
    await node.stop();
    writeFileSync(join(node.home, name, "data.mdb"), new Uint8Array(70_000).fill(7));
    const failed = await failedStart({ home: node.home });
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain(`${join(node.home, name)} is damaged: its first page is not LMDB's`);
    expect(failed.stderr).not.toContain("    at ");
  });

  test("it stops while it starts, at any time, and twice Ctrl-C is once", async () => {
    const home = newHome();
    // From when it takes signals, which is soon after it took the folder, to when it is about to be
    // ready.
    for (const ms of [100, 300, 500, 700, 900]) {
      const starting = await TestNode.launch({ home, flags: ["--instant"] });
      const ready = starting.ready().catch(() => undefined);
      await until(async () => (holderOf(home) === starting.pid ? true : undefined));
      await new Promise((resolve) => setTimeout(resolve, ms));
      const stopped = await starting.stop("SIGTERM");
      await ready;
      expect(stopped).toMatchObject({ code: 0, signal: null });
      expect(stopped.ms).toBeLessThan(STOP_MS);
      expect(starting.stderr).toBe("");
    }
    const node = await TestNode.start({ home, flags: ["--instant"] });
    must(await pay(clientOf(node, "a"), new Wallet().address, 1));
    process.kill(node.pid, "SIGINT");
    expect(await node.stop("SIGINT")).toMatchObject({ code: 0, signal: null });
    expect(node.stderr).toBe("");
    await node.restart(["--instant"]);
  });

  test("in memory it leaves nothing behind", async () => {
    const home = newHome();
    const node = await TestNode.start({ home: join(home, "none"), flags: ["--in-memory"], env: { TMPDIR: home } });
    must(await pay(clientOf(node, "a"), new Wallet().address, 1));
    expect(node.stdout).toContain("is in memory");
    expect(await node.stop()).toMatchObject({ code: 0 });
    expect(readdirSync(home)).toEqual([]);
  });

  test("the folder's secrets are for its owner only", async () => {
    const node = await TestNode.start({ flags: ["--instant"] });
    for (const name of ["validator_key.json", "node.lock"]) {
      expect(statSync(join(node.home, name)).mode & 0o077, name).toBe(0);
    }
  });
});

describe("the pace of blocks", () => {
  /** Seconds since 1970 in a contract's env. */
  async function envSeconds(client: SecretNetworkClient, contract: Parameters<typeof execute>[1]): Promise<number> {
    const tx = must(await execute(client, contract, { env: {} }));
    const [env = "{}"]: string[] = JSON.parse(
      toUtf8(MsgExecuteContractResponse.decode(tx.data[0] ?? new Uint8Array()).data) ?? "[]",
    );
    const { block: told }: { block: { time: string } } = JSON.parse(env);
    return Number(told.time) / 1e9;
  }

  test("in instant mode there is a block for a transaction and none without, and its time is now", async () => {
    const node = await TestNode.start({ flags: ["--instant"] });
    const alice = clientOf(node, "a");
    const probe = await make(alice, await store(alice, "probe-v1"), { ops: [] });
    const idle = await provenHeight(node);
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(await heightOf(node)).toBe(idle);
    const seconds = await envSeconds(alice, probe);
    expect(Math.abs(Date.now() / 1000 - seconds)).toBeLessThan(2);
    const after = await provenHeight(node);
    // After the gap an empty block brings the time up, then comes the one with the call, then one
    // that carries its state.
    expect(after).toBe(idle + 3);
    const txs = async (height: number) => (await block(node, height)).block.data.txs.length;
    expect([await txs(idle + 1), await txs(idle + 2), await txs(idle + 3)]).toEqual([0, 1, 0]);
    await envSeconds(alice, probe);
    expect(await provenHeight(node)).toBe(after + 2);
  });

  test("with a block time there are blocks without transactions, at that pace", async () => {
    const node = await TestNode.start({ flags: ["--block-time=200ms"] });
    // The first block waits for threads that load, and the next comes when its time has come all
    // the same.
    const from = await untilHeight(node, (await heightOf(node)) + 2);
    const begin = performance.now();
    await untilHeight(node, from + 10);
    const ms = (performance.now() - begin) / 10;
    expect(ms).toBeGreaterThan(150);
    expect(ms).toBeLessThan(600);
    const times = await Promise.all(
      Array.from({ length: 8 }, async (_, i) => Date.parse((await block(node, from + i)).block.header.time)),
    );
    for (let i = 1; i < times.length; i++) expect(times[i]).toBeGreaterThan(times[i - 1] ?? Number.NaN);
  });
});

describe("the faucet", () => {
  test.each([["--instant"], [FAST]])("pays ten at once with %s", async (pace) => {
    const node = await TestNode.start({ flags: [pace] });
    const addresses = Array.from({ length: 10 }, () => new Wallet().address);
    const faucet = `http://127.0.0.1:${node.ports.faucet}`;
    const answers = await Promise.all(
      addresses.map(async (address) => {
        const response = await fetch(`${faucet}/faucet?address=${address}`);
        return { status: response.status, body: (await response.json()) as { txhash?: string } };
      }),
    );
    expect(answers.map(({ status }) => status)).toEqual(addresses.map(() => 200));
    const client = clientOf(node, "b");
    for (const { body } of answers) {
      const tx = await until(async () => (await client.query.getTx(body.txhash ?? "")) ?? undefined);
      expect(tx.code).toBe(0);
    }
    for (const address of addresses) expect(await nativeBalance(client, address)).toBe(1_000_000_000n);
    const status = (await (await fetch(`${faucet}/status`)).json()) as { faucet_address: string };
    expect(status.faucet_address).toBe(clientOf(node, "a").address);
    expect((await fetch(`${faucet}/faucet?address=secret1nonsense`)).status).toBe(400);
  });
});

describe("what the node writes down", () => {
  test("no secret of a client is in its log at the highest level, nor in its files", async () => {
    const node = await TestNode.start({ flags: [FAST, "--log-level=trace"] });
    const alice = clientOf(node, "a");
    const probe = await make(alice, await store(alice, "probe-v1"), { ops: [{ output: { text: "MARKED-init" } }] });
    const token = await make(alice, await store(alice, "private-token"), tokenInit(alice.address));
    must(await execute(alice, token, { set_viewing_key: { key: "MARKED-viewing-key" } }));
    await tokenBalance(alice, token, alice.address, "MARKED-viewing-key");
    const ops = [{ set: { key: "MARKED-key", value: "MARKED-value" } }, { attr: { key: "a", value: "MARKED-attr" } }];
    must(await execute(alice, probe, { batch: { ops: [...ops, { output: { text: "MARKED-output" } }] } }));
    for (const failing of [
      { fail: { error: { generic_err: { msg: "MARKED-error" } } } },
      { panic: { text: "MARKED-panic" } },
      { debug: { text: "MARKED-debug" } },
      { "MARKED-nonsense": {} },
    ]) {
      await execute(alice, probe, failing);
      await alice.query.compute.queryContract({ ...probe, query: failing }).catch(() => undefined);
    }
    await node.stop();
    expect(node.stderr).toContain('"msg":"block"');
    const forms = [
      "MARKED",
      Buffer.from("MARKED").toString("hex"),
      Buffer.from("MARKED").toString("base64").slice(0, 8),
    ];
    const files = readdirSync(node.home, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(files.length).toBeGreaterThan(4);
    const places = [
      ["standard output", node.stdout],
      ["log", node.stderr],
      ...files.map(({ parentPath, name }) => [name, readFileSync(join(parentPath, name), "latin1")]),
    ] as const;
    for (const [place, text] of places) {
      for (const form of forms) expect(text?.includes(form), `${form} in ${place}`).toBe(false);
    }
  });
});
