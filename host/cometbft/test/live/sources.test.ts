// SPDX-License-Identifier: Apache-2.0
import { readdirSync } from "node:fs";
import { commitHash, createValidatorSet, headerHash, verifyCommit } from "@sotto/comet";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeComet, type TestComet } from "../../../../test/support/cometbft.ts";
import {
  type BlockSource,
  blockSources,
  type CometProcess,
  cometFiles,
  cometIdentity,
  type DecidedParts,
  remoteSources,
  rpcSource,
  storeSource,
} from "../../src/index.ts";

// The stock CometBFT with its own application "kvstore".

let comet: TestComet;
let running: CometProcess;
const hashes = new Map<number, Uint8Array>();
const hash = (height: number): Uint8Array => hashes.get(height) as Uint8Array;
const LAST = 10;
const copies = (): string[] => readdirSync(`${comet.home}/data`).filter((name) => name.startsWith(".sotto"));

beforeAll(async () => {
  comet = await makeComet();
  running = await comet.start();
  await comet.reached(LAST);
  for (let height = 1; height <= LAST; height++) hashes.set(height, await comet.hashAt(height));
});

afterAll(() => comet.remove());

/** Header, both commits and the signature of the chain's one validator. */
function verify(parts: DecidedParts | undefined, height: number): void {
  if (parts === undefined) throw new Error(`no block ${height}`);
  const { header, commit, lastCommit, evidence } = parts;
  expect(headerHash(header)).toEqual(new Uint8Array(hash(height)));
  expect(commitHash(lastCommit)).toEqual(header.lastCommitHash);
  expect(lastCommit.height).toBe(height - 1);
  expect(evidence).toEqual([]);
  const { validatorPublicKey, validatorAddress } = cometIdentity(comet.home);
  const publicKey = { type: "ed25519", bytes: validatorPublicKey } as const;
  const set = createValidatorSet([{ address: validatorAddress, publicKey, votingPower: 10n }]);
  verifyCommit(header.chainId, set, commit.blockId, height, commit);
}

async function verifyAll(source: Required<BlockSource>): Promise<void> {
  for (const height of [1, 2, LAST]) verify(await source.find(height, hash(height)), height);
  expect(await source.find(1_000_000, hash(1))).toBeUndefined();
  await expect(source.find(3, hash(4))).rejects.toThrow(/has another block 3: .* and CometBFT executes/);
  await source.release();
}

describe("while CometBFT runs", () => {
  test("its RPC gives each block over TCP", () => verifyAll(rpcSource(comet.rpc)));

  test("its RPC gives each block over a unix socket", () => verifyAll(rpcSource(comet.socket)));

  test("another node's RPC gives each block, after one that does not listen", async () => {
    const blocks = blockSources(remoteSources(["http://127.0.0.1:1", comet.rpc.replace("http:", "tcp:")]));
    verify(await blocks.must(LAST, hash(LAST)), LAST);
    await blocks.close();
  });

  test("a copy of its block store gives each block, and CometBFT goes on", async () => {
    const before = await comet.reached(LAST);
    await verifyAll(storeSource(cometFiles(comet.home).blockStore));
    expect(copies()).toEqual([]);
    await comet.reached(before + 3);
    expect(running.exit()).toBeUndefined();
  });

  test("blocks that are made during the copies are found", async () => {
    const source = storeSource(cometFiles(comet.home).blockStore);
    for (let i = 0; i < 20; i++) {
      const height = await comet.reached(0);
      expect(await source.find(height, await comet.hashAt(height))).toMatchObject({ header: { height } });
    }
    await source.release();
    expect(copies()).toEqual([]);
  });
});

describe("in order", () => {
  const none = (name: string, said?: string): BlockSource => ({
    name,
    find: async () => {
      order.push(name);
      return undefined;
    },
    ...(said === undefined ? {} : { look: async () => said }),
  });
  let order: string[] = [];

  test("the first place that has the block answers, and later ones give back what they hold", async () => {
    order = [];
    const store = storeSource(cometFiles(comet.home).blockStore);
    verify(await store.find(2, hash(2)), 2);
    expect(copies()).toHaveLength(1);
    const later = none("later");
    const blocks = blockSources([none("own log"), rpcSource(comet.socket), store, later]);
    verify(await blocks.must(LAST, hash(LAST)), LAST);
    expect(order).toEqual(["own log"]);
    expect(copies()).toEqual([]);
  });

  test("the copy of the block store answers while the RPC does not listen", async () => {
    const store = storeSource(cometFiles(comet.home).blockStore);
    const blocks = blockSources([rpcSource("http://127.0.0.1:1"), store], { waitMs: 0 });
    for (const height of [1, LAST]) verify(await blocks.must(height, hash(height)), height);
    expect(copies()).toHaveLength(1);
    await blocks.close();
    expect(copies()).toEqual([]);
  });

  test("places are asked again until one has the block", async () => {
    let asked = 0;
    const rpc = rpcSource(comet.socket);
    const slow: BlockSource = {
      name: "slow",
      find: async (...block) => (++asked < 4 ? undefined : rpc.find(...block)),
    };
    verify(await blockSources([slow]).must(LAST, hash(LAST)), LAST);
    expect(asked).toBe(4);
  });

  test("a place of the caller that gives another block is not believed", async () => {
    const rpc = rpcSource(comet.rpc);
    const wrong: BlockSource = { name: "own log", find: () => rpc.find(2, hash(2)) };
    await expect(blockSources([wrong]).must(3, hash(3))).rejects.toThrow(
      /own log: own log has another block 3: .* of height 2/,
    );
    verify(await blockSources([wrong, rpc]).must(3, hash(3)), 3);
  });

  test("without a block in time the failure lists each place and what to do", async () => {
    const places = [
      none("own log"),
      rpcSource("unix:///nowhere/rpc.sock"),
      storeSource("/nowhere/blockstore.db"),
      ...remoteSources(["http://127.0.0.1:1"]),
    ];
    const blocks = blockSources(places, { waitMs: 60 });
    await expect(blocks.must(LAST, hash(LAST))).rejects.toThrow(
      new RegExp(
        [
          "no place has block 10 \\([0-9A-F]{64}\\), which CometBFT executes:",
          "  own log: does not have it",
          "  the RPC unix:///nowhere/rpc.sock: does not listen \\(no such socket\\)",
          "  the block store /nowhere/blockstore.db: there is no LevelDB in /nowhere/blockstore.db",
          "  the RPC http://127.0.0.1:1 of another node: does not listen \\(connection refused\\)",
          "To go on: give the node the RPC address",
        ].join("\n"),
      ),
    );
  });

  test("a wait ends at once when every place has another block", async () => {
    const blocks = blockSources([rpcSource(comet.rpc), rpcSource(comet.socket)], { waitMs: 1e9 });
    await expect(blocks.must(3, hash(4))).rejects.toThrow(
      /no place has block 3.*has another block 3.*has another block 3/s,
    );
  });
});

describe("after CometBFT was killed", () => {
  let latest = 0;

  beforeAll(async () => {
    latest = await comet.reached(LAST);
    hashes.set(latest, await comet.hashAt(latest));
    running.kill("SIGKILL");
    expect(await running.exited).toMatchObject({ signal: "SIGKILL", reason: "CometBFT was ended by SIGKILL" });
  });

  test("a copy of its block store gives each block", async () => {
    const source = storeSource(cometFiles(comet.home).blockStore);
    verify(await source.find(latest, hash(latest)), latest);
    await verifyAll(source);
  });

  test("a client whose connection was open reaches the next CometBFT", async () => {
    const source = rpcSource(comet.rpc);
    expect(await source.look(LAST, hash(LAST))).toBe("does not listen (connection refused)");
    running = await comet.start();
    await comet.reached(LAST);
    verify(await source.find(LAST, hash(LAST)), LAST);
    running.kill("SIGKILL");
    await running.exited;
    running = await comet.start();
    await comet.reached(LAST);
    verify(await source.find(LAST, hash(LAST)), LAST);
  });
});
