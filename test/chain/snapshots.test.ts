// SPDX-License-Identifier: Apache-2.0
/** A chain with contracts that is restored from a snapshot and goes on. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Extra, STORES, snapshotNeeds } from "@sotto/app";
import { executeMessage } from "@sotto/contract-test/parts";
import { createRestore, loadChunk, openStore, takeSnapshot } from "@sotto/store";
import { afterAll, expect, it } from "vitest";
import { deploy } from "../support/contract.ts";
import { set } from "../support/probe.ts";
import { a, TestChain } from "../support/testChain.ts";
import { wasm } from "../support/wasm.ts";

const place = mkdtempSync(join(tmpdir(), "sotto-chain-snapshot-"));
const path = (name: string): string => join(place, name);
afterAll(() => rmSync(place, { recursive: true, force: true }));

// The restored chain is on the same machine, so here its enclave may have the sealed state; a
// snapshot for others never has it.
const needs = snapshotNeeds((version) => [`block/time/${version}`, Extra.sealed]);

it("a chain restored from a snapshot runs contracts, makes the same blocks and answers queries", () => {
  const chain = new TestChain({ path: path("original") });
  const probe = deploy(chain, wasm.v1, { ops: [set("k", "v")] });
  probe.execute(set("more", "rows"));
  const { version, appHash } = chain.store;
  const info = takeSnapshot({ store: chain.store, version, folder: path("snapshots"), needs });
  chain.close();

  const store = openStore({ path: path("restored"), stores: STORES, pruning: { keepVersions: undefined } });
  const restore = createRestore({ store, folder: path("restoring"), needs });
  expect(restore.offer(info, appHash)).toEqual({ result: 1 });
  let restored: unknown;
  for (let i = 0; i < info.chunks; i++) {
    const chunk = loadChunk(path("snapshots"), info.height, info.format, i) ?? new Uint8Array();
    ({ restored } = restore.applyChunk(i, chunk));
  }
  expect(restored).toEqual({ version, appHash });
  store.close();

  const original = new TestChain({ path: path("original") }, chain);
  const other = new TestChain({ path: path("restored") }, chain);
  for (const value of ["1", "2", "3"]) {
    const { wire } = chain.client.encrypt(probe.codeHash, set("k", value));
    const tx = original.tx(a, [executeMessage(a, probe.address, wire)], { gas: 5_000_000n });
    const decided = chain.maker.make([...original.app.ownTxs().txs, tx]);
    const [one, two] = [original, other].map(({ app }) => ({ result: app.finalizeBlock(decided), hash: app.commit() }));
    expect(one?.result.txResults.map(({ code, log }) => [code, log])).toEqual([[0, ""]]);
    expect(two).toEqual(one);
    chain.maker.accept(decided, one?.result.txResults ?? [], one?.hash ?? appHash);
  }
  expect(JSON.parse(other.query(probe.address, probe.codeHash, { get: { key: "k" } }))).toEqual(["3"]);
  for (const each of [original, other]) each.close();
});
