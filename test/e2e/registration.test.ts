// SPDX-License-Identifier: Apache-2.0
/**
 * A second node follows a network without its keys, gets them through the chain while it runs,
 * answers private queries, and becomes a validator.
 */
import { copyFileSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fromBase64 } from "@sotto/bytes";
import { cometIdentity } from "@sotto/cometbft";
import { networkStatus, nodePaths } from "@sotto/network";
import type { SecretNetworkClient } from "secretjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "../support/ports.ts";
import {
  type Contract,
  clientOf,
  createValidator,
  execute,
  make,
  must,
  store,
  tokenBalance,
  tokenInit,
  withGas,
} from "./client.ts";
import { type ExitResult, newHome, removeAll, rest, STOP_MS, until } from "./node.ts";
import { Pair } from "./pair.ts";

const CHAIN = "net-2";
const KEY = "key of a";
const NO_KEYS = "the node has no keys of the network yet, so it answers no private queries";
let first: Pair;
let second: Pair;
let client: SecretNetworkClient;
let token: Contract;
/** Of the block that makes the token, which the second node cannot run. */
let needing: number;
let metricsPort: number;

beforeAll(async () => {
  // Commands take seconds, and the second node then has to execute what the first one made.
  first = await Pair.make(CHAIN, { keys: "found", pauseMs: 500 });
  await first.start();
  client = clientOf(first.node, "a", { chainId: CHAIN });
  const code = await store(client, "private-token");
  token = await make(client, code, tokenInit(client.address));
  needing = await heightOfToken();
  must(await execute(client, token, { set_viewing_key: { key: KEY } }));
  metricsPort = await freePort();
  second = await Pair.make(CHAIN, { keys: "network", peer: first, flags: [`--metrics-port=${metricsPort}`] });
}, 240_000);

afterAll(async () => {
  await removeAll();
  await first?.comet.remove();
  await second?.comet.remove();
});

async function heightOfToken(): Promise<number> {
  const { contract_info } = await client.query.compute.contractInfo(token);
  return Number(contract_info?.created?.block_height);
}

interface Readiness {
  readonly height: number;
  readonly reason?: string;
}

/** Undefined: the port is not open yet. */
async function readiness(port = metricsPort): Promise<Readiness | undefined> {
  const response = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
  return (await response?.json()) as Readiness | undefined;
}

async function hasKeysMetric(): Promise<string | undefined> {
  const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  return /^sotto_enclave_keys (.*)$/m.exec(text)?.[1];
}

/** Waits until a node says this of itself. */
const untilReason = (part: string, port = metricsPort): Promise<Readiness> =>
  until(async () => {
    const found = await readiness(port);
    return found?.reason?.includes(part) ? found : undefined;
  }, 120_000);

const waits = (): Promise<Readiness> => untilReason(`block ${needing}, which has work for the enclave, waits for them`);

const appHashAt = async ({ comet }: Pair, height: number) =>
  (await comet.ask(`/commit?height=${height}`)).result?.["signed_header"]?.["header"]?.["app_hash"];

/** Waits until a node's CometBFT has a block. Its RPC opens with the keys after a restart. */
const has = ({ comet }: Pair, height: number): Promise<true> =>
  until(async () => {
    const { result } = await comet.ask(`/block?height=${height}`).catch(() => ({ result: undefined }));
    return result === undefined ? undefined : true;
  }, 120_000);

/**
 * Ends both. Hazard: while it fetches blocks, the stock program may hang at the end of its node, so
 * it is ended, too.
 */
async function end({ node, engine }: Pair, signal?: NodeJS.Signals): Promise<ExitResult> {
  const ended = await node.stop(signal);
  await engine.stop();
  return ended;
}

const there = (): SecretNetworkClient => clientOf(second.node, "a", { chainId: CHAIN });

/** What `sotto network status` tells of the second node: its folder as that of a network's node. */
async function networkTells(): Promise<string | undefined> {
  const home = newHome();
  const { root, node } = nodePaths(home, 1);
  mkdirSync(root);
  symlinkSync(second.home, node);
  const ports = { ...second.ports, p2p: 1, rpc: Number(new URL(second.comet.rpc).port), abci: 1 };
  const nodes = [{ number: 1, moniker: "second", isGenesisValidator: false, ports }];
  writeFileSync(join(home, "network.json"), JSON.stringify({ form: 1, chainId: CHAIN, blockTimeMs: 100, nodes }));
  return (await networkStatus(home)).nodes[0]?.enclave;
}

describe("a node that joins a network", { timeout: 300_000 }, () => {
  test("starts without keys, and serves blocks and public queries up to the first block that needs its enclave", async () => {
    await second.start();
    expect((await waits()).height).toBe(needing - 1);
    expect(await hasKeysMetric()).toBe("0");
    expect(await networkTells()).toBe("without keys");
    const height = needing - 1;
    const block = `/cosmos/base/tendermint/v1beta1/blocks/${height}`;
    expect(await rest(second.node, block)).toEqual(await rest(first.node, block));
    const balances = `/cosmos/bank/v1beta1/balances/${client.address}`;
    const at = { headers: { "x-cosmos-block-height": String(height) } };
    expect(await rest(second.node, balances)).toEqual(await rest(first.node, balances, at));
    const key = "/registration/v1beta1/tx-key";
    expect(await rest(second.node, key)).toEqual(await rest(first.node, key));
    expect(await appHashAt(second, height)).toBe(await appHashAt(first, height));
  });

  test("refuses private queries, and says what to do", async () => {
    await expect(tokenBalance(there(), token, client.address, KEY)).rejects.toThrow(NO_KEYS);
    const path = encodeURIComponent('"/secret.compute.v1beta1.Query/QuerySecretContract"');
    const { result } = await second.comet.ask(`/abci_query?path=${path}`);
    expect(result?.["response"]).toMatchObject({ code: 4, codespace: "node" });
    expect(result?.["response"]?.["log"]).toContain("runs sotto enclave create");
  });

  test("ends in time, and continues where it was after a kill", async () => {
    const ended = await end(second);
    expect(ended).toMatchObject({ code: 0, signal: null });
    expect(ended.ms).toBeLessThan(STOP_MS);
    await second.start();
    await waits();
    await end(second, "SIGKILL");
    await second.start();
    expect((await waits()).height).toBe(needing - 1);
    expect(second.node.stderr).not.toContain("the last run ended while it executed");
    await expect(tokenBalance(there(), token, client.address, KEY)).rejects.toThrow(NO_KEYS);
  });

  test("takes no keys of another network, and goes on waiting", async () => {
    const other = await Pair.make(CHAIN, { keys: "found" });
    const sealed = join(second.home, "enclave.sealed");
    copyFileSync(join(other.home, "enclave.sealed"), sealed);
    await other.comet.remove();
    await untilReason("are of another network than the node's state");
    rmSync(sealed);
    await waits();
  });

  test("gets no keys before the chain has its certificate", async () => {
    await second.enclave("create");
    await expect(second.enclave("receive", "--from", first.node.rest)).rejects.toThrow(
      "Node has not been authenticated yet",
    );
  });

  test("gets them while it runs, after its registration, and follows the chain", async () => {
    const { certificate = "" } = await second.enclave("create");
    const registered = await client.tx.registration.register(
      { sender: client.address, certificate: fromBase64(certificate) ?? new Uint8Array(0) },
      withGas(500_000),
    );
    must(registered);
    const { pid } = second.node;
    const keys = await second.enclave("receive", "--from", first.node.rest);
    expect(keys["ioPublicKey"]).toMatch(/^[0-9a-f]{64}$/);
    const height = await first.comet.reached(registered.height + 1);
    await has(second, height);
    expect(await appHashAt(second, height)).toBe(await appHashAt(first, height));
    expect(second.node.pid).toBe(pid);
    expect(await hasKeysMetric()).toBe("1");
    expect(await networkTells()).toBe("running");
    expect(existsSync(join(second.home, "without-keys"))).toBe(false);
  });

  test("answers private queries as the first node", async () => {
    expect(await tokenBalance(there(), token, client.address, KEY)).toBe(1_000_000n);
    await expect(second.enclave("create")).rejects.toThrow("belongs to a running node");
  });

  test("keeps its keys over a kill", async () => {
    await end(second, "SIGKILL");
    await second.start();
    expect(await tokenBalance(there(), token, client.address, KEY)).toBe(1_000_000n);
  });

  test("becomes a validator by a staking transaction, and signs blocks", async () => {
    const { validatorPublicKey } = cometIdentity(second.comet.home);
    await createValidator(client, validatorPublicKey, "second", "100000000000");
    const size = await until(async () => {
      const { result } = await first.comet.ask("/validators");
      return Number(result?.["total"]) === 2 ? 2 : undefined;
    }, 60_000);
    expect(size).toBe(2);
  });
});

describe("a node without keys whose genesis names none", { timeout: 120_000 }, () => {
  test("waits at the genesis, says so, ends in time, and begins with keys that come", async () => {
    const port = await freePort();
    const lone = await Pair.make("net-3", { keys: "network", flags: [`--metrics-port=${port}`] });
    await lone.startNode();
    await lone.startEngine();
    await untilReason("the genesis, which names no keys,", port);
    await expect(lone.enclave("found")).rejects.toThrow("belongs to a running node");
    expect((await end(lone)).ms).toBeLessThan(STOP_MS);
    await lone.enclave("found");
    await lone.start();
    await lone.comet.reached(2);
    await lone.comet.remove();
  });
});
