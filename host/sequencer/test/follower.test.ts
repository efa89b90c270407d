// SPDX-License-Identifier: Apache-2.0
/**
 * A chain whose blocks are decided elsewhere: here by a sequencer, whose log stands for CometBFT.
 */
import { type BlockLog, openBlockLog } from "@sotto/blocks";
import { fromUtf8, toHex } from "@sotto/bytes";
import { ABSENT, type Block, type Commit, verifyCommit } from "@sotto/comet";
import { Ed25519Key } from "@sotto/crypto";
import { EnvironmentFault } from "@sotto/errors";
import type { DecidedBlock, NetworkApplication } from "@sotto/kernel";
import { afterEach, describe, expect, test } from "vitest";
import { createFollower, createSequencer, type EngineBlock, FalseParts } from "../src/index.ts";
import { genesisOf, nowAt } from "./chain.mjs";
import { createLedger, openLedgerStore } from "./ledger.mjs";

const LAST = 6;
const keys = [31, 32, 33, 34].map((byte) => new Ed25519Key(new Uint8Array(32).fill(byte)));
const newcomer = new Ed25519Key(new Uint8Array(32).fill(35));
const genesis = genesisOf({ validators: keys.map(({ publicKey }) => ({ pubKey: publicKey, power: 10n })) });
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

const openLog = (): BlockLog => {
  const log = openBlockLog({ path: undefined });
  closers.push(() => log.close());
  return log;
};

const openState = () => {
  const store = openLedgerStore(undefined);
  closers.push(() => store.close());
  return store;
};

/** Blocks of four validators; the set changes at height 2. */
function decidedChain(): BlockLog {
  const log = openLog();
  const app = createLedger(openState());
  const sequencer = createSequencer({ app, log, keys, genesis });
  for (let height = 1; height <= LAST; height++) {
    const power = height === 2 ? [fromUtf8(`power ${toHex(newcomer.publicKey)} 1`)] : [];
    sequencer.produce(nowAt(height), [fromUtf8(`set key ${height}`), ...power]);
  }
  return log;
}

/** A commit as a node saw it: without the vote of one validator. */
const without = (commit: Commit, index: number): Commit => ({
  ...commit,
  signatures: commit.signatures.map((signature, i) => (i === index ? ABSENT : signature)),
});

function engineBlock(log: BlockLog, height: number, see = (commit: Commit) => commit): EngineBlock {
  const block = log.block(height) as Block;
  const meta = log.meta(height);
  if (meta === undefined) throw new Error(`no block ${height}`);
  return { hash: meta.blockId.hash, block, commit: see(meta.commit), misbehavior: [] };
}

/** A follower that notes the blocks that its application executes. */
function follow(log = openLog(), store = openState()) {
  const ledger = createLedger(store);
  const executed: DecidedBlock[] = [];
  const app: NetworkApplication = {
    get height() {
      return ledger.height;
    },
    get appHash() {
      return ledger.appHash;
    },
    initChain: (given) => ledger.initChain(given),
    ownTxs: () => ledger.ownTxs(),
    prepareProposal: (txs, maxBytes) => ledger.prepareProposal(txs, maxBytes),
    acceptsProposal: (txs) => ledger.acceptsProposal(txs),
    commit: (extra) => ledger.commit(extra),
    extra: (name) => ledger.extra(name),
    reload: () => ledger.reload(),
    finalizeBlock(block) {
      executed.push(block);
      return ledger.finalizeBlock(block);
    },
  };
  return { store, log, executed, follower: createFollower({ app, log, genesis }) };
}

function run(
  { follower }: ReturnType<typeof follow>,
  source: BlockLog,
  from: number,
  to: number,
  see?: (commit: Commit) => Commit,
) {
  if (from === 1) follower.initChain(genesis);
  for (let height = from; height <= to; height++) {
    follower.finalize(engineBlock(source, height, see));
    follower.commit();
  }
}

describe("a follower", () => {
  test("has the hash of the block's state before the commit, and the same chain as the sequencer", () => {
    const source = decidedChain();
    const node = follow();
    node.follower.initChain(genesis);
    for (let height = 1; height < LAST; height++) {
      const { result } = node.follower.finalize(engineBlock(source, height));
      expect(node.follower.height).toBe(height - 1);
      expect(toHex(result.appHash)).toBe(toHex(source.meta(height + 1)?.header.appHash as Uint8Array));
      node.follower.commit();
      expect(toHex(node.follower.appHash)).toBe(toHex(result.appHash));
    }
  });

  test("refuses a block when its log has another one of the height", () => {
    const source = decidedChain();
    const other = openLog();
    const block = source.block(1) as Block;
    const meta = source.meta(1);
    const nextValidators = source.validators(2);
    if (meta === undefined || nextValidators === undefined) throw new Error("no block 1");
    const blockId = { ...meta.blockId, hash: new Uint8Array(32).fill(7) };
    other.append({ ...meta, blockId, bytes: source.bytes(1) as Uint8Array, nextValidators });
    const node = follow(other);
    node.follower.initChain(genesis);
    expect(() => node.follower.finalize(engineBlock(source, block.header.height))).toThrow(
      "two blocks of one height were decided",
    );
    expect(node.executed).toEqual([]);
  });

  test("tells its application the same, whichever votes it has seen", () => {
    const source = decidedChain();
    const [first, second] = [follow(), follow()];
    run(first, source, 1, LAST, (commit) => without(commit, 0));
    run(second, source, 1, LAST, (commit) => without(commit, 3));
    const told = ({ executed }: typeof first) => executed.map(({ proof: _, ...rest }) => rest);
    expect(told(first)).toEqual(told(second));
    const flags = first.executed.at(-1)?.lastCommit.votes.map(({ flag }) => flag);
    // The newcomer has no key here.
    expect(flags).toEqual(["commit", "commit", "commit", "commit", "absent"]);
    expect(toHex(first.follower.appHash)).toBe(toHex(second.follower.appHash));
  });

  test("logs each block before it executes it", () => {
    const source = decidedChain();
    const node = follow();
    run(node, source, 1, 2);
    node.follower.finalize(engineBlock(source, 3));
    expect([node.log.height, node.follower.height]).toEqual([3, 2]);
    const { commit, blockId, validators } = node.log.meta(3) ?? {};
    if (commit === undefined || blockId === undefined || validators === undefined) throw new Error("no block");
    verifyCommit(genesis.chainId, validators, blockId, 3, commit);
  });

  test("gives the same answer to a repeated request, and executes the block once", () => {
    const source = decidedChain();
    const node = follow();
    expect(node.follower.initChain(genesis)).toBe(node.follower.initChain(genesis));
    const first = node.follower.finalize(engineBlock(source, 1));
    expect(node.follower.finalize(engineBlock(source, 1, (commit) => without(commit, 1)))).toBe(first);
    expect(node.executed).toHaveLength(1);
    node.follower.commit();
    run(node, source, 2, LAST);
  });

  test("executes a block again that it logged and did not commit", () => {
    const source = decidedChain();
    const node = follow();
    run(node, source, 1, 3);
    node.follower.finalize(engineBlock(source, 4));
    const again = follow(node.log, node.store);
    expect(again.follower.nextHeight).toBe(4);
    run(again, source, 4, LAST);
    expect(toHex(again.follower.appHash)).toBe(toHex(hashOf(source)));
  });

  test("refuses a block that two thirds have not signed, and goes on with the right one", () => {
    const source = decidedChain();
    const node = follow();
    run(node, source, 1, 2);
    const weak = engineBlock(source, 3, (commit) => without(without(commit, 0), 1));
    expect(() => node.follower.finalize(weak)).toThrow(FalseParts);
    expect(() => node.follower.finalize(weak)).toThrow("invalid commit");
    expect([node.log.height, node.executed.length]).toEqual([2, 2]);
    run(node, source, 3, LAST);
  });

  test("refuses blocks that do not follow, with the first difference", () => {
    const source = decidedChain();
    const node = follow();
    expect(() => node.follower.finalize(engineBlock(source, 1))).toThrow("before it began the chain");
    run(node, source, 1, 2);
    const third = engineBlock(source, 3);
    const refusal = (changed: Partial<EngineBlock["block"]["header"]>) => () =>
      node.follower.finalize({ ...third, block: { ...third.block, header: { ...third.block.header, ...changed } } });
    expect(() => node.follower.finalize(engineBlock(source, 4))).toThrow("the next block has height 3");
    expect(refusal({ chainId: "other-1" })).toThrow("it is of chain other-1");
    expect(refusal({ appHash: new Uint8Array(32) })).toThrow(
      `its application hash is ${"00".repeat(32)}, the node has`,
    );
    expect(refusal({ lastResultsHash: new Uint8Array(32) })).toThrow("its results hash is");
    expect(refusal({ validatorsHash: new Uint8Array(32) })).toThrow("its validator set is");
    expect(refusal({ consensusHash: new Uint8Array(32) })).toThrow("its hash of the consensus parameters is");
    expect(() => node.follower.finalize({ ...third, block: { ...third.block, txs: [] } })).toThrow(FalseParts);
    const { lastCommit } = third.block;
    if (lastCommit === undefined) throw new Error("block 3 has no last commit");
    const lie = { ...third, block: { ...third.block, lastCommit: { ...lastCommit, round: 7 } } };
    expect(() => node.follower.finalize(lie)).toThrow(FalseParts);
    expect([node.log.height, node.executed.length]).toEqual([2, 2]);
    expect(() => node.follower.finalize({ ...third, hash: new Uint8Array(32) })).toThrow("its hash is");
    expect(() => node.follower.finalize(third)).not.toThrow();
    expect(() => node.follower.finalize(engineBlock(source, 4))).toThrow("two blocks of one height were decided");
  });

  test("refuses the beginning of a chain that it has begun", () => {
    const source = decidedChain();
    const node = follow();
    run(node, source, 1, 1);
    expect(() => node.follower.initChain(genesis)).toThrow(EnvironmentFault);
    expect(() => follow(node.log, node.store).follower.initChain(genesis)).toThrow(
      "the data folder of CometBFT is new",
    );
    expect(() =>
      createFollower({ ...node, app: createLedger(node.store), genesis: { ...genesis, initialHeight: 9 } }),
    ).toThrow("another genesis");
  });
});

/** Application hash at the end of the decided chain, from another follower. */
function hashOf(source: BlockLog): Uint8Array {
  const node = follow();
  run(node, source, 1, LAST);
  return node.follower.appHash;
}
