// SPDX-License-Identifier: Apache-2.0
/** A block that ends the process: its log line, and the warnings of the next starts. */
import { MsgExecuteContract, type SecretNetworkClient } from "secretjs";
import { afterAll, afterEach, expect, test } from "vitest";
import { ANSWER, attacker, region } from "../attack/attacker.ts";
import { attribute, type Contract, clientOf, execute, make, must, store, withGas } from "./client.ts";
import { removeAll, TestNode, until } from "./node.ts";

afterEach(removeAll);
afterAll(removeAll);

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
/** Longer than io waits before it notes a transaction. */
const A_WHILE = 1_000;

const said = (node: TestNode, pattern: RegExp): Promise<string> =>
  until(async () => pattern.exec(node.stderr)?.[0], 60_000);

/** Sends a transaction of many messages and does not wait for it. Answers its hash. */
async function send(client: SecretNetworkClient, contract: Contract, msg: object, times: number, gasLimit: number) {
  const message = new MsgExecuteContract({ sender: client.address, ...contract, msg, sent_funds: [] });
  const options = { ...withGas(gasLimit), waitForCommit: false };
  const { transactionHash } = await client.tx.broadcast(Array(times).fill(message), options);
  return transactionHash;
}

test("a node that is killed inside a block says so, and accuses the block from the second time on", async () => {
  let node = await TestNode.start({ flags: ["--block-time=500ms"] });
  const client = clientOf(node, "a");
  const probe = await make(client, await store(client, "probe-v1"), { ops: [] });
  const sample = must(await execute(client, probe, { count: { rounds: 100_000 } }, 5_000_000));
  const rounds = Math.floor(100_000 * (8_000_000 / Number(sample.gasUsed)));
  // Half a minute at least.
  const hash = await send(client, probe, { count: { rounds } }, 60, 900_000_000);
  await sleep(A_WHILE);
  await node.kill();
  const place = `block \\d+, transaction 1 of 1 \\(${hash}\\)`;
  for (let attempt = 1; attempt <= 3; attempt++) {
    node = await TestNode.launch({ home: node.home, ports: node.ports });
    const text = await said(node, new RegExp(`the last .* ended while .* ${place}[^"]*`));
    if (attempt === 1)
      expect(text).toMatch(/^the last run ended .* by a signal, a power failure, or because of the block/);
    else
      expect(text).toMatch(new RegExp(`^the last ${attempt} runs ended .* it seems to end the process.*--exec-memory`));
    await sleep(A_WHILE);
    await node.kill();
  }
}, 180_000);

test("a node that is stopped between blocks says nothing at its next start", async () => {
  const node = await TestNode.start({ flags: ["--block-time=500ms"] });
  const client = clientOf(node, "b");
  await make(client, await store(client, "probe-v1"), { ops: [] });
  await node.stop();
  const again = await node.restart();
  expect(again.stderr).not.toMatch(/ended while/);
}, 120_000);

const KEY = 96;
/**
 * Removes 15,000 absent rows: each is a change that the block holds until its commit.
 */
const remover = attacker({
  imports: ["db_remove"],
  pages: 3,
  more: region(KEY, 1024, 8),
  execute: `(loop $l
      i32.const 1028 local.get $i i32.store
      i32.const ${KEY} call $db_remove
      local.get $i i32.const 1 i32.add local.tee $i i32.const 15000 i32.lt_u br_if $l) i32.const ${ANSWER}`,
});
const CONTRACTS = 16;

test("a thread that runs out of memory says so at once, with the block and the transaction", async () => {
  let node = await TestNode.start({ flags: ["--block-time=500ms"] });
  const client = clientOf(node, "c");
  const params = { sender: client.address, wasm_byte_code: remover, source: "", builder: "" };
  const id = attribute(must(await client.tx.compute.storeCode(params, withGas(10_000_000))), "message", "code_id");
  const { code_hash: hash = "" } = await client.query.compute.codeHashByCodeId({ code_id: id });
  const contracts: Contract[] = [];
  while (contracts.length < CONTRACTS) contracts.push(await make(client, { id, hash }, {}));
  await node.stop();

  node = await node.restart(["--block-time=500ms", "--exec-memory=64"]);
  const again = clientOf(node, "c");
  const messages = contracts.map(
    (each) => new MsgExecuteContract({ sender: client.address, ...each, msg: {}, sent_funds: [] }),
  );
  const { transactionHash } = await again.tx.broadcast(messages, { ...withGas(200_000_000), waitForCommit: false });
  await said(node, /the exec thread has filled its memory limit of 64 MiB while it executed block \d+, transaction 1"/);
  await until(async () => (node.isRunning ? undefined : true));

  // The same block, with the default memory of a node.
  const healed = await TestNode.start({ home: node.home, ports: node.ports });
  expect(healed.stderr).toMatch(new RegExp(`the last run ended while it executed block \\d+[^"]*${transactionHash}`));
  const { code, rawLog } = (await clientOf(healed, "c").query.getTx(transactionHash)) ?? { code: -1, rawLog: "" };
  expect([code, rawLog]).toEqual([0, ""]);
}, 180_000);
