// SPDX-License-Identifier: Apache-2.0
/** A follower that begins with a restored state, and what it compares with the headers. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BlockLog, decodeBlockResult, openBlockLog, resultsKey } from "@sotto/blocks";
import { beU64, fromUtf8, toHex } from "@sotto/bytes";
import type { Block, LightBlock } from "@sotto/comet";
import { Ed25519Key } from "@sotto/crypto";
import type { BlockResult } from "@sotto/kernel";
import { createRestore, loadChunk, type SnapshotNeeds, type StateStore, takeSnapshot } from "@sotto/store";
import { afterEach, describe, expect, test } from "vitest";
import {
  type Anchor,
  anchorKey,
  createFollower,
  createSequencer,
  decodeAnchor,
  encodeAnchor,
  faultOfRows,
  verifyAnchor,
} from "../src/index.ts";
import { genesisOf, nowAt } from "./chain.mjs";
import { createLedger, openLedgerStore } from "./ledger.mjs";

const [AT, LAST] = [4, 9];
const keys = [31, 32, 33, 34].map((byte) => new Ed25519Key(new Uint8Array(32).fill(byte)));
const newcomer = new Ed25519Key(new Uint8Array(32).fill(35));
const genesis = genesisOf({ validators: keys.map(({ publicKey }) => ({ pubKey: publicKey, power: 10n })) });
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0).reverse()) close();
});

function openLog(): BlockLog {
  const log = openBlockLog({ path: undefined });
  closers.push(() => log.close());
  return log;
}

function openState(): StateStore {
  const store = openLedgerStore(undefined);
  closers.push(() => store.close());
  return store;
}

function folder(): string {
  const place = mkdtempSync(join(tmpdir(), "sotto-anchor-"));
  closers.push(() => rmSync(place, { recursive: true, force: true }));
  return place;
}

const needs: SnapshotNeeds = { blobs: () => [], rows: (version) => [resultsKey(version)] };

/** A chain whose block `AT` changes the set and the parameters, and a snapshot after that block. */
function decidedChain() {
  const [log, store, snapshots] = [openLog(), openState(), folder()];
  const sequencer = createSequencer({ app: createLedger(store), log, keys, genesis });
  const changes = [`power ${toHex(newcomer.publicKey)} 1`, "limits 1000000 5000000"].map((text) => fromUtf8(text));
  for (let height = 1; height <= LAST; height++) {
    sequencer.produce(nowAt(height), [fromUtf8(`set key ${height}`), ...(height === AT ? changes : [])]);
    if (height === AT) takeSnapshot({ store, version: AT, folder: snapshots, needs });
  }
  return { log, store, snapshots };
}

function lightAt(log: BlockLog, height: number): LightBlock {
  const meta = log.meta(height);
  if (meta === undefined) throw new Error(`no block ${height}`);
  return { header: meta.header, commit: meta.commit, validators: meta.validators };
}

const anchorOf = (log: BlockLog): Anchor => ({ last: lightAt(log, AT), next: lightAt(log, AT + 1) });

function restored({ log, snapshots }: ReturnType<typeof decidedChain>): StateStore {
  const store = openState();
  const anchor = anchorOf(log);
  const own = () => new Map([[anchorKey(AT), encodeAnchor(anchor)]]);
  const restore = createRestore({ store, folder: snapshots, needs, own });
  const hash = anchor.next.header.appHash;
  const bytes = loadChunk(snapshots, BigInt(AT), 3, 0) as Uint8Array;
  const info = takeSnapshot({ store, version: AT, folder: snapshots, needs });
  expect(restore.offer(info, hash).result).toBe(1);
  expect(restore.applyChunk(0, bytes).restored?.version).toBe(AT);
  return store;
}

function run(follower: ReturnType<typeof createFollower>, source: BlockLog, from: number): void {
  for (let height = from; height <= LAST; height++) {
    const { blockId, commit } = source.meta(height) as NonNullable<ReturnType<BlockLog["meta"]>>;
    follower.finalize({ hash: blockId.hash, block: source.block(height) as Block, commit, misbehavior: [] });
    follower.commit();
  }
}

describe("a follower over a restored state", () => {
  test("goes on with the next block, and starts again before and after it", () => {
    const chain = decidedChain();
    const [log, store] = [openLog(), restored(chain)];
    const begin = () => createFollower({ app: createLedger(store), log, genesis });
    expect([begin().height, begin().nextHeight, log.height]).toEqual([AT, AT + 1, 0]);
    run(begin(), chain.log, AT + 1);
    expect([log.first, log.height]).toEqual([AT + 1, LAST]);
    expect(toHex(begin().appHash)).toBe(toHex(chain.store.appHash));
  });

  test("begins when a restore fills its empty state", () => {
    const chain = decidedChain();
    const [log, store] = [openLog(), restored(chain)];
    let version = 0;
    const ledger = createLedger(store);
    const app = Object.create(ledger, { height: { get: () => version } });
    const follower = createFollower({ app, log, genesis });
    expect(follower.consensusParams).toBeUndefined();
    version = AT;
    follower.reload();
    expect(follower.nextHeight).toBe(AT + 1);
  });
});

describe("the rows beside a restored state", () => {
  const parts = () => {
    const { log, store } = decidedChain();
    const anchor = anchorOf(log);
    const result = decodeBlockResult(store.extra(resultsKey(AT)) as Uint8Array);
    const { seconds, nanos } = anchor.last.header.time;
    const time = beU64(BigInt(seconds) * 1_000_000_000n + BigInt(nanos));
    const fault = (rows: { readonly time?: Uint8Array; readonly result?: Partial<BlockResult> }) =>
      faultOfRows(
        anchor,
        { time: rows.time ?? time, result: { ...result, ...rows.result } },
        anchor.next.header.appHash,
      );
    return { anchor, result, fault };
  };

  test("are as the headers say, or are refused", () => {
    const { result, fault } = parts();
    expect(fault({})).toBeUndefined();
    expect(fault({ time: beU64(1n) })).toContain("its time");
    expect(fault({ time: new Uint8Array(3) })).toContain("its time");
    expect(fault({ result: { txResults: result.txResults.slice(1) } })).toContain("its results");
    expect(fault({ result: { consensusParamUpdates: undefined } })).toContain("lack the parameters");
    const other = new Uint8Array([0x0a, 0x02, 0x08, 0x05]);
    expect(fault({ result: { consensusParamUpdates: other } })).toContain("its parameters");
    expect(fault({ result: { validatorUpdates: [] } })).toContain("its changes of validators");
  });

  test("lie beside headers that follow each other and are signed", () => {
    const { anchor } = parts();
    const { last, next } = decodeAnchor(encodeAnchor(anchor));
    verifyAnchor({ last, next }, genesis.chainId);
    expect(() => verifyAnchor({ last: next, next: last }, genesis.chainId)).toThrow("does not follow");
    expect(() => verifyAnchor({ last, next }, "other-1")).toThrow("another chain");
    const weak = { ...next, commit: { ...next.commit, signatures: last.commit.signatures } };
    expect(() => verifyAnchor({ last, next: weak }, genesis.chainId)).toThrow();
  });
});
