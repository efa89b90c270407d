// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { type BlockLog, fromTime, openBlockLog, readParams } from "@sotto/blocks";
import { fromUtf8, toHex } from "@sotto/bytes";
import {
  consensusAddress,
  consensusParamsHash,
  decodeCommit,
  decodeHeader,
  decodeValidatorSet,
  headerHash,
  VoteFlag,
} from "@sotto/comet";
import { EnvironmentFault, InvariantBroken } from "@sotto/errors";
import type { AppGenesis, Application, DecidedBlock, OwnTxs } from "@sotto/kernel";
import type { StateStore } from "@sotto/store";
import { afterAll, describe, expect, test } from "vitest";
import { createSequencer, type Sequencer } from "../src/index.ts";
import { GENESIS_TIME, genesisOf, key, nowAt, otherKey, txsAt } from "./chain.mjs";
import { createLedger, openLedgerStore } from "./ledger.mjs";
import { verifyChain } from "./verifyChain.ts";

interface Chain {
  readonly store: StateStore;
  readonly log: BlockLog;
  readonly sequencer: Sequencer;
  close(): void;
}

function start(path?: string, genesis: AppGenesis = genesisOf()): Chain {
  const log = openBlockLog({ path: path && join(path, "blocks") });
  const store = openLedgerStore(path && join(path, "state"), genesis.initialHeight);
  const close = () => {
    log.close();
    store.close();
  };
  try {
    const sequencer = createSequencer({ app: createLedger(store), log, keys: [key], genesis });
    return { store, log, sequencer, close };
  } catch (thrown) {
    close();
    throw thrown;
  }
}

function advance({ sequencer }: Chain, target: number): void {
  for (let height = sequencer.height + 1; height <= target; height++) sequencer.produce(nowAt(height), txsAt(height));
}

const hashes = (log: BlockLog): string[] =>
  Array.from({ length: log.height }, (_, i) => toHex(log.meta(i + 1)?.blockId.hash ?? new Uint8Array()));

const powers = (log: BlockLog, height: number) =>
  log.validators(height)?.validators.map(({ votingPower }) => votingPower);

function withFolder(run: (path: string) => void): void {
  const path = mkdtempSync(join(tmpdir(), "sotto-sequencer-"));
  try {
    run(path);
  } finally {
    rmSync(path, { recursive: true });
  }
}

describe("a chain of blocks", () => {
  const chain = start();
  afterAll(() => chain.close());
  advance(chain, 40);
  const { log } = chain;

  test("is verified by a stranger, block by block and by light steps", () =>
    verifyChain(log, chain.store, GENESIS_TIME));

  test("begins at the genesis time with an empty commit", () => {
    const first = log.block(1);
    expect(fromTime(first?.header.time ?? { seconds: 0, nanos: 0 })).toBe(GENESIS_TIME);
    expect(first?.lastCommit).toMatchObject({ height: 0, round: 0, signatures: [] });
    expect(toHex(first?.header.lastResultsHash ?? new Uint8Array())).toBe(
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    );
    expect(first?.header.version).toEqual({ block: 11, app: 0 });
  });

  test("changes validators two heights after the block that asked", () => {
    expect([4, 5].map((height) => powers(log, height))).toEqual([[100n], [100n, 30n]]);
    expect([7, 8].map((height) => powers(log, height))).toEqual([
      [100n, 30n],
      [100n, 45n],
    ]);
    expect([10, 11].map((height) => powers(log, height))).toEqual([[100n, 45n], [100n]]);
  });

  test("skips the turns of a validator that nobody hears, whose place in the commit stays empty", () => {
    const metas = Array.from({ length: 40 }, (_, i) => log.meta(i + 1));
    expect(new Set(metas.map((meta) => meta?.commit.round))).toEqual(new Set([0, 1]));
    const flags = log.meta(8)?.commit.signatures.map(({ flag }) => flag);
    expect(flags).toEqual([VoteFlag.commit, VoteFlag.absent]);
    const own = consensusAddress({ type: "ed25519", bytes: key.publicKey });
    for (const meta of metas) expect(toHex(meta?.header.proposerAddress ?? new Uint8Array())).toBe(toHex(own));
  });

  test("answers which commits are canonical, and the validators of the height to come", () => {
    expect(log.commit(39)?.canonical).toBe(true);
    expect(log.commit(40)).toEqual({ commit: log.meta(40)?.commit, canonical: false });
    expect(log.commit(41)).toBeUndefined();
    expect([log.validators(41)?.validators.length, log.validators(42)]).toEqual([2, undefined]);
    expect([log.block(0), log.heightOf(new Uint8Array(32)), log.heightOf(new Uint8Array(0))]).toEqual(
      Array(3).fill(undefined),
    );
  });

  test("is the same for the same clock and transactions", () => {
    const again = start();
    advance(again, 40);
    expect(hashes(again.log)).toEqual(hashes(log));
    expect(toHex(again.sequencer.appHash)).toBe(toHex(chain.sequencer.appHash));
    again.close();
  });

  test("is read by another log that is opened for reading", () => {
    const reader = openBlockLog({ path: log.path, readOnly: true });
    expect(hashes(reader)).toEqual(hashes(log));
    expect(() => reader.setGenesis(genesisOf())).toThrow("has a genesis already");
    reader.close();
  });
});

describe("time", () => {
  test("is that of the vote before, moves on when the clock does not, and never ends in zero", () => {
    const chain = start();
    const { sequencer, log } = chain;
    const at = (height: number) => fromTime(log.meta(height)?.header.time ?? { seconds: 0, nanos: 0 });
    sequencer.produce(GENESIS_TIME + 5_000_000_010n, []);
    expect(sequencer.nextTime).toBe(GENESIS_TIME + 5_000_000_010n);
    sequencer.produce(GENESIS_TIME + 7_000_001_000n - 789n, []);
    sequencer.produce(GENESIS_TIME, []);
    sequencer.produce(GENESIS_TIME - 1_000_000_000_000n, []);
    sequencer.produce(GENESIS_TIME + 8_000_000_000n, []);
    const third = GENESIS_TIME + 7_000_001_000n - 789n + 1n;
    expect([1, 2, 3, 4, 5].map(at)).toEqual([
      GENESIS_TIME,
      GENESIS_TIME + 5_000_000_010n,
      third,
      third + 1_000_000n,
      third + 2_000_000n,
    ]);
    chain.close();
  });
});

describe("what the application is given", () => {
  /** A chain whose decided blocks are kept. `own`: transactions of the chain itself. */
  function watched(own: OwnTxs = { txs: [], gas: 0n }) {
    const store = openLedgerStore(undefined);
    const log = openBlockLog({ path: undefined });
    const seen: DecidedBlock[] = [];
    const ledger = createLedger(store);
    const app: Application = {
      get height() {
        return ledger.height;
      },
      get appHash() {
        return ledger.appHash;
      },
      initChain: (genesis) => ledger.initChain(genesis),
      ownTxs: () => own,
      commit: (extra) => ledger.commit(extra),
      extra: (name) => ledger.extra(name),
      finalizeBlock(block) {
        seen.push(block);
        expect(log.height).toBe(block.height);
        return ledger.finalizeBlock(block);
      },
    };
    const sequencer = createSequencer({ app, log, keys: [key], genesis: genesisOf() });
    const close = () => {
      log.close();
      store.close();
    };
    return { log, sequencer, seen, close };
  }

  test("begins with the chain's own transactions, which leave half of the gas to others", () => {
    const [first, second, user] = ["set a 1", "set b 2", "set c 3"].map(fromUtf8) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    const { log, sequencer, seen, close } = watched({ txs: [first, second], gas: 20n });
    // A transaction in a block has a tag and a length in front.
    expect(sequencer.reserved).toEqual({ bytes: 2 * (first.length + 2), gas: 20n });
    sequencer.produce(nowAt(1), [user]);
    expect(seen[0]?.proof.txs).toEqual([first, second, user]);
    expect(log.block(1)?.txs).toEqual([first, second, user]);
    sequencer.produce(nowAt(2), [fromUtf8("limits 5000 30")]);
    expect(sequencer.reserved.gas).toBe(15n);
    close();
  });

  test("is the decided block with its proof", () => {
    const { log, sequencer, seen, close } = watched();
    const produced = sequencer.produce(nowAt(1), [fromUtf8("set a b")]);
    const { proof, hash, height, time, proposer, nextValidatorsHash } = seen[0] as DecidedBlock;
    expect([height, time]).toEqual([1, GENESIS_TIME]);
    const header = decodeHeader(proof.header);
    expect(headerHash(header)).toEqual(hash);
    expect(produced.blockId.hash).toEqual(hash);
    expect([header.proposerAddress, header.nextValidatorsHash]).toEqual([proposer, nextValidatorsHash]);
    expect(decodeCommit(proof.commit)).toEqual(log.meta(1)?.commit);
    expect(decodeValidatorSet(proof.validators)).toEqual(log.validators(1));
    expect(proof.txs).toEqual([fromUtf8("set a b")]);
    close();
  });

  test("is how each validator voted for the block before, and no misbehaviour", () => {
    const { sequencer, seen, close } = watched();
    sequencer.produce(nowAt(1), [fromUtf8(`power ${toHex(otherKey.publicKey)} 30`)]);
    for (let height = 2; height <= 5; height++) sequencer.produce(nowAt(height), []);
    const [own, other] = [key, otherKey].map(({ publicKey }) =>
      toHex(consensusAddress({ type: "ed25519", bytes: publicKey })),
    );
    const votes = seen.map(({ lastCommit }) =>
      lastCommit.votes.map(({ address, power, flag }) => [toHex(address), power, flag]),
    );
    const alone = [[own, 100n, "commit"]];
    expect(votes.slice(0, 4)).toEqual([[], alone, alone, [...alone, [other, 30n, "absent"]]]);
    expect(seen.map(({ misbehavior }) => misbehavior)).toEqual(Array(5).fill([]));
    close();
  });
});

describe("consensus parameters", () => {
  const GENESIS_BYTES = 22_020_096;
  const limits = (log: BlockLog, height: number) => {
    const { maxBytes, maxGas } = readParams(log.consensusParams(height) ?? new Uint8Array());
    return [maxBytes, maxGas];
  };

  test("change at the height after the block that asked, in headers and in what a block may hold", () =>
    withFolder((path) => {
      const chain = start(path);
      const { sequencer, log } = chain;
      const bytes = sequencer.maxDataBytes;
      sequencer.produce(nowAt(1), [fromUtf8("limits 4096 77")]);
      expect([bytes - sequencer.maxDataBytes, sequencer.maxGas]).toEqual([GENESIS_BYTES - 4096, 77n]);
      expect(() => sequencer.produce(nowAt(2), [new Uint8Array(4096)])).toThrow(/block 2 has/);
      sequencer.produce(nowAt(2), [fromUtf8("limits -1 -1")]);
      sequencer.produce(nowAt(3), []);
      expect([1, 2, 3].map((height) => limits(log, height))).toEqual([
        [BigInt(GENESIS_BYTES), 6_000_000n],
        [4096n, 77n],
        [-1n, -1n],
      ]);
      expect(log.consensusParams(4)).toBeUndefined();
      const hashes = [1, 2, 3].map((height) => toHex(log.meta(height)?.header.consensusHash ?? new Uint8Array()));
      expect(new Set(hashes).size).toBe(3);
      expect(hashes[1]).toBe(toHex(consensusParamsHash({ maxBytes: 4096n, maxGas: 77n })));
      verifyChain(log, chain.store, GENESIS_TIME);
      chain.close();
    }));

  test("go on after a start, and after a replay of the whole log", () =>
    withFolder((path) => {
      const first = start(path);
      first.sequencer.produce(nowAt(1), [fromUtf8("limits 5000 77")]);
      first.close();
      const second = start(path);
      expect(second.sequencer.maxGas).toBe(77n);
      second.sequencer.produce(nowAt(2), []);
      second.close();
      rmSync(join(path, "state"), { recursive: true });
      const third = start(path);
      expect([third.sequencer.height, third.sequencer.maxGas]).toEqual([2, 77n]);
      third.close();
    }));

  test("that no block can obey stop the chain", () => {
    for (const asked of ["limits 0 1", "limits 104857601 1", "limits 100 -2"]) {
      const chain = start();
      expect(() => chain.sequencer.produce(nowAt(1), [fromUtf8(asked)]), asked).toThrow(InvariantBroken);
      chain.close();
    }
  });
});

describe("a start", () => {
  test("goes on where the last one stopped", () =>
    withFolder((path) => {
      const straight = start();
      advance(straight, 30);
      for (const target of [1, 2, 5, 9, 21, 30]) {
        const chain = start(path);
        advance(chain, target);
        chain.close();
      }
      const last = start(path);
      expect(hashes(last.log)).toEqual(hashes(straight.log));
      verifyChain(last.log, last.store, GENESIS_TIME);
      last.close();
      straight.close();
    }));

  test("replays the whole log over an empty state to the same hashes", () =>
    withFolder((path) => {
      const first = start(path);
      advance(first, 25);
      const appHash = toHex(first.sequencer.appHash);
      first.close();
      rmSync(join(path, "state"), { recursive: true });
      const again = start(path);
      expect([again.sequencer.height, toHex(again.sequencer.appHash)]).toEqual([25, appHash]);
      advance(again, 40);
      verifyChain(again.log, again.store, GENESIS_TIME);
      again.close();
    }));

  test("at a later initial height counts from there", () =>
    withFolder((path) => {
      const genesis = genesisOf({ initialHeight: 10 });
      const chain = start(path, genesis);
      expect([chain.sequencer.height, chain.log.height, chain.log.first]).toEqual([0, 0, 0]);
      for (let height = 10; height < 20; height++) chain.sequencer.produce(nowAt(height), txsAt(height));
      expect([chain.sequencer.height, chain.log.height, chain.log.first]).toEqual([19, 19, 10]);
      verifyChain(chain.log, chain.store, GENESIS_TIME);
      chain.close();
      rmSync(join(path, "state"), { recursive: true });
      const again = start(path, genesis);
      expect(again.sequencer.height).toBe(19);
      again.close();
    }));

  test("refuses a folder of another chain, a lost log, a log that is behind, a key that decides nothing", () =>
    withFolder((path) => {
      const chain = start(path);
      advance(chain, 3);
      chain.close();
      expect(() => start(path, genesisOf({ chainId: "other-1" }))).toThrow(
        /belongs to chain secretdev-1, not to other-1/,
      );
      expect(() => start(path, genesisOf({ time: GENESIS_TIME + 1n }))).toThrow(/another genesis/);
      rmSync(join(path, "blocks"), { recursive: true });
      expect(() => start(path)).toThrow(/block log is missing/);
      const shorter = openBlockLog({ path: join(path, "blocks") });
      const elsewhere = openLedgerStore(undefined);
      createSequencer({ app: createLedger(elsewhere), log: shorter, keys: [key], genesis: genesisOf() }).produce(
        nowAt(1),
        txsAt(1),
      );
      elsewhere.close();
      shorter.close();
      expect(() => start(path)).toThrow(/state is at height 3, but the block log ends at 1/);
      const both = { validators: [key, otherKey].map(({ publicKey }) => ({ pubKey: publicKey, power: 10n })) };
      expect(() => start(undefined, genesisOf(both))).toThrow(/more than two thirds/);
      const other = { validators: [{ pubKey: otherKey.publicKey, power: 10n }] };
      expect(() => start(undefined, genesisOf(other))).toThrow(/its signers have 0: .* has no key in this node/);
    }));

  test("refuses a log whose block does not follow from the state", () =>
    withFolder((path) => {
      const chain = start(path);
      advance(chain, 3);
      chain.close();
      rmSync(join(path, "state"), { recursive: true });
      const changed = () => start(path, genesisOf({ appState: new Map([["ledger", "other"]]) }));
      expect(changed).toThrow(InvariantBroken);
      rmSync(join(path, "state"), { recursive: true });
      expect(changed).toThrow(/block 2 of the log says application hash/);
    }));
});

describe("failures", () => {
  test("a validator that outvotes the key stops the chain before a block is made", () => {
    const chain = start();
    const { sequencer, log } = chain;
    sequencer.produce(nowAt(1), [fromUtf8(`power ${toHex(otherKey.publicKey)} 50`)]);
    sequencer.produce(nowAt(2), []);
    expect(() => sequencer.produce(nowAt(3), [])).toThrow(EnvironmentFault);
    expect([log.height, sequencer.height]).toEqual([2, 2]);
    chain.close();
  });

  test("after an application that failed nothing is made until a new start, which executes the block", () =>
    withFolder((path) => {
      const log = openBlockLog({ path: join(path, "blocks") });
      const store = openLedgerStore(join(path, "state"));
      const ledger = createLedger(store);
      const app = Object.create(ledger, {
        commit: {
          value: (extra: ReadonlyMap<string, Uint8Array>) => {
            if (log.height === 2) throw new EnvironmentFault("the disk is gone");
            return ledger.commit(extra);
          },
        },
      }) as Application;
      const sequencer = createSequencer({ app, log, keys: [key], genesis: genesisOf() });
      sequencer.produce(nowAt(1), txsAt(1));
      expect(() => sequencer.produce(nowAt(2), txsAt(2))).toThrow("the disk is gone");
      expect(() => sequencer.produce(nowAt(3), txsAt(3))).toThrow("stopped at a failure");
      log.close();
      store.close();
      const again = start(path);
      expect(again.sequencer.height).toBe(2);
      verifyChain(again.log, again.store, GENESIS_TIME);
      again.close();
    }));

  test("a block over the limit of the chain is not made", () => {
    const params = Uint8Array.of(0x0a, 0x03, 0x08, 0x80, 0x10);
    const chain = start(undefined, genesisOf({ consensusParams: params }));
    const { sequencer } = chain;
    expect(sequencer.maxDataBytes).toBe(2048 - 626 - 11 - 94 - 111);
    expect(() => sequencer.produce(nowAt(1), [new Uint8Array(2048)])).toThrow(/block 1 has/);
    const fits = new Uint8Array(sequencer.maxDataBytes - 3);
    for (let height = 1; height <= 3; height++) sequencer.produce(nowAt(height), [fits]);
    expect(chain.log.meta(3)?.size).toBeLessThanOrEqual(2048);
    chain.close();
  });
});

test("a thread that never ends a turn sees the blocks as they come", async () => {
  const chain = start();
  const ready = new Int32Array(new SharedArrayBuffer(8));
  const workerData = { path: chain.log.path, target: 12, ready };
  const worker = new Worker(new URL("readWorker.mjs", import.meta.url), { workerData });
  const answer = new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
  while (ready[0] === 0) await new Promise((resolve) => setTimeout(resolve, 2));
  advance(chain, 12);
  expect(await answer).toEqual(hashes(chain.log));
  await worker.terminate();
  chain.close();
});
