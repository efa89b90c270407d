// SPDX-License-Identifier: Apache-2.0
import { fromUtf8, toUtf8 } from "@sotto/bytes";
import { sha256, sha256Latin1 } from "@sotto/crypto";
import { describe, expect, test } from "vitest";
import { Mempool, type MempoolOptions } from "../src/index.ts";
import { Ledger } from "./ledger.ts";

function setup(options: Partial<MempoolOptions> = {}) {
  const ledger = new Ledger();
  const mempool = new Mempool({ app: ledger.check(), ...options });
  return {
    mempool,
    add: (text: string) => mempool.add(fromUtf8(text)),
    block(texts?: readonly string[]) {
      const txs = texts?.map((text) => fromUtf8(text)) ?? mempool.reap(-1);
      const results = ledger.execute(txs);
      mempool.update(txs, results);
      return { txs: txs.map(toUtf8), codes: results.map(({ code }) => code) };
    },
    waiting: () => mempool.reap(-1).map(toUtf8),
  };
}

describe("adding", () => {
  test("answers the verdict and the hash, and keeps what is good", () => {
    const { mempool, add, waiting } = setup();
    const good = add("7 set a b");
    expect([good.result?.code, good.result?.gasWanted, good.refused]).toEqual([0, 7n, undefined]);
    expect(good.hash).toEqual(sha256(fromUtf8("7 set a b")));
    expect(add("fail").result?.code).toBe(5);
    expect([mempool.size, mempool.bytes, waiting()]).toEqual([1, 9, ["7 set a b"]]);
    expect(mempool.get(sha256Latin1(fromUtf8("7 set a b")))).toBeDefined();
    expect(mempool.get(sha256Latin1(fromUtf8("fail")))).toBeUndefined();
  });

  test("refuses what was seen already, but checks again what failed", () => {
    const { add } = setup();
    add("set a b");
    expect(add("set a b").refused).toBe("tx already exists in cache");
    expect([add("next a 5").result?.code, add("next a 5").result?.code]).toEqual([3, 3]);
  });

  test("forgets the oldest hashes", () => {
    const { mempool, add, block } = setup({ cacheSize: 2 });
    add("set a 1");
    block();
    for (const text of ["set b 1", "set c 1"]) add(text);
    block();
    expect(add("set c 1").refused).toBe("tx already exists in cache");
    expect(add("set a 1").refused).toBeUndefined();
    expect(mempool.size).toBe(1);
  });

  test("refuses what is too long, too much, or would never fit in a block", () => {
    const limits = { maxTxBytes: 30, maxTxs: 2, maxBytes: 40, maxBlockBytes: 25, maxBlockGas: 50n };
    const { add } = setup(limits);
    expect(add("x".repeat(31)).refused).toBe("Tx too large. Max size is 30, but got 31");
    expect(add("x".repeat(24)).refused).toBe("tx size is too big: 26, max: 25");
    expect(add("51 set a b").refused).toBe("gas wanted 51 is greater than max gas 50");
    expect(add("50 set a b").result?.code).toBe(0);
    expect(add("50 set a " + "c".repeat(22)).refused).toMatch(
      "mempool is full: number of txs 1 (max: 2), total txs bytes 10 (max: 40)",
    );
    expect(add("50 set a c").result?.code).toBe(0);
    expect(add("50 set a d").refused).toMatch("mempool is full: number of txs 2 (max: 2)");
  });
});

describe("limits of blocks", () => {
  test("that a block changed hold for what waits and for what comes", () => {
    const { mempool, add, waiting } = setup();
    for (const text of ["50 set a b", "51 set a c", `1 set long ${"x".repeat(40)}`, "next n 1"]) add(text);
    mempool.limitBlocks(-1, 50n);
    expect([mempool.size, waiting()]).toEqual([2, ["50 set a b", `1 set long ${"x".repeat(40)}`]]);
    expect(add("51 set a c").refused).toBe("gas wanted 51 is greater than max gas 50");
    mempool.limitBlocks(30, 1_000n);
    expect([waiting(), mempool.bytes]).toEqual([["50 set a b"], 10]);
    expect(add("51 set a c").result?.code).toBe(0);
    expect(add(`1 set b ${"x".repeat(40)}`).refused).toBe("tx size is too big: 50, max: 30");
  });
});

describe("reaping", () => {
  test("takes the first that fit by bytes as a block counts them, and by gas", () => {
    const { mempool, add } = setup();
    for (const text of ["10 set a 1", "10 set b 1", "10 set c 1"]) add(text);
    expect([24, 23, 12, 11, 0].map((bytes) => mempool.reap(bytes).length)).toEqual([2, 1, 1, 0, 0]);
    expect([-1n, 29n, 30n, 9n].map((gas) => mempool.reap(-1, gas).length)).toEqual([3, 2, 3, 0]);
    expect(mempool.first(2).map(toUtf8)).toEqual(["10 set a 1", "10 set b 1"]);
    expect(mempool.size).toBe(3);
  });

  test("beside other transactions takes what fits in the rest, or one that fits in a whole block only", () => {
    const { mempool, add } = setup();
    for (const text of ["25 set a 1", "10 set b 1"]) add(text);
    const reaped = (bytes: number, gas: bigint, maxBytes: number, maxGas?: bigint) =>
      mempool.reapBeside({ bytes, gas }, maxBytes, maxGas).map(toUtf8);
    expect(reaped(10, 5n, 34, 40n)).toEqual(["25 set a 1", "10 set b 1"]);
    expect(reaped(11, 5n, 34, 40n)).toEqual(["25 set a 1"]);
    expect(reaped(0, 20n, 34, 40n)).toEqual(["25 set a 1"]);
    expect(reaped(20, 0n, 10)).toEqual([]);
  });
});

describe("after a block", () => {
  test("what it held is gone, the rest is checked again on the new state in its order", () => {
    const { add, block, waiting } = setup();
    for (const text of ["next n 1", "next n 2", "next n 3", "next m 1", "set a b"]) add(text);
    // Of n the block takes another first step: what waited for the old one no longer fits.
    const { codes } = block(["next n 1", "next n 2", "next m 1"]);
    expect([codes, waiting()]).toEqual([
      [0, 0, 0],
      ["next n 3", "set a b"],
    ]);
    expect(add("next n 4").result?.code).toBe(0);
    const second = block(["next n 3", "next n 4", "next n 5"]);
    expect([second.codes, waiting()]).toEqual([[0, 0, 0], ["set a b"]]);
  });

  test("what no longer passes is evicted and may come again", () => {
    const { mempool, add, block, waiting } = setup();
    for (const text of ["1 next n 1", "1 next n 2", "set a b"]) add(text);
    block(["2 next n 1"]);
    expect(mempool.size).toBe(3);
    expect(waiting()).toEqual(["1 next n 2", "set a b"]);
    expect(mempool.size).toBe(2);
    expect(mempool.bytes).toBe("1 next n 2set a b".length);
    expect(add("1 next n 1").result?.code).toBe(3);
  });

  test("a block has just those checked again that it takes, and never one that no longer passes", () => {
    const { mempool, add, block } = setup();
    for (const text of ["1 next n 1", "1 next n 2", "1 next n 3", "set a b"]) add(text);
    block(["2 next n 1"]);
    expect(mempool.reap(-1, -1n, 1).map(toUtf8)).toEqual(["1 next n 2"]);
    expect(mempool.size).toBe(3);
    expect(mempool.reap(-1).map(toUtf8)).toEqual(["1 next n 2", "1 next n 3", "set a b"]);
  });

  test("a new transaction is checked after all that wait, whose effects it sees", () => {
    const { mempool, add, block, waiting } = setup();
    for (const text of ["1 next n 1", "1 next n 2", "1 next n 3"]) add(text);
    block(["2 next n 1"]);
    expect(add("next n 3").result?.code).toBe(3);
    expect(add("next n 4").result?.code).toBe(0);
    expect([mempool.size, waiting()]).toEqual([3, ["1 next n 2", "1 next n 3", "next n 4"]]);
  });

  test("a new transaction is checked after those of its own signers, and what others wait for is not checked again", () => {
    const { mempool, add, block } = setup();
    for (const text of ["1 next n 1", "1 next n 2", "1 next m 1"]) add(text);
    block(["2 next n 1", "2 next m 1"]);
    expect(add("next n 3").result?.code).toBe(0);
    // n's first step is gone; m's is still there, though it does not pass any more.
    expect(mempool.size).toBe(3);
    expect(mempool.reap(-1).map(toUtf8)).toEqual(["1 next n 2", "next n 3"]);
  });

  test("who signed together waits for each other", () => {
    const { mempool, add, block } = setup();
    for (const text of ["1 next n 1", "1 next m 1", "1 next o 1", "next n+m 2", "next n 3"]) add(text);
    block(["2 next n 1", "2 next n 2"]);
    // The transaction of both fell with n's, so m is where it was.
    expect(add("next m 3").result?.code).toBe(3);
    expect(add("next m 2").result?.code).toBe(0);
    expect(mempool.reap(-1).map(toUtf8)).toEqual(["1 next m 1", "1 next o 1", "next n 3", "next m 2"]);
    block();
    expect([mempool.size, add("next n+m 3").result?.code, add("next o 2").result?.code]).toEqual([0, 3, 0]);
  });

  test("behind a long queue a new one is checked as if it had been checked again, and what is bad is found by the block", () => {
    const { add, block, waiting } = setup();
    const many = 300;
    for (let i = 1; i <= many; i++) add(`1 next n ${i}`);
    for (let i = 1; i <= 3; i++) add(`1 next m ${i}`);
    block(["2 next m 1"]);
    expect(add(`next n ${many + 2}`).result?.code).toBe(3);
    expect(add(`next n ${many + 1}`).result?.code).toBe(0);
    expect(waiting().length).toBe(many + 1 + 2);
  });

  test("a block finds so many bad ones at most, and the next one goes on", () => {
    const { mempool, add, block } = setup();
    for (let i = 1; i <= 2_500; i++) add(`1 next n ${i}`);
    add("set a b");
    block(["set n 9999"]);
    const reaps = [1, 2, 3].map(() => [mempool.reap(-1).map(toUtf8), mempool.size]);
    expect(reaps).toEqual([
      [[], 1_501],
      [[], 501],
      [["set a b"], 1],
    ]);
  });

  test("fifty thousand that wait cost a block what it takes of them, and a new one two hundred checks at most", () => {
    const app = new Ledger().check();
    let checks = 0;
    const counted = {
      ...app,
      check(tx: Uint8Array, mode: "check" | "recheck") {
        checks++;
        return app.check(tx, mode);
      },
    };
    const mempool = new Mempool({ app: counted });
    const cost = (run: () => unknown): number => {
      checks = 0;
      run();
      return checks;
    };
    // One account has most of them, hundred others a hundred each.
    for (let i = 1; i <= 40_000; i++) mempool.add(fromUtf8(`1 next n ${i}`));
    for (let i = 1; i <= 99; i++) for (let at = 0; at < 100; at++) mempool.add(fromUtf8(`1 next k${at} ${i}`));
    expect(mempool.size).toBe(49_900);
    for (let height = 0; height < 3; height++) {
      mempool.update([], []);
      expect(cost(() => mempool.add(fromUtf8(`1 next n ${40_001 + height}`)))).toBe(0);
      // Its own 99 others, and itself.
      expect(cost(() => mempool.add(fromUtf8(`1 next k${height} 100`)))).toBe(100);
      expect(cost(() => mempool.reap(-1, -1n, 500))).toBe(500);
      expect(cost(() => mempool.add(fromUtf8(`1 next k${height} 101`)))).toBe(1);
    }
    expect(mempool.size).toBe(49_909);
  });

  test("a second block before all were checked starts again on its own state", () => {
    const { mempool, add, block, waiting } = setup();
    for (const text of ["1 next n 1", "1 next n 2", "set a b"]) add(text);
    block(["2 next n 1"]);
    mempool.reap(-1, -1n, 1);
    block(["2 next n 2"]);
    expect([mempool.size, waiting(), mempool.size]).toEqual([2, ["set a b"], 1]);
  });

  test("what failed in it may come again, what succeeded may not", () => {
    const { add, block } = setup();
    add("next n 1");
    const { codes } = block(["set k v", "next n 2", "next n 1"]);
    expect(codes).toEqual([0, 3, 0]);
    expect(add("set k v").refused).toBe("tx already exists in cache");
    expect(add("next n 2").result?.code).toBe(0);
    expect(add("next n 1").refused).toBe("tx already exists in cache");
  });

  test("flushing forgets what waits and its traces", () => {
    const { mempool, add } = setup();
    add("next n 1");
    mempool.flush();
    expect([mempool.size, mempool.bytes]).toEqual([0, 0]);
    expect(add("next n 1").result?.code).toBe(0);
  });
});
