// SPDX-License-Identifier: Apache-2.0
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromUtf8 } from "@sotto/bytes";
import { txHash } from "@sotto/comet";
import { EnvironmentFault } from "@sotto/errors";
import { Lmdb } from "@sotto/store";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type BlockSource, type EventIndex, follow, openIndex, openIndexOf } from "../src/index.ts";

let path = "";
beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), "sotto-index-")), "index");
});
afterEach(() => rmSync(join(path, ".."), { recursive: true }));

const txAt = (height: number, salt: string): Uint8Array => fromUtf8(`tx ${height}${salt}`);

const attributesOf = (text: string): [string, string][] => [
  ["k", text],
  ["long", text.padEnd(100, ".")],
];

/** A chain of one transaction a block. From `fork` on its blocks differ. */
const chainOf = (height: number, { chain = "a-1", fork = Number.POSITIVE_INFINITY } = {}): BlockSource => {
  const salt = (at: number): string => (at >= fork ? " forked" : "");
  return {
    chain,
    first: 1,
    height,
    hash: (at) => (at <= height ? fromUtf8(`block ${at}${salt(at)}`) : undefined),
    block: (at) => ({
      height: at,
      txs: [txAt(at, salt(at))],
      results: [{ code: 0, events: [{ type: "a", attributes: attributesOf(`${at}${salt(at)}`) }] }],
      blockEvents: [],
    }),
  };
};

function fill(index: EventIndex, source: BlockSource): EventIndex {
  while (index.catchUp(source, 7) > 0);
  return index;
}

function build(source: BlockSource): void {
  const { index, dropped } = openIndexOf(source, path, true);
  expect(dropped).toBeUndefined();
  fill(index, source).close();
}

const LONG = ["a.long CONTAINS 'forked'", `a.long = '${"12".padEnd(100, ".")}'`];

/** Expects that an index returns the same as a new index of the source. */
function expectOf(index: EventIndex, source: BlockSource): void {
  const straight = fill(openIndex({ path: undefined }), source);
  expect([index.height, index.chain]).toEqual([source.height, source.chain]);
  for (const query of ["a.k EXISTS", "a.k CONTAINS 'forked'", "a.k = 12", "tx.height > 15", ...LONG]) {
    expect(index.searchTxs(query, { perPage: 100 }), query).toEqual(straight.searchTxs(query, { perPage: 100 }));
  }
  for (let height = 1; height <= 40; height++) {
    for (const salt of ["", " forked"]) {
      const hash = txHash(txAt(height, salt));
      expect(index.tx(hash)).toEqual(straight.tx(hash));
    }
  }
  straight.close();
}

test("the last block is taken away, and another one follows", () => {
  const [old, next, before] = [chainOf(20, { fork: 20 }), chainOf(20), chainOf(19)];
  const index = fill(openIndex({ path, noSync: true }), old);
  const [last, hash] = [old.block(20), old.hash(19)];
  if (last === undefined || hash === undefined) throw new Error("the chain has 20 blocks");
  index.takeBack(last, hash);
  expectOf(index, before);
  expect(index.mismatch(next)).toBeUndefined();
  expectOf(fill(index, next), next);
  expect(() => index.takeBack({ ...last, height: 12 }, hash)).toThrow("the index is at height 20, not at 12");
  index.close();
});

describe("an index that cannot continue is rebuilt", () => {
  const damaged = (): void => writeFileSync(join(path, "data.mdb"), new Uint8Array(50_000).fill(7));
  const otherFormat = (): void => {
    const lmdb = new Lmdb({ path, readOnly: false, noSync: true });
    const meta = lmdb.table("meta");
    lmdb.write(() => meta.put(fromUtf8("format"), Uint8Array.of(0, 0, 0, 0, 0, 1)));
    lmdb.close();
  };
  const shortLog = (): void => {
    const [file = ""] = readdirSync(join(path, "texts"));
    truncateSync(join(path, "texts", file), 100);
  };
  const nothing = (): void => {};
  test.each<[string, BlockSource, () => void, string]>([
    ["that is ahead of the chain", chainOf(20), nothing, "it is at height 30, the chain at 20"],
    ["whose last block the chain has not", chainOf(30, { fork: 30 }), nothing, "its block 30 is not the chain's"],
    [
      "whose chain was made anew from a block on",
      chainOf(35, { fork: 22 }),
      nothing,
      "its block 30 is not the chain's",
    ],
    ["that is damaged", chainOf(30), damaged, "is damaged: its first page is not LMDB's"],
    ["whose log lacks bytes", chainOf(30), shortLog, "is damaged: 00000000000000.log has 100 bytes of at least 3000"],
    ["of another version", chainOf(31), otherFormat, "is of another version"],
  ])("%s", (_name, source, harm, reason) => {
    build(chainOf(30));
    harm();
    const { index, dropped } = openIndexOf(source, path, true);
    expect(dropped).toContain(reason);
    expect(dropped).toContain(path);
    expect(index.height).toBe(0);
    index.catchUp(source, 7);
    index.close();

    // The process may end before it is done.
    const again = openIndexOf(source, path, true);
    expect([again.dropped, again.index.height]).toEqual([undefined, 7]);
    expectOf(fill(again.index, source), source);
    again.index.close();
  });
});

test("what takes long is told of, what does not is not", () => {
  const told = (everyMs: number): string[] => {
    const index = openIndex({ path: undefined });
    const lines: string[] = [];
    follow(index, chainOf(20), { atOnce: 8, everyMs, onProgress: (text) => lines.push(text) });
    expectOf(index, chainOf(20));
    index.close();
    return lines;
  };
  expect(told(0)).toEqual([8, 16, 20].map((height) => `the index is being built: block ${height} of 20`));
  expect(told(60_000)).toEqual([]);
});

describe("an index is kept", () => {
  test("when it follows the chain, or is behind it", () => {
    build(chainOf(20));
    build(chainOf(20));
    const { index, dropped } = openIndexOf(chainOf(30), path, true);
    expect([dropped, index.height]).toEqual([undefined, 20]);
    expectOf(fill(index, chainOf(30)), chainOf(30));
    index.close();
  });

  test("when it belongs to another chain: nothing is deleted, and the message says which", () => {
    build(chainOf(20));
    const kept = `${path}-kept`;
    for (const height of [5, 20, 30]) {
      const run = () => openIndexOf(chainOf(height, { chain: "b-1" }), path, true);
      expect(run).toThrow(EnvironmentFault);
      expect(run).toThrow(`the index at ${path} belongs to another chain: it is of a-1, not of b-1; move it away`);
    }
    cpSync(path, kept, { recursive: true });
    const { index, dropped } = openIndexOf(chainOf(20), kept, true);
    expect(dropped).toBeUndefined();
    expectOf(index, chainOf(20));
    index.close();
  });

  test("when the system refuses it", () => {
    writeFileSync(path, "a file where the folder should be");
    expect(() => openIndexOf(chainOf(5), join(path, "index"), true)).toThrow(EnvironmentFault);
    expect(existsSync(path)).toBe(true);
  });
});
