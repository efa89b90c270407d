// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAddress } from "@sotto/address";
import { STORES } from "@sotto/app";
import { concat, fromUtf8, toHex } from "@sotto/bytes";
import { openStore } from "@sotto/store";
import { afterAll, expect, test } from "vitest";
import { buildChaincheck, runChaincheck } from "../../tools/chaincheck/run.mjs";
import {
  attribute,
  type Contract,
  clientOf,
  execute,
  make,
  must,
  store,
  tokenBalance,
  tokenInit,
  withGas,
} from "./client.ts";
import { heightOf, removeAll, rest, TestNode, untilHeight } from "./node.ts";
import { planUpgrade } from "./upgrade/plan.ts";
import { makeNextProgram, upgradedEnv } from "./upgrade/program.ts";

afterAll(removeAll);

/** The second validator is jailed at height 101, so the set changes. */
const FLAGS = ["--block-time=100ms", "--validators=4", "--miss=2@10-80"];

/**
 * Bank and private transactions from several accounts, until `height`: calls that fail among them.
 */
async function traffic(node: TestNode, token: Contract, probe: Contract, height: number): Promise<number> {
  let sent = 0;
  const names = ["a", "b", "c"];
  await Promise.all(
    names.map(async (name, at) => {
      const client = clientOf(node, name);
      const to = clientOf(node, names[(at + 1) % names.length] as string).address;
      const amount = [{ denom: "uscrt", amount: "1" }];
      for (let turn = at; (await heightOf(node)) < height; turn++, sent++) {
        if (turn % 4 === 0)
          must(await client.tx.bank.send({ from_address: client.address, to_address: to, amount }, withGas(50_000)));
        else if (turn % 4 === 1)
          await execute(client, probe, { fail: { error: { generic_err: { msg: "on purpose" } } } });
        else if (turn % 4 === 2) must(await execute(client, probe, { set: { key: `k${turn}`, value: `v${turn}` } }));
        else await execute(client, token, { transfer: { recipient: to, amount: "1" } });
      }
    }),
  );
  return sent;
}

/** The encrypted keys of `contract` in the store of the module. */
function rowsOf(node: TestNode, contract: Uint8Array): Uint8Array[] {
  const state = openStore({
    path: join(node.home, "state"),
    stores: STORES,
    pruning: { keepVersions: undefined },
    readOnly: true,
  });
  const snapshot = state.snapshot();
  try {
    const start = concat(Uint8Array.of(0x03), contract);
    const rows = snapshot.store("compute").iterate(start, concat(start, new Uint8Array(32).fill(0xff)));
    return Array.from(rows, ([key]) => key);
  } finally {
    snapshot.close();
    state.close();
  }
}

test("a stranger with public code verifies 300 blocks of four validators, across a jail, a stop, a kill and two starts", async () => {
  // First, so that a missing Go is reported at once.
  buildChaincheck();
  let node = await TestNode.start({ flags: FLAGS });
  const alice = clientOf(node, "a");
  const token = await make(alice, await store(alice, "private-token"), tokenInit(alice.address));
  const probe = await make(alice, await store(alice, "probe-v1"), { ops: [] });
  let sent = await traffic(node, token, probe, 120);
  expect(await node.stop()).toMatchObject({ code: 0 });
  node = await node.restart();
  sent += await traffic(node, token, probe, 220);
  await node.kill();
  node = await node.restart();
  sent += await traffic(node, token, probe, 300);
  expect(sent).toBeGreaterThan(100);
  const last = must(await execute(clientOf(node, "a"), probe, { set: { key: "last", value: "row" } }));
  expect(attribute(last, "message", "contract_address")).toBe(probe.contract_address);
  await untilHeight(node, last.height + 4);

  const rows = rowsOf(node, parseAddress(probe.contract_address));
  expect(rows.length).toBeGreaterThan(3);
  const owner = parseAddress(alice.address);
  const balance = concat(Uint8Array.of(0x02, owner.length), owner, fromUtf8("uscrt"));
  const absent = concat(Uint8Array.of(0x03), parseAddress(probe.contract_address), new Uint8Array(32).fill(0x5a));
  const keys = [
    `bank=${toHex(balance)}`,
    ...rows.slice(0, 2).map((row) => `compute=${toHex(row)}`),
    `compute=${toHex(absent)}`,
  ];
  const { code, output } = await runChaincheck([
    ...["-rpc", node.rpc, "-from", "1", "-to", String(last.height + 2)],
    ...keys.flatMap((key) => ["-key", key]),
  ]);
  expect(output).toMatch(/\nok\n$/);
  expect(code).toBe(0);
  const counts = new Map(
    output.split("\n").flatMap((line) => {
      const [, count, kind] = /^ *([0-9]+) {2}(.*)$/.exec(line) ?? [];
      return kind === undefined ? [] : [[kind, Number(count)] as const];
    }),
  );
  expect(counts.get("store proof of presence")).toBe(3);
  expect(counts.get("store proof of absence")).toBe(1);
  for (const [kind, count] of counts) expect(count, kind).toBeGreaterThan(0);
}, 300_000);

test("and across an upgrade: a plan, the stop at its height, a program with a module and a migration more", async () => {
  const flags = ["--block-time=100ms"];
  const node = await TestNode.start({ flags });
  const alice = clientOf(node, "a");
  const token = await make(alice, await store(alice, "private-token"), tokenInit(alice.address));
  must(await execute(alice, token, { set_viewing_key: { key: "kept" } }));
  // The vote takes 15 s.
  const height = (await heightOf(node)) + 220;
  await planUpgrade({ node, chainId: "secretdev-1" }, 1, "notes", height);
  expect(await node.ended).toMatchObject({ code: 1 });
  const needed = `NEEDED at height: ${height}`;
  expect(node.stderr).toContain(needed);
  expect(JSON.parse(readFileSync(join(node.home, "upgrade-info.json"), "utf8"))).toMatchObject({
    name: "notes",
    height,
  });
  const { home, ports } = node;
  await expect(TestNode.start({ home, ports, flags })).rejects.toThrow(needed);

  const program = await makeNextProgram();
  const next = await TestNode.start({ home, ports, flags, program, env: upgradedEnv(height) });
  await untilHeight(next, height + 5);
  const { module_versions: versions } = await rest<{ module_versions: { name: string; version: string }[] }>(
    next,
    "/cosmos/upgrade/v1beta1/module_versions",
  );
  expect(versions).toEqual(
    expect.arrayContaining([
      { name: "notes", version: "1" },
      { name: "circuit", version: "2" },
    ]),
  );
  const again = clientOf(next, "a");
  expect(await tokenBalance(again, token, alice.address, "kept")).toBe(1_000_000n);
  const to = clientOf(next, "b").address;
  const last = must(await execute(again, token, { transfer: { recipient: to, amount: "5" } }));
  await untilHeight(next, last.height + 3);
  const { code, output } = await runChaincheck([
    ...["-rpc", next.rpc, "-from", "1", "-to", String(last.height + 1), "-key", "notes=02"],
  ]);
  expect(output).toMatch(/\nok\n$/);
  expect(code).toBe(0);
}, 300_000);
