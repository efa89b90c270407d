// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { equals, fromUtf8 } from "@sotto/bytes";
import {
  BLOCK_PROTOCOL,
  type BlockId,
  blockId,
  type Commit,
  consensusAddress,
  createValidatorSet,
  dataHash,
  encodeBlock,
  NIL_BLOCK_ID,
  nextRound,
  signCommit,
  type ValidatorSet,
  validatorSetHash,
} from "@sotto/comet";
import { Ed25519Key, sha256 } from "@sotto/crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type BlockLog, type LogEntry, openBlockLog, toTime } from "../src/index.ts";

const CHAIN = "logged-1";
const key = new Ed25519Key(new Uint8Array(32).fill(3));
const publicKey = { type: "ed25519", bytes: key.publicKey } as const;
const address = consensusAddress(publicKey);
const genesis = {
  chainId: CHAIN,
  time: 1_700_000_000_123_456_789n,
  initialHeight: 7,
  consensusParams: Uint8Array.of(0x0a, 0x02, 0x08, 0x05),
  validators: [{ pubKey: key.publicKey, power: 100n }],
};
const FIRST = genesis.initialHeight;
const NO_COMMIT: Commit = { height: 0, round: 0, blockId: NIL_BLOCK_ID, signatures: [] };

/** The set of each height differs: the turns go on. */
function setAt(height: number): ValidatorSet {
  let set = createValidatorSet([{ address, publicKey, votingPower: 100n }]);
  for (let at = FIRST; at < height; at++) set = nextRound(set);
  return set;
}

/** The entry of a block after another one, as a driver of the application appends it. */
function entryAfter(
  last: LogEntry | undefined,
  txs: readonly Uint8Array[] = [],
  consensusParams?: Uint8Array,
): LogEntry {
  const height = last === undefined ? FIRST : last.header.height + 1;
  const validators = setAt(height);
  const time = toTime(genesis.time + BigInt(height) * 1_000_000_000n);
  const hash = sha256(fromUtf8("anything"));
  const header = {
    version: { block: BLOCK_PROTOCOL, app: 0 },
    chainId: CHAIN,
    height,
    time,
    lastBlockId: last?.blockId ?? NIL_BLOCK_ID,
    lastCommitHash: hash,
    dataHash: dataHash(txs),
    validatorsHash: validatorSetHash(validators),
    nextValidatorsHash: validatorSetHash(validators),
    consensusHash: hash,
    appHash: hash,
    lastResultsHash: hash,
    evidenceHash: hash,
    proposerAddress: address,
  };
  const bytes = encodeBlock({ header, txs, evidence: [], lastCommit: last?.commit ?? NO_COMMIT });
  // A header with a validators hash has a name.
  const id = blockId(header, bytes) as BlockId;
  const vote = { height, round: 0, blockId: id, timestamp: time };
  const signatures = [signCommit(CHAIN, vote, address, (message) => key.sign(message))];
  const commit: Commit = { height, round: 0, blockId: id, signatures };
  const meta = { header, blockId: id, commit, validators, size: bytes.length, txCount: txs.length, consensusParams };
  return { ...meta, bytes, nextValidators: setAt(height + 1) };
}

let path = "";
let log: BlockLog;
beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), "sotto-blocks-")), "log");
  log = openBlockLog({ path });
});
afterEach(() => {
  log.close();
  rmSync(join(path, ".."), { recursive: true });
});

/** Appends blocks and answers their entries. */
function append(count: number, txs: readonly Uint8Array[] = []): LogEntry[] {
  const entries: LogEntry[] = [];
  for (let i = 0; i < count; i++) {
    const entry = entryAfter(entries.at(-1), txs);
    log.append(entry);
    entries.push(entry);
  }
  return entries;
}

describe("a block log", () => {
  test("is empty before its first block, and starts at any height", () => {
    expect([log.first, log.height, log.genesis, log.block(0), log.commit(0), log.origin]).toEqual([
      0,
      0,
      ...Array(4).fill(undefined),
    ]);
    append(3);
    expect([log.first, log.height]).toEqual([FIRST, FIRST + 2]);
  });

  test("keeps the genesis of its chain, which nobody writes twice", () => {
    log.setGenesis(genesis);
    expect(log.genesis).toEqual(genesis);
    expect(() => log.setGenesis(genesis)).toThrow("has a genesis already");
  });

  test("answers what was appended, short and long blocks, with a commit that the next block makes canonical", () => {
    const entries = append(3, [fromUtf8("a transaction"), new Uint8Array(200_000).fill(1)]);
    for (const { bytes, nextValidators: _, ...meta } of entries) {
      const { height } = meta.header;
      expect(log.meta(height)).toEqual(meta);
      expect(equals(log.bytes(height) ?? new Uint8Array(), bytes)).toBe(true);
      expect(log.block(height)?.txs.map(({ length }) => length)).toEqual([13, 200_000]);
      expect(log.heightOf(meta.blockId.hash)).toBe(height);
      expect(log.commit(height)).toEqual({ commit: meta.commit, canonical: height < FIRST + 2 });
      expect(log.validators(height)).toEqual(setAt(height));
    }
    expect(log.validators(FIRST + 3)).toEqual(setAt(FIRST + 3));
    const beyond = [log.validators(FIRST + 4), log.meta(FIRST + 3), log.heightOf(new Uint8Array(31))];
    expect(beyond).toEqual([undefined, undefined, undefined]);
  });

  test("has the parameters of each height, which are those of the genesis until a block changes them", () => {
    log.setGenesis(genesis);
    const [first] = append(1) as [LogEntry];
    const changed = Uint8Array.of(0x0a, 0x02, 0x08, 0x06);
    log.append(entryAfter(first, [], changed));
    const params = [FIRST, FIRST + 1, FIRST + 2].map((height) => log.consensusParams(height));
    expect(params).toEqual([genesis.consensusParams, changed, undefined]);
  });

  test("takes heights only in order", () => {
    const [first, second] = append(2) as [LogEntry, LogEntry];
    expect(() => log.append(second)).toThrow(/cannot follow block 8/);
    expect(() => log.append(first)).toThrow(/cannot follow block 8/);
    expect(log.bytes(FIRST + 1)).toEqual(second.bytes);
  });

  test("is there after it was closed, and for readers while it is written", () => {
    const reader = openBlockLog({ path, readOnly: true });
    const [first] = append(1) as [LogEntry];
    expect([reader.height, reader.bytes(FIRST)]).toEqual([FIRST, first.bytes]);
    reader.close();
    log.close();
    log = openBlockLog({ path });
    log.append(entryAfter(first));
    expect([log.height, log.bytes(FIRST)]).toEqual([FIRST + 1, first.bytes]);
  });

  test("removes its oldest blocks with their files, a few at a time, but not the last", () => {
    const reader = openBlockLog({ path, readOnly: true });
    const entries = append(100, [new Uint8Array(500_000).fill(1)]);
    const heightAt = (i: number) => FIRST + i;
    const hashOf = (i: number) => (entries[i] as LogEntry).blockId.hash;
    expect(log.prune(FIRST)).toBe(FIRST);
    expect(log.origin).toEqual(hashOf(0));
    expect(log.prune(heightAt(90))).toBe(heightAt(64));
    expect([reader.first, reader.height]).toEqual([heightAt(64), heightAt(99)]);
    const gone = [reader.bytes(heightAt(63)), reader.meta(heightAt(63)), reader.validators(heightAt(63))];
    expect([...gone, reader.heightOf(hashOf(63)), reader.commit(heightAt(63))]).toEqual(Array(5).fill(undefined));
    expect(equals(reader.bytes(heightAt(64)) ?? NOTHING, (entries[64] as LogEntry).bytes)).toBe(true);
    expect(reader.heightOf(hashOf(64))).toBe(heightAt(64));
    // Three files of 16 MiB or more, of which no block is in the first.
    expect(readdirSync(join(path, "bytes")).length).toBe(2);
    expect([log.prune(heightAt(1_000)), log.prune(heightAt(1_000))]).toEqual([heightAt(99), heightAt(99)]);
    expect(readdirSync(join(path, "bytes")).length).toBe(1);
    expect([reader.first, reader.height]).toEqual([heightAt(99), heightAt(99)]);
    expect([reader.origin, log.origin]).toEqual([hashOf(0), hashOf(0)]);
    reader.close();
    log.close();
    log = openBlockLog({ path });
    expect(log.origin).toEqual(hashOf(0));
    log.append(entryAfter(entries.at(-1)));
    expect([log.first, log.height, log.validators(heightAt(101))]).toEqual([
      heightAt(99),
      heightAt(100),
      setAt(heightAt(101)),
    ]);
  });
});

const NOTHING = new Uint8Array(0);
