// SPDX-License-Identifier: Apache-2.0
import type { BlockNews } from "@sotto/backend";
import { fromUtf8 } from "@sotto/bytes";
import { formatQuery, matchesSubscription, parseQuery } from "@sotto/comet";
import type { ChainEvent, TxResult } from "@sotto/kernel";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openNode, type TestNode } from "../../../test/support/node.ts";
import { eventsOf } from "../src/events.ts";
import { EventHub, TOO_SLOW } from "../src/hub.ts";

let node: TestNode;
let base: BlockNews;
beforeAll(() => {
  node = openNode();
  node.backend.subscribe((news) => {
    base = news;
  });
  node.produce([]);
});
afterAll(() => node.close());

const RESULT: TxResult = {
  code: 0,
  codespace: "",
  data: new Uint8Array(0),
  log: "",
  gasWanted: 1n,
  gasUsed: 1n,
  events: [],
};

/** The announcement of a block with transactions that have these events. */
function newsOf(txs: readonly (readonly ChainEvent[])[]): BlockNews {
  const { block, results } = base;
  return {
    block: { ...block, block: { ...block.block, txs: txs.map((_, i) => fromUtf8(`tx ${i}`)) } },
    results: { ...results, txResults: txs.map((events) => ({ ...RESULT, events })) },
  };
}

function openHub() {
  let tell: (news: BlockNews) => void = () => {};
  const hub = new EventHub({
    subscribe(listen) {
      tell = listen;
      return () => {
        tell = () => {};
      };
    },
  });
  const heard: string[] = [];
  const cancelled: string[] = [];
  const listen = (name: string, query: string, client: object = {}) => {
    const end = hub.subscribe(parseQuery(query), client, {
      onEvent: ({ values }) => heard.push(`${name} ${values.get("tx.hash") ?? values.get("tm.event")}`),
      onCancel(reason) {
        cancelled.push(`${name}: ${reason}`);
        end();
      },
    });
    return end;
  };
  return { heard, cancelled, listen, tell: (news: BlockNews) => tell(news) };
}

/** All started announcements are sent. */
async function settled(until: () => boolean): Promise<void> {
  for (let i = 0; i < 10_000 && !until(); i++) await new Promise(setImmediate);
}

const transfer = (recipient: string, amount: string): ChainEvent => ({
  type: "transfer",
  attributes: [
    ["recipient", recipient],
    ["amount", amount],
  ],
});

describe("subscriptions of one block", () => {
  const word = fc.constantFrom("a", "b", "1", "1.0", "");
  const tag = fc.constantFrom("t.k", "t.l", "u.k", "t", "tx.height");
  const condition = fc.oneof(
    fc.tuple(tag, word).map(([t, w]) => `${t} = '${w}'`),
    fc.tuple(tag, word).map(([t, w]) => `${t} CONTAINS '${w}'`),
    fc.tuple(tag, fc.constantFrom("=", "<", ">=")).map(([t, o]) => `${t} ${o} 1`),
    tag.map((t) => `${t} EXISTS`),
    fc.constantFrom("Tx", "NewBlock", "NewBlockHeader").map((name) => `tm.event = '${name}'`),
  );
  const query = fc.array(condition, { minLength: 1, maxLength: 4 }).map((list) => list.join(" AND "));
  const attribute = fc.tuple(fc.constantFrom("k", "l"), word);
  const event = fc.record({ type: fc.constantFrom("t", "u"), attributes: fc.array(attribute, { maxLength: 3 }) });

  it("hear what the rule of subscriptions says, whatever they are found by", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(query, { minLength: 1, maxLength: 12 }),
        fc.array(fc.array(event, { maxLength: 3 }), { maxLength: 3 }),
        async (queries, txs) => {
          const { heard, listen, tell } = openHub();
          queries.forEach((text, i) => {
            listen(`${i}`, text);
          });
          const news = newsOf(txs);
          tell(news);
          const expected = [...eventsOf(news)].flatMap(({ values }) =>
            queries.flatMap((text, i) =>
              matchesSubscription(parseQuery(text), values)
                ? [`${i} ${values.get("tx.hash") ?? values.get("tm.event")}`]
                : [],
            ),
          );
          await settled(() => heard.length >= expected.length);
          expect(heard.sort()).toEqual(expected.sort());
        },
      ),
      { numRuns: 200 },
    );
  });

  it("are ended one by one, and a block that began before is not told to who came later", () => {
    const { heard, listen, tell } = openHub();
    const ends = ["x", "y"].map((name) => listen(name, "tm.event='NewBlock'"));
    listen("z", "t.k='a'");
    ends[0]?.();
    ends[0]?.();
    tell(newsOf([]));
    expect(heard).toEqual(["y NewBlock"]);
  });
});

describe("blocks that come faster than they are told", () => {
  it("cost those their subscriptions who cause the work, and nobody else", async () => {
    const { heard, cancelled, listen, tell } = openHub();
    for (let client = 0; client < 20; client++) {
      const name = {};
      for (let i = 0; i < 50; i++) listen(`hostile${client}`, `t.k CONTAINS '${client}x${i}'`, name);
    }
    listen("honest", "tm.event='NewBlock'");
    const value = "v".repeat(4_000);
    const news = newsOf(Array.from({ length: 100 }, () => [{ type: "t", attributes: [["k", value]] }]));
    for (let i = 0; i < 30; i++) tell(news);
    await settled(() => heard.length === 30);
    expect(heard).toEqual(Array.from({ length: 30 }, () => "honest NewBlock"));
    expect(cancelled.length).toBeGreaterThan(0);
    expect(cancelled.every((line) => line.startsWith("hostile"))).toBe(true);
  });
});

describe("one hundred clients with fifty subscriptions of five hundred characters", () => {
  const LONG = "long text ".repeat(2_000);
  const CLIENTS = 100;
  const EACH = 50;
  const block = () =>
    newsOf(
      Array.from({ length: 300 }, (_, i) => [
        transfer(`secret1recipient${i}`, "1uscrt,2uscrt"),
        {
          type: "wasm",
          attributes: [
            ["contract_address", "a1b1c1d1e1f1g1h1i1j1k1l1"],
            ["text", LONG],
          ],
        },
      ]),
    );
  const parts = Array.from("abcdefghijk", (letter) => `wasm.contract_address CONTAINS '${letter}1'`).join(" AND ");

  async function cost(queryOf: (client: number, i: number) => string) {
    const { heard, cancelled, listen, tell } = openHub();
    for (let client = 0; client < CLIENTS; client++) {
      const name = {};
      for (let i = 0; i < EACH; i++) listen(`hostile${client}`, queryOf(client, i), name);
    }
    const news = block();
    listen("honest", "transfer.recipient='secret1recipient299'");
    const start = performance.now();
    let longest = 0;
    let last = start;
    tell(news);
    await settled(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
      return heard.some((line) => line.startsWith("honest"));
    });
    return { ms: performance.now() - start, longest, heard, cancelled };
  }

  it("cost little when a value finds them", async () => {
    const { ms, heard, cancelled } = await cost((client, i) => {
      const text = `transfer.amount CONTAINS 'scrt' AND ${parts} AND x.y = '${client}/${i}'`;
      expect(formatQuery(parseQuery(text)).length).toBeGreaterThan(400);
      return text;
    });
    expect([heard.length, cancelled]).toEqual([1, []]);
    // Comparing each of them with a tenth of the events takes longer than the announcement of the
    // whole block.
    const all = Array.from({ length: CLIENTS * EACH }, (_, i) =>
      parseQuery(`transfer.amount CONTAINS 'scrt' AND ${parts} AND x.y = '${i}'`),
    );
    const start = performance.now();
    for (const event of [...eventsOf(block())].slice(-30)) {
      expect(all.some((conditions) => matchesSubscription(conditions, event.values))).toBe(false);
    }
    expect(ms).toBeLessThan(performance.now() - start);
  });

  it("share what they ask, and one event is compared with it once", async () => {
    const { ms, cancelled } = await cost(
      (_, i) => `transfer.amount CONTAINS 'scrt' AND ${parts} AND x.y EXISTS AND a.b${i} EXISTS`,
    );
    expect(cancelled.every((line) => line.endsWith(TOO_SLOW))).toBe(true);
    expect(ms).toBeLessThan(15_000);
  });

  it("are cut off when each searches long texts for something else, and nobody else is", async () => {
    const { ms, longest, heard, cancelled } = await cost((client, i) => `wasm.text CONTAINS '${client}x${i}'`);
    expect(heard).toEqual([expect.stringMatching(/^honest /)]);
    expect(cancelled.length).toBeGreaterThan(0);
    expect(cancelled.some((line) => line.startsWith("honest"))).toBe(false);
    // The thread runs other tasks in between.
    expect(longest).toBeLessThan(ms / 2);
    expect(ms).toBeLessThan(15_000);
  });

  it("are cut off when they take everything, with what CometBFT says to slow clients", async () => {
    const { ms, cancelled } = await cost(
      (client, i) => `tm.event='Tx' AND transfer.amount EXISTS AND tx.height < ${1_000_000 + client * 100 + i}`,
    );
    expect(cancelled[0]).toBe(`hostile0: ${TOO_SLOW}`);
    expect(cancelled.some((line) => line.startsWith("honest"))).toBe(false);
    expect(ms).toBeLessThan(15_000);
  });
});
