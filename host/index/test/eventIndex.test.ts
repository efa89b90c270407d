// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromUtf8 } from "@sotto/bytes";
import { CometError, type IndexedEvent, matchesSearch, parseQuery, planSearch, txHash } from "@sotto/comet";
import { ChainError, EnvironmentFault } from "@sotto/errors";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type BlockEvent,
  type BlockSource,
  finish,
  type IndexableBlock,
  IndexError,
  MAX_TEXT,
  openIndex,
} from "../src/index.ts";

const event = (type: string, ...attributes: BlockEvent["attributes"][number][]): BlockEvent => ({ type, attributes });
const txAt = (height: number, i: number): Uint8Array => fromUtf8(`tx ${height}/${i}`);

function block(height: number, txEvents: readonly (readonly BlockEvent[])[], blockEvents: readonly BlockEvent[] = []) {
  return {
    height,
    txs: txEvents.map((_, i) => txAt(height, i)),
    results: txEvents.map((events) => ({ code: 0, events })),
    blockEvents,
  };
}

const sourceOf = (blocks: readonly IndexableBlock[], chain = "a-1", salt = ""): BlockSource => ({
  chain,
  hash: (height) => (blocks.some((each) => each.height === height) ? fromUtf8(`${height}${salt}`) : undefined),
  first: blocks[0]?.height ?? 0,
  height: blocks[blocks.length - 1]?.height ?? 0,
  block: (height) => blocks.find((each) => each.height === height),
});

const names = (found: { items: readonly { height: number; index: number }[] }) =>
  found.items.map(({ height, index }) => `${height}/${index}`);

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (thrown) {
    return thrown;
  }
  throw new Error("nothing was thrown");
}

describe("what is found", () => {
  const type = fc.constantFrom("a", "b", "tx");
  const key = fc.constantFrom("k", "height", "l");
  // 64 bytes stand in a key; of more it has a digest.
  const long = [`x${"a".repeat(63)}`, `x${"a".repeat(64)}`, `x${"a".repeat(65)}`, "\u00e9".repeat(40)] as const;
  const short = ["1", "2", "10", "1.5", "x", "xy", " 2 ", "3", "x\0", "x\0\0\0\0\0\0\0"] as const;
  const value = fc.constantFrom(...short, ...long);
  const chainEvent = fc.record({ type, attributes: fc.array(fc.tuple(key, value), { maxLength: 3 }) });
  const chain = fc.array(
    fc.tuple(
      fc.array(fc.array(chainEvent, { maxLength: 3 }), { maxLength: 3 }),
      fc.array(chainEvent, { maxLength: 3 }),
    ),
    {
      minLength: 1,
      maxLength: 6,
    },
  );
  const tag = fc.constantFrom("a.k", "b.k", "a.l", "tx.height", "block.height", "b.height");
  const condition = fc.oneof(
    fc
      .tuple(tag, fc.constantFrom("1", "2", "'x'", "'1'", "1.5", "10", ...long.map((text) => `'${text}'`)))
      .map(([t, v]) => `${t} = ${v}`),
    fc
      .tuple(tag, fc.constantFrom("<", "<=", ">", ">="), fc.constantFrom("1", "2", "3", "1.5", "2.0"))
      .map((all) => all.join(" ")),
    tag.map((t) => `${t} EXISTS`),
    fc.tuple(tag, fc.constantFrom("x", "1", "", "aa", "\u00e9")).map(([t, v]) => `${t} CONTAINS '${v}'`),
  );
  const query = fc.array(condition, { minLength: 1, maxLength: 3 }).map((list) => list.join(" AND "));
  const indexed = (events: readonly BlockEvent[]): IndexedEvent[] =>
    events.map(({ type: t, attributes }) => ({
      type: t,
      attributes: attributes.map(([k, v]) => ({ key: k, value: v })),
    }));

  test("is what the rule of searches says of every transaction and block", () => {
    fc.assert(
      fc.property(chain, fc.array(query, { minLength: 1, maxLength: 8 }), (list, queries) => {
        const index = openIndex({ path: undefined });
        const blocks = list.map(([txEvents, own], i) => block(i + 1, txEvents, own));
        for (const each of blocks) index.indexBlock(each);
        for (const text of queries) {
          const txPlan = planSearch(parseQuery(text), "tx.height");
          const expected = blocks.flatMap(({ height, results }) =>
            results.flatMap(({ events }, i) =>
              matchesSearch(txPlan, height, indexed(events)) ? [`${height}/${i}`] : [],
            ),
          );
          expect([text, names(index.searchTxs(text, { perPage: 100 }))]).toEqual([text, expected]);
          const blockPlan = planSearch(parseQuery(text), "block.height");
          const heights = blocks
            .filter(({ height, blockEvents }) => matchesSearch(blockPlan, height, indexed(blockEvents), "block.height"))
            .map(({ height }) => height);
          expect([text, index.searchBlocks(text, { perPage: 100 }).items]).toEqual([text, heights]);
        }
        index.close();
      }),
      { numRuns: 300 },
    );
  });

  test("two acknowledgements of one transaction are told apart by their event", () => {
    const index = openIndex({ path: undefined });
    const ack = (channel: string, sequence: string) =>
      event("acknowledge_packet", ["packet_src_channel", channel], ["packet_sequence", sequence]);
    index.indexBlock(block(1, [[ack("channel-0", "1"), ack("channel-1", "2")]]));
    const query = (channel: string, sequence: string) =>
      index.searchTxs(
        `acknowledge_packet.packet_src_channel='${channel}' AND acknowledge_packet.packet_sequence='${sequence}'`,
      ).total;
    expect([query("channel-0", "1"), query("channel-1", "2")]).toEqual([1, 1]);
    expect([query("channel-0", "2"), query("channel-1", "1")]).toEqual([0, 0]);
    index.close();
  });

  test("a value is not confused with one that goes on with zero bytes", () => {
    const index = openIndex({ path: undefined });
    const values = ["x", "x\0", "x\0\0", `x${"\0".repeat(7)}`, `x${"\0".repeat(6)}\u0001`];
    for (let i = 0; i < values.length; i++) {
      index.indexBlock(block(i + 1, [[event("a", ["k", values[i] as string])]]));
    }
    for (let i = 0; i < values.length; i++) {
      for (const bound of ["", " AND tx.height < 100", ` AND tx.height = ${i + 1}`]) {
        expect(names(index.searchTxs(`a.k='${values[i]}'${bound}`))).toEqual([`${i + 1}/0`]);
      }
    }
    index.close();
  });

  test("what clients search is found, plaintext that looks like ciphertext as well; ciphertext and long text are not", () => {
    const index = openIndex({ path: undefined });
    const contract = "secret1xzf63w8nyt8sgz3hpa2s3txv2s6z0f8gcmn4k0";
    const cipher = "Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zg==";
    index.indexBlock(
      block(1, [
        [
          event("message", ["action", "/secret.compute.v1beta1.MsgExecuteContract"], ["sender", "secret1sender"]),
          event(
            "wasm",
            ["contract_address", contract],
            ["status", "done"],
            ["hidden", cipher, true],
            ["pubkey", cipher],
          ),
          event("transfer", ["recipient", "secret1recipient"], ["memo", cipher], ["note", "n".repeat(MAX_TEXT + 1)]),
        ],
      ]),
    );
    for (const query of [
      `wasm.contract_address='${contract}'`,
      `wasm.contract_address='${contract}' AND wasm.status='done'`,
      "message.action='/secret.compute.v1beta1.MsgExecuteContract' AND message.sender='secret1sender'",
      "transfer.recipient='secret1recipient'",
      `transfer.memo='${cipher}'`,
      `wasm.pubkey='${cipher}' AND wasm.contract_address='${contract}'`,
      "tx.height=1",
    ]) {
      expect([query, index.searchTxs(query).total]).toEqual([query, 1]);
    }
    expect(index.searchTxs("wasm.hidden EXISTS").total).toBe(0);
    expect(index.searchTxs("transfer.note EXISTS").total).toBe(0);
    index.close();
  });
});

describe("pages", () => {
  const index = openIndex({ path: undefined });
  afterAll(() => index.close());
  for (let height = 1; height <= 5; height++) {
    index.indexBlock(
      block(
        height,
        Array.from({ length: 9 }, () => [event("a", ["k", "v"])]),
        [event("e", ["k", "v"])],
      ),
    );
  }

  test("are cut from the whole, in either order", () => {
    const all = names(index.searchTxs("a.k='v'", { perPage: 100 }));
    expect(all.length).toBe(45);
    const [first, second] = [index.searchTxs("a.k='v'"), index.searchTxs("a.k='v'", { page: 2 })];
    expect([first.total, names(first).concat(names(second))]).toEqual([45, all]);
    const back = [1, 2].flatMap((page) => names(index.searchTxs("a.k='v'", { page, order: "desc" })));
    expect(back).toEqual(all.slice().reverse());
    expect(index.searchBlocks("e.k EXISTS", { perPage: 2, page: 3, order: "desc" }).items).toEqual([1]);
  });

  test("that do not exist are refused with the range there is", () => {
    const thrown = thrownBy(() => index.searchTxs("a.k='v'", { page: 3 })) as ChainError;
    expect(ChainError.is(thrown, IndexError.pageOutOfRange)).toBe(true);
    expect(thrown.detail).toBe("page should be within [1, 2] range, given 3");
    expect(thrownBy(() => index.searchTxs("a.k='v'", { page: 0 }))).toBeInstanceOf(ChainError);
    expect(index.searchTxs("no.such='v'", { page: 1 })).toEqual({ total: 0, items: [] });
    expect(thrownBy(() => index.searchTxs("no.such='v'", { page: 2 }))).toBeInstanceOf(ChainError);
  });
});

describe("what a search may read", () => {
  const index = openIndex({ path: undefined });
  const BLOCKS = 60;
  const TXS = 30;
  // Each transaction has a value of its own, and all share one.
  const chainBlock = (height: number) =>
    block(
      height,
      Array.from({ length: TXS }, (_, i) => [event("a", ["k", `v${height}x${i}`], ["all", "same"], ["k", "second"])]),
    );
  beforeAll(() => {
    for (let height = 1; height <= BLOCKS; height++) index.indexBlock(chainBlock(height));
  });
  afterAll(() => index.close());
  const work = (query: string, rows?: number) => {
    const steps = index.txSearch(query, {}, rows);
    let spent = 0;
    let largest = 0;
    for (;;) {
      const step = steps.next();
      if (step.done === true) return { spent, largest, total: step.value.total };
      spent += step.value;
      largest = Math.max(largest, step.value);
    }
  };

  test("is bounded by rows, with an error that says what to do", () => {
    const rows = BLOCKS * TXS;
    const thrown = thrownBy(() => work("a.k CONTAINS 'x'", rows - 1)) as ChainError;
    expect(ChainError.is(thrown, IndexError.tooMuch)).toBe(true);
    expect(thrown.detail).toMatch(/^the search reads more than 1799 rows of the index: narrow it with `=`/);
    expect(work("a.k CONTAINS 'none'", rows + BLOCKS).total).toBe(0);
    expect(ChainError.is(thrownBy(() => work("a.all = 'same'", 100)) as ChainError, IndexError.tooMuch)).toBe(true);
  });

  test("is one reading of a tag, however many conditions ask it", () => {
    const query = Array.from({ length: 20 }, (_, i) => `a.k CONTAINS '${i}z'`).join(" AND ");
    expect(work(query).spent).toBe(work("a.k CONTAINS 'z'").spent);
    expect(work("a.none = 'x' AND a.k CONTAINS 'v'").spent).toBe(0);
  });

  test("is done in small steps, between which blocks may be indexed that it does not see", () => {
    expect(work("a.k CONTAINS 'x'").largest).toBeLessThan(2_000);
    const steps = index.txSearch("a.k CONTAINS 'x'");
    expect(steps.next().done).toBe(false);
    index.indexBlock(chainBlock(BLOCKS + 1));
    expect(finish(steps).total).toBe(BLOCKS * TXS);
    expect(index.searchTxs("a.k CONTAINS 'x'").total).toBe((BLOCKS + 1) * TXS);
  });

  test("of one block with many values is not squared", () => {
    const many = openIndex({ path: undefined });
    const own = Array.from({ length: 400 }, (_, i) =>
      Array.from({ length: 100 }, (__, j) => event("a", ["k", `v${i}/${j}`])),
    );
    many.indexBlock(block(1, own));
    const start = performance.now();
    expect(many.searchTxs("a.k EXISTS").total).toBe(400);
    // 40,000 lists that are joined one by one take half a minute.
    expect(performance.now() - start).toBeLessThan(10_000);
    many.close();
  });
});

describe("by hash", () => {
  test("a failure does not hide an earlier success, a success replaces a failure", () => {
    const index = openIndex({ path: undefined });
    const at = (height: number, tx: string, code: number): IndexableBlock => ({
      height,
      txs: [fromUtf8(tx)],
      results: [{ code, events: [] }],
      blockEvents: [],
    });
    for (const each of [at(1, "good", 0), at(2, "good", 5), at(3, "late", 5), at(4, "late", 0)]) {
      index.indexBlock(each);
    }
    expect(index.tx(txHash(fromUtf8("good")))).toEqual({ height: 1, index: 0 });
    expect(index.tx(txHash(fromUtf8("late")))).toEqual({ height: 4, index: 0 });
    expect(index.tx(txHash(fromUtf8("never")))).toBeUndefined();
    expect(index.tx(new Uint8Array(0))).toBeUndefined();
    expect(index.tx(new Uint8Array(5000))).toBeUndefined();
    index.close();
  });

  test("a hash that is no hex is refused, one of another length finds nothing", () => {
    const index = openIndex({ path: undefined });
    index.indexBlock(block(1, [[]]));
    expect(
      ChainError.is(
        thrownBy(() => index.searchTxs("tx.hash='xyz'")),
        CometError.invalidQuery,
      ),
    ).toBe(true);
    expect(index.searchTxs("tx.hash='00'").total).toBe(0);
    expect(index.searchTxs("tx.hash EXISTS").total).toBe(0);
    index.close();
  });
});

describe("the file", () => {
  const chain = Array.from({ length: 20 }, (_, i) => block(i + 5, [[event("a", ["k", String(i)])]]));

  test("catches up from where it was, from the first height there is, and readers see it", () => {
    const path = mkdtempSync(join(tmpdir(), "sotto-index-"));
    const writer = openIndex({ path });
    expect(writer.catchUp(sourceOf([]))).toBe(0);
    expect(writer.catchUp(sourceOf(chain.slice(0, 7)), 5)).toBe(5);
    expect(writer.height).toBe(9);
    writer.close();
    const again = openIndex({ path });
    const reader = openIndex({ path, readOnly: true });
    expect(again.height).toBe(9);
    expect(again.catchUp(sourceOf(chain))).toBe(15);
    expect(again.catchUp(sourceOf(chain))).toBe(0);
    expect([reader.height, reader.searchTxs("a.k EXISTS").total]).toEqual([24, 20]);
    expect(reader.tx(txHash(txAt(24, 0)))).toEqual({ height: 24, index: 0 });
    expect(() => reader.indexBlock(block(25, []))).toThrow(EnvironmentFault);
    reader.close();
    again.close();
    rmSync(path, { recursive: true });
  });

  test("waits for a block that is not executed yet", () => {
    const index = openIndex({ path: undefined });
    const source = {
      ...sourceOf(chain),
      block: (height: number) => (height > 6 ? undefined : sourceOf(chain).block(height)),
    };
    expect([index.catchUp(source), index.catchUp(source), index.height]).toEqual([2, 0, 6]);
    index.close();
  });

  test("goes on behind blocks that the chain has removed before they were indexed", () => {
    const index = openIndex({ path: undefined });
    index.catchUp(sourceOf(chain.slice(0, 3)));
    const left = chain.slice(6);
    while (index.catchUp(sourceOf(left)) > 0);
    expect(index.height).toBe(left.at(-1)?.height);
    index.close();
  });

  test("is rebuilt to the same answers", () => {
    const straight = openIndex({ path: undefined });
    for (const each of chain) straight.indexBlock(each);
    const rebuilt = openIndex({ path: undefined });
    while (rebuilt.catchUp(sourceOf(chain), 3) > 0);
    for (const query of ["a.k EXISTS", "a.k > 3", "tx.height > 10", "a.k='7'"]) {
      expect(rebuilt.searchTxs(query)).toEqual(straight.searchTxs(query));
    }
    expect(() => rebuilt.indexBlock(block(40, []))).toThrow("cannot follow");
    straight.close();
    rebuilt.close();
  });
});
