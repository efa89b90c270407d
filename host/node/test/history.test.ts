// SPDX-License-Identifier: Apache-2.0
import { type Pieces, PieceWriter, textBytes } from "@sotto/backend/pieces";
import { toUtf8 } from "@sotto/bytes";
import { txHash } from "@sotto/comet";
import { ChainError } from "@sotto/errors";
import { finish, IndexError, type Steps } from "@sotto/index";
import { verifyProof } from "@sotto/merkle";
import { resultsParts, storedBlockParts } from "@sotto/rpc/json";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BlockHistory, Finder } from "../src/history.ts";
import { LESS_GAS, lessGas, openSmallChain, txOf } from "./smallChain.ts";

let node: ReturnType<typeof openSmallChain>;
let history: BlockHistory;
let finder: Finder;
const TXS = 40;
const SEARCH = { query: "tx.height > 0", page: 1, perPage: 100, order: "asc", prove: false } as const;
const textOf = (i: number): string => `transaction ${i} ${"x".repeat(300)}`;

beforeAll(() => {
  node = openSmallChain();
  node.produce([]);
  node.produce(Array.from({ length: TXS }, (_, i) => txOf(textOf(i))));
  node.produce([txOf(textOf(TXS))]);
  history = new BlockHistory(node.log, node.store);
  finder = new Finder(history, node.index);
});
afterAll(() => node.close());

const textIn = (pieces: Pieces | undefined): string => toUtf8(textBytes(pieces ?? "")) ?? "";

/** The steps of a job, and its answer. */
function stepsOf<T>(steps: Steps<T>): { readonly work: number[]; readonly value: T } {
  const work: number[] = [];
  for (;;) {
    const step = steps.next();
    if (step.done === true) return { work, value: step.value };
    work.push(step.value);
  }
}

describe("the history", () => {
  it("is told as text, the same as of the whole object", () => {
    for (const height of [1, 2, 3]) {
      const block = history.block(height);
      const results = history.results(height);
      if (block === undefined || results === undefined) throw new Error("no block");
      expect(textIn(finish(history.blockJson(height)))).toBe([...storedBlockParts(block)].join(""));
      expect(textIn(finish(history.resultsJson(height)))).toBe([...resultsParts(results, results.txResults)].join(""));
      const next = node.log.meta(height + 1)?.header.appHash ?? node.store.appHash;
      expect([history.meta(height)?.appHash, results.appHash]).toEqual([next, next]);
    }
    expect([finish(history.blockJson(4)), finish(history.resultsJson(4)), history.meta(4)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("knows the consensus parameters of each height, and of the next one", () => {
    const chain = openSmallChain();
    const { log, store } = chain;
    chain.produce([]);
    chain.produce([txOf(LESS_GAS)]);
    const read = (height: number) => finish(new BlockHistory(log, store).consensusParams(height));
    const genesis = log.genesis?.consensusParams;
    expect([0, 1, 2, 3, 4].map(read)).toEqual([undefined, genesis, genesis, lessGas, undefined]);
    chain.produce([]);
    expect([read(3), read(4)]).toEqual([lessGas, lessGas]);
    chain.close();
  });

  it("finds transactions by hash and by search, in either order, with proofs and without", () => {
    for (const prove of [false, true]) {
      for (const order of ["asc", "desc"] as const) {
        const found = JSON.parse(textIn(finish(finder.searchTxsJson({ ...SEARCH, prove, order }))));
        const shown = found.txs as { height: string; index: number; tx: string; proof?: object }[];
        const texts = Array.from({ length: TXS + 1 }, (_, i) => textOf(i));
        expect(found.total_count).toBe(`${TXS + 1}`);
        expect(shown.map(({ tx }) => atob(tx))).toEqual(order === "asc" ? texts : texts.reverse());
        expect(shown.every(({ proof }) => (proof !== undefined) === prove)).toBe(true);
      }
    }
    const hash = txHash(txOf(textOf(7)));
    expect(finish(finder.tx(hash))).toMatchObject({ height: 2, index: 7, tx: txOf(textOf(7)) });
    expect(JSON.parse(textIn(finish(finder.txJson(hash, true))))).toMatchObject({ proof: { proof: { index: "7" } } });
    expect(finish(finder.tx(txHash(txOf("none"))))).toBeUndefined();
    const found = JSON.parse(textIn(finish(finder.searchBlocksJson({ ...SEARCH, query: "tick.height = '2'" }))));
    expect([found.total_count, found.blocks[0].block.header.height]).toEqual(["1", "2"]);
  });

  it("reads a block once for all of its transactions on a page, and makes its tree once", () => {
    const reads: string[] = [];
    const log = new Proxy(node.log, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== "function") return value;
        return (...args: unknown[]) => {
          if (name === "block") reads.push(`${args[0]}`);
          return Reflect.apply(value, target, args);
        };
      },
    });
    const { txs } = finish(
      new Finder(new BlockHistory(log, node.store), node.index).searchTxs({ ...SEARCH, prove: true }),
    );
    expect(reads).toEqual(["2", "3"]);
    expect(txs.length).toBe(TXS + 1);
    const root = node.log.meta(2)?.header.dataHash;
    if (root === undefined) throw new Error("no block");
    for (const { hash, proof } of txs.slice(0, TXS)) {
      expect(proof?.root).toEqual(root);
      expect(proof !== undefined && verifyProof(proof.proof, root, hash)).toBe(true);
    }
  });

  it("is told in steps, and what takes long says so before", () => {
    const results = stepsOf(history.resultsJson(2)).work;
    // Before it is read, for each result, and for what stands before and behind them.
    expect(results.length).toBe(TXS + 3);
    // One row for 64 bytes of results.
    expect(results[0]).toBeGreaterThan(TXS * 5);
    expect(stepsOf(finder.searchTxsJson(SEARCH)).work.length).toBeGreaterThan(2 * TXS);
    const [plain, proven] = [false, true].map((prove) =>
      stepsOf(finder.searchTxs({ ...SEARCH, prove })).work.reduce((sum, one) => sum + one, 0),
    );
    expect(proven).toBeGreaterThan(plain as number);
  });

  it("bounds the bytes of a page, but not those of one", () => {
    const most = 20_000;
    const small = new BlockHistory(node.log, node.store, most);
    const bounded = new Finder(small, node.index);
    const refusal = (run: () => unknown): string => {
      try {
        run();
      } catch (thrown) {
        if (ChainError.is(thrown, IndexError.tooMuch)) return thrown.detail ?? "";
        throw thrown;
      }
      return "";
    };
    const text = refusal(() => finish(bounded.searchTxs(SEARCH)));
    const fit = Number(/^the page has more than 20000 bytes: ask for fewer at once, (\d+) fit/.exec(text)?.[1]);
    expect(finish(bounded.searchTxs({ ...SEARCH, perPage: fit })).txs.length).toBe(fit);
    const tiny = new BlockHistory(node.log, node.store, 10);
    const one = { ...SEARCH, perPage: 1 };
    expect(finish(new Finder(tiny, node.index).searchTxs(one)).txs.length).toBe(1);
    const blocks = (heights: readonly number[]): string => {
      const out = new PieceWriter();
      finish(tiny.blocksJson(heights, out));
      return textIn(out.finish());
    };
    expect(refusal(() => blocks([2, 3]))).toMatch(/, 1 fit/);
    expect(blocks([2])).toContain('"height":"2"');
  });
});
