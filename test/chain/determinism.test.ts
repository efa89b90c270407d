// SPDX-License-Identifier: Apache-2.0
/**
 * The same seed and the same transactions give the same chain, independent of the enclave's
 * transport and number of starts.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromUtf8, toHex } from "@sotto/bytes";
import { pack, startEnclave } from "@sotto/contract-test/parts";
import { sha256 } from "@sotto/crypto";
import { createEnclavePeer } from "@sotto/enclave";
import type { BlockResult } from "@sotto/kernel";
import { MsgSendSchema } from "@sotto/proto/cosmos.bank.v1beta1";
import type { Channel } from "@sotto/protocol";
import { inlineChannel, workerChannel } from "@sotto/transport";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BlockMaker } from "../support/blockMaker.ts";
import { deploy, instantiate, thenDo } from "../support/contract.ts";
import { a, b, type ChainSetup, c, TestChain } from "../support/testChain.ts";
import { wasm } from "../support/wasm.ts";

const seed = sha256(fromUtf8("determinism"));
const folders: string[] = [];
const workers: { close(): Promise<number> }[] = [];
const newFolder = (): string => {
  folders.push(mkdtempSync(join(tmpdir(), "sotto-chain-")));
  return folders.at(-1) as string;
};
const startWorker = (): Channel => {
  const worker = workerChannel(new URL("../../trusted/enclave/dist/worker.js", import.meta.url));
  workers.push(worker);
  return worker;
};
afterAll(async () => {
  await Promise.all(workers.map((each) => each.close()));
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

interface Block {
  readonly txs: readonly Uint8Array[];
  readonly appHash: string;
  readonly results: string;
}
const shown = ({ txResults, events }: BlockResult): string =>
  JSON.stringify({ txResults, events }, (_key, value) =>
    typeof value === "bigint" ? `${value}n` : value instanceof Uint8Array ? toHex(value) : value,
  );

/** Every kind of transaction that a block may hold. */
function session(chain: TestChain): void {
  const child = deploy(chain, wasm.v1, { ops: [{ random: {} }, { set: { key: "a", value: "1" } }] });
  const parent = instantiate(chain, child.codeId, wasm.v1, { ops: [] }, { admin: a.address });
  const old = deploy(chain, wasm.v010);
  const call = (op: unknown, sub: unknown = null) => ({
    call: { contract: child.address, code_hash: child.codeHash, msg: JSON.stringify(op), funds: [], sub },
  });
  parent.execute({
    batch: {
      ops: [
        { random: {} },
        call({ random: {} }, { id: 1, reply_on: "always", ...thenDo({ random: {} }) }),
        { env: {} },
      ],
    },
  });
  parent.try(call({ fail: { error: { generic_err: { msg: "no" } } } }));
  parent.try(call({ panic: { text: "no" } }, { id: 2, reply_on: "error" }));
  parent.execute(call({ fail: { error: { generic_err: { msg: "no" } } } }, { id: 3, reply_on: "error" }));
  parent.try({ recurse: { depth: null } });
  parent.try({ recurse: { depth: null, memory: true } });
  parent.try({ loop: { kind: "memory" } });
  parent.try({ loop: { kind: "storage" } }, { gas: 200_000n });
  old.execute({ set_bytes: { key: "big", size: 4000 } });
  for (const key of ["z", "m", "a", "b"]) old.execute({ set: { key, value: key } });
  old.execute({ batch: { ops: [{ remove: { key: "m" } }, { set: { key: "a", value: "2" } }] } });
  parent.migrate({ ops: [{ random: {} }] }, child.codeId, child.codeHash);
  const send = pack(MsgSendSchema, {
    fromAddress: b.address,
    toAddress: c.address,
    amount: [{ denom: "uscrt", amount: "5" }],
  });
  const [one, two] = [child.message(a, { random: {} }), child.message(c, { random: {} })];
  chain.block(
    chain.tx(a, [one.packed], { gas: 400_000n }),
    chain.tx(b, [send], { gas: 100_000n }),
    chain.tx(c, [two.packed], { gas: 400_000n }),
  );
  chain.block();
}

let blocks: Block[];
beforeAll(() => {
  blocks = [];
  const chain = new TestChain({ seed });
  const run = chain.block.bind(chain);
  chain.block = (...txs) => {
    const result = run(...txs);
    blocks.push({ txs, appHash: toHex(chain.app.appHash), results: shown(result) });
    return result;
  };
  session(chain);
  chain.close();
});

/**
 * Runs the blocks. Before each block that `restartBefore` names, restarts from the durable state.
 */
function replay(setup: () => ChainSetup, restartBefore: (index: number) => boolean = () => false): void {
  let chain = new TestChain({ seed, ...setup() });
  blocks.forEach(({ txs, appHash, results }, i) => {
    if (restartBefore(i)) {
      chain.close();
      chain = new TestChain({ seed, ...setup() }, chain);
    }
    const result = chain.block(...txs);
    expect({ block: i, results: shown(result) }).toEqual({ block: i, results });
    expect({ block: i, appHash: toHex(chain.app.appHash) }).toEqual({ block: i, appHash });
  });
  chain.close();
}

describe("the recorded chain", () => {
  it("has blocks of every kind", () => {
    expect(blocks.length).toBeGreaterThan(20);
    const all = blocks.map(({ results }) => results).join();
    for (const part of ["reply", "migrate", "the contract panicked", "run out of space on the stack", "out of gas"])
      expect(all).toContain(part);
  });

  it("is the same for the same seed and transactions", () => replay(() => ({})));

  it("is the same with the enclave in a worker", () => replay(() => ({ channel: startWorker() })));

  it("is the same when the node and its enclave restart before every block", () => {
    const path = newFolder();
    replay(
      () => ({ path }),
      (i) => i > 0,
    );
  });

  it("is the same when enclaves in threads and inline enclaves alternate", () => {
    const path = newFolder();
    let turn = 0;
    replay(
      () => ({ path, channel: turn++ % 2 === 0 ? startWorker() : inlineChannel(createEnclavePeer()) }),
      (i) => i % 7 === 3,
    );
  });

  it("differs for another seed", () => {
    const chain = new TestChain({ seed: sha256(fromUtf8("another")) });
    expect(toHex(chain.app.appHash)).not.toBe(blocks[0]?.appHash);
    chain.close();
  });

  it("does not depend on queries, checks and simulations in between", () => {
    const chain = new TestChain({ seed });
    for (const { txs, appHash } of blocks) {
      for (const tx of txs) {
        chain.check.check(tx, "check");
        chain.queries.simulate(tx);
      }
      chain.queries.brokenInvariants();
      chain.block(...txs);
      chain.check.reset();
      expect(toHex(chain.app.appHash)).toBe(appHash);
    }
    chain.close();
  });

  it("is the same when a node dies between execution and commit and executes the block twice", () => {
    const chain = new TestChain({ seed });
    for (const { txs, appHash } of blocks) {
      chain.app.finalizeBlock(chain.maker.make(txs));
      chain.block(...txs);
      expect(toHex(chain.app.appHash)).toBe(appHash);
    }
    chain.close();
  });

  it("gives each call its own random, never the same twice", () => {
    const chain = new TestChain({ seed });
    const probe = deploy(chain, wasm.v1);
    const randoms = [probe.execute({ batch: { ops: [{ random: {} }] } }), probe.execute({ random: {} })].map(
      ({ outputs }) => outputs[0],
    );
    expect(new Set(randoms).size).toBe(2);
    for (const each of randoms) expect(Buffer.from(each as string, "base64").length).toBe(32);
    chain.close();
  });
});

describe("an enclave that starts again", () => {
  const { chainId, validators } = new BlockMaker("random-1");
  const start = (sealed?: Uint8Array) => startEnclave({ chainId, sealed, validators }).started;

  it("has its previous keys; an enclave that starts for the first time has new keys", () => {
    const first = start();
    const again = start(first.sealed);
    expect(again).toMatchObject({
      ioPublicKey: first.ioPublicKey,
      seedExchangePublicKey: first.seedExchangePublicKey,
      height: 0,
    });
    expect(start().ioPublicKey).not.toEqual(first.ioPublicKey);
  });
});
