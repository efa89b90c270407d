// SPDX-License-Identifier: Apache-2.0
/** Four validators that the commands of `sotto network` make, run, stop and add to. */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseAddress } from "@sotto/address";
import { toHex } from "@sotto/bytes";
import { cometCalls, cometFiles } from "@sotto/cometbft";
import { accounts } from "@sotto/local";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Contract,
  clientOf,
  execute,
  make,
  must as mustTx,
  store,
  tokenBalance,
  tokenInit,
} from "../../../../test/e2e/client.ts";
import { buildChaincheck, runChaincheck } from "../../../../tools/chaincheck/run.mjs";
import { nodePaths, restUrl, rpcUrl } from "../../src/files.ts";
import { beganOf } from "../../src/processes.ts";
import type { NetworkStatus, NodeStatus } from "../../src/status.ts";
import { init, must, network, nodeOf, type Running, startNetwork } from "../command.ts";
import { lightAppHash } from "../lightClient.ts";

const CHAIN = "net-4";
const KEY = "key of a";
const SUPPLY = 1_000_000n;
const LONG_MS = 400_000;

let root: string;
let home: string;
let token: Contract;
let sent = 0n;
const starts: Running[] = [];

const start = (...args: readonly string[]): Running => {
  const running = startNetwork("--home", home, ...args);
  starts.push(running);
  return running;
};

const nodeAt = (number: number) => nodeOf(home, number);
const clientAt = (number: number, name = "a") => clientOf({ rest: restUrl(nodeAt(number)) }, name, { chainId: CHAIN });
const addressOf = (name: string): string => accounts.find((each) => each.name === name)?.address ?? "";

/** Asks until `look` finds something. */
async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const from = performance.now();
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() - from > LONG_MS / 2)
      throw new Error(`not so: ${what}\n${starts.map((each) => each.output()).join("\n")}`);
    await sleep(100);
  }
}

const status = (): NetworkStatus => JSON.parse(network(["status", "--home", home, "--json"]).stdout) as NetworkStatus;

/** Waits until each node answers and all are in step. */
const allInStep = (): Promise<readonly NodeStatus[]> =>
  until("all nodes are in step", async () => {
    const { nodes } = status();
    return nodes.every(({ fault, catchingUp }) => fault === null && catchingUp === false) ? nodes : undefined;
  });

async function withCalls<T>(number: number, use: (calls: ReturnType<typeof cometCalls>) => Promise<T>): Promise<T> {
  const calls = cometCalls(rpcUrl(nodeAt(number)));
  try {
    return await use(calls);
  } finally {
    calls.close();
  }
}

const heightOf = (number: number): Promise<number> => withCalls(number, async (calls) => (await calls.status()).height);

/** The application hash of one height, which every node must have. */
async function expectOneHash(numbers: readonly number[]): Promise<void> {
  const height = (await heightOf(numbers[0] ?? 1)) + 2;
  const hashes = await Promise.all(
    numbers.map((number) =>
      until(`node ${number} has block ${height}`, () => withCalls(number, (calls) => calls.appHashAt(height))),
    ),
  );
  expect(hashes[0]).toMatch(/^[0-9A-F]{64}$/);
  expect(new Set(hashes).size).toBe(1);
}

async function transfer(number: number): Promise<void> {
  // The chain may halt meanwhile.
  const patient = { broadcastTimeoutMs: LONG_MS / 2 };
  const msg = { transfer: { recipient: addressOf("b"), amount: "1" } };
  mustTx(await execute(clientAt(number), token, msg, 500_000, patient));
  sent += 1n;
}

/** The balance that an exact ledger has, by a private query on each node. */
async function expectLedger(numbers: readonly number[]): Promise<void> {
  for (const number of numbers) {
    const client = clientAt(number);
    await until(`node ${number} has all transfers`, async () => {
      const balance = await tokenBalance(client, token, client.address, KEY).catch(() => undefined);
      return balance === SUPPLY - sent ? true : undefined;
    });
  }
}

const pidOf = (number: number): number => {
  const { ready } = nodePaths(home, number);
  return Number((JSON.parse(readFileSync(ready, "utf8")) as { pid: number }).pid);
};

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "sotto-net-"));
  home = join(root, "net");
  init(home, "--validators", "4", "--chain-id", CHAIN, "--block-time", "300ms");
  const running = start();
  await running.says(`the network ${CHAIN} is ready:`);
  const client = clientAt(1);
  token = await make(client, await store(client, "private-token"), tokenInit(client.address));
  mustTx(await execute(client, token, { set_viewing_key: { key: KEY } }));
}, LONG_MS);

afterAll(async () => {
  network(["stop", "--home", home]);
  for (const { child, ended } of starts) {
    child.kill("SIGTERM");
    await ended;
  }
  rmSync(root, { recursive: true, force: true });
}, LONG_MS);

describe("a network of four validators", { timeout: LONG_MS }, () => {
  test("makes blocks with one application hash, and prints where its nodes listen", async () => {
    await expectOneHash([1, 2, 3, 4]);
    for (const number of [1, 2, 3, 4]) {
      expect(starts[0]?.output()).toContain(
        `node ${number}: REST ${restUrl(nodeAt(number))}  RPC ${rpcUrl(nodeAt(number))}`,
      );
      const { rpc } = nodePaths(home, number);
      expect(statSync(rpc).isSocket()).toBe(true);
      expect(readFileSync(`/proc/${pidOf(number)}/cmdline`, "utf8").split("\0")).toContain(`unix://${rpc}`);
    }
  });

  test("shows height, hash, peers and enclave of each node", async () => {
    const nodes = await allInStep();
    expect(nodes.map(({ peers, enclave }) => [peers, enclave])).toEqual(Array(4).fill([3, "running"]));
    expect(nodes.map(({ state, lastEnd }) => [state, lastEnd])).toEqual(Array(4).fill(["in step", null]));
    for (const { metrics } of nodes) {
      const text = await (await fetch(`${metrics}/metrics`)).text();
      expect(text).toContain("# TYPE ");
      expect((await fetch(`${metrics}/readyz`)).status).toBe(200);
    }
    const lines = must("status", "--home", home);
    expect(lines.match(/^node \d: in step, height .*, enclave running, metrics http:\S+\/metrics$/gm)?.length).toBe(4);
    const doctor = must("doctor", "--home", home);
    expect(doctor).toContain("ok    peers of node 4: 3 of 3");
    expect(doctor).toContain("ok    clock: ");
  });

  test("takes a private transfer through one node, and each node answers private queries", async () => {
    await transfer(2);
    await expectLedger([1, 2, 3, 4]);
  });

  test("is followed by CometBFT's light client, which compares the nodes, from a header that is right", async () => {
    const [primary = "", ...witnesses] = [1, 2, 3, 4].map((number) => rpcUrl(nodeAt(number)));
    const height = await heightOf(1);
    const { result } = (await (await fetch(`${primary}/commit?height=2`)).json()) as {
      result: { signed_header: { commit: { block_id: { hash: string } } } };
    };
    const { hash } = result.signed_header.commit.block_id;
    const trust = { chainId: CHAIN, primary, witnesses, height: 2, hash };
    expect(await lightAppHash(trust, height)).toBe(await withCalls(4, (calls) => calls.appHashAt(height)));
    await expect(
      lightAppHash({ ...trust, hash: hash.replace(/^./, hash.startsWith("0") ? "1" : "0") }, height),
    ).rejects.toThrow("expected header's hash");
  });

  test("is run once: a second start is refused, and init does not replace it", () => {
    const second = network(["start", "--home", home, "--validator", "2"]);
    expect(second.code).toBe(1);
    expect(second.stderr).toContain("node 2 already runs, started by process ");
    const again = network(["init", "--home", home, "--force"]);
    expect(again.code).toBe(1);
    expect(again.stderr).toContain("stop it first with: sotto network stop");
  });

  test("goes on when a node is killed, whose pair comes back and catches up", async () => {
    const pid = pidOf(3);
    process.kill(pid, "SIGKILL");
    await transfer(1);
    await until("node 3 is another process", async () => {
      try {
        return pidOf(3) === pid ? undefined : true;
      } catch {
        return undefined;
      }
    });
    await allInStep();
    await expectLedger([1, 2, 3, 4]);
    await expectOneHash([1, 2, 3, 4]);
    expect(starts[0]?.output()).toContain("the node was ended by SIGKILL");
    expect(status().nodes[2]?.lastEnd?.reason).toContain("the node was ended by SIGKILL");
  });

  test("halts without two validators, and goes on with the transactions that waited", async () => {
    expect(must("stop", "--home", home, "--validator", "3", "--validator", "4")).toBe("stopped node 3, 4\n");
    const halted = await until("two looks see one height", async () => {
      const before = await heightOf(1);
      await sleep(3_000);
      return (await heightOf(1)) === before ? before : undefined;
    });
    const waiting = transfer(1);
    await sleep(2_000);
    expect(await heightOf(1)).toBe(halted);
    const stopped = network(["status", "--home", home]);
    expect(stopped.code).toBe(1);
    expect(stopped.stdout).toContain("node 3: down, CometBFT does not answer, enclave unreachable");
    const running = start("--validator", "3", "--validator", "4");
    await running.says(`the network ${CHAIN} is ready:`);
    await waiting;
    await expectLedger([1, 2, 3, 4]);
    await expectOneHash([1, 2, 3, 4]);
  });

  test("gives its keys through the chain to a full node, which becomes a validator", async () => {
    const refused = network(["join", "--home", home, "--state-sync"]);
    expect(refused.stderr).toContain("the network takes no snapshots: set snapshotInterval in ");
    expect(existsSync(nodePaths(home, 5).root)).toBe(false);
    expect(must("join", "--home", home)).toContain("node 5 is in ");
    const { seed, node, comet } = nodePaths(home, 5);
    expect([existsSync(seed), existsSync(join(node, "enclave.sealed"))]).toEqual([false, true]);
    const genesis = (at: string): string => readFileSync(cometFiles(at).genesis, "utf8");
    expect(genesis(comet)).toBe(genesis(nodePaths(home, 1).comet));
    const running = start("--validator", "5");
    await running.says("is ready:");
    await allInStep();
    await expectLedger([5]);
    expect(must("join", "--home", home, "--validator", "5")).toContain("node 5 is a validator by transaction ");
    const again = network(["join", "--home", home, "--validator", "5"]);
    expect(again.code).toBe(1);
    expect(again.stderr).toContain("validator already exist");
    await until("the set has five validators", async () => {
      const answer = await fetch(`${rpcUrl(nodeAt(1))}/validators`);
      const { result } = (await answer.json()) as { result: { total: string } };
      return result.total === "5" ? true : undefined;
    });
    await transfer(5);
    await expectLedger([1, 2, 3, 4, 5]);
    await expectOneHash([1, 2, 3, 4, 5]);
  });

  test("is verified by public code on each node, across the change of its validators", async () => {
    // First, so that a missing Go is reported at once.
    buildChaincheck();
    const last = (await heightOf(1)) - 2;
    const contract = parseAddress(token.contract_address);
    for (const number of [1, 2, 3, 4, 5]) {
      await until(
        `node ${number} has block ${last + 2}`,
        async () => (await heightOf(number)) >= last + 2 || undefined,
      );
      const { output } = await runChaincheck([
        ...["-rpc", rpcUrl(nodeAt(number)), "-from", "1", "-to", String(last)],
        ...["-key", `compute=02${toHex(contract)}`, "-key", `compute=03${toHex(contract)}00`],
      ]);
      expect(output, `node ${number}`).toMatch(/\nok\n$/);
      expect(output).toMatch(/^ *1 {2}store proof of presence$/m);
      expect(output).toMatch(/^ *1 {2}store proof of absence$/m);
    }
  });

  test("leaves no process behind when its start is killed, and starts again", async () => {
    const [first] = starts;
    const pids = [pidOf(1), pidOf(2)];
    first?.child.kill("SIGKILL");
    await first?.ended;
    await until("the nodes have ended", async () =>
      pids.every((pid) => beganOf(pid) === undefined) ? true : undefined,
    );
    const both = ["--validator", "1", "--validator", "2"];
    const [one, other] = [start(...both), start(...both)];
    const loser = await Promise.race([one.ended.then(() => one), other.ended.then(() => other)]);
    expect(loser.output()).toMatch(/node 1 already runs, started by process \d+; stop it with: sotto network stop/);
    const running = loser === one ? other : one;
    starts.splice(starts.indexOf(loser), 1);
    await running.says("is ready:");
    await allInStep();
    await transfer(2);
    await expectLedger([1, 2, 3, 4, 5]);
  });

  test("ends in order when it is asked to, by command and by Ctrl-C", async () => {
    const pids = [1, 2, 3, 4, 5].map(pidOf);
    const last = starts.at(-1);
    last?.child.kill("SIGINT");
    expect(await last?.ended).toBe(0);
    expect(must("stop", "--home", home)).toBe("stopped node 3, 4, 5\n");
    for (const { ended, child } of starts.slice(1)) expect(child.signalCode ?? (await ended)).toBe(0);
    expect(pids.filter((pid) => beganOf(pid) !== undefined)).toEqual([]);
    expect(network(["status", "--home", home]).code).toBe(1);
  });
});
