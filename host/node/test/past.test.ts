import { sha256 } from "@sotto/crypto";
import { ChainError } from "@sotto/errors";
import { finish, IndexError, type Steps } from "@sotto/index";
import { verifyProof } from "@sotto/merkle";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openNode, payment, type TestNode } from "../../api/test/node.ts";
import { Finder, Past } from "../src/past.ts";

let node: TestNode;
let past: Past;
let finder: Finder;
const TXS = 40;
const SEARCH = { query: "tx.height > 0", page: 1, perPage: 100, order: "asc", prove: false } as const;

beforeAll(() => {
  node = openNode();
  node.produce([]);
  node.produce(Array.from({ length: TXS }, (_, i) => payment(BigInt(i))));
  node.produce([payment(BigInt(TXS))]);
  past = new Past(node.log, node.store);
  finder = new Finder(past, node.index);
});
afterAll(() => node.close());

/** The steps of a job, and its answer. */
function stepsOf<T>(steps: Steps<T>): { readonly work: number[]; readonly value: T } {
  const work: number[] = [];
  for (;;) {
    const step = steps.next();
    if (step.done === true) return { work, value: step.value };
    work.push(step.value);
  }
}

describe("the past", () => {
  it("is what the node tells, as objects and as text", async () => {
    const { backend } = node;
    for (const height of [1, 2, 3, 4]) {
      expect(finish(past.blockJson(height))).toEqual(await backend.blockJson(height));
      expect(finish(past.resultsJson(height))).toEqual(await backend.resultsJson(height));
      expect(past.meta(height)?.appHash).toEqual((await backend.meta(height))?.appHash);
    }
    for (const prove of [false, true]) {
      for (const order of ["asc", "desc"] as const) {
        const search = { ...SEARCH, prove, order };
        expect(finish(finder.searchTxsJson(search))).toEqual(await backend.searchTxsJson(search));
      }
    }
    const blocks = { ...SEARCH, query: "block.height > 1" };
    expect(finish(finder.searchBlocksJson(blocks))).toEqual(await backend.searchBlocksJson(blocks));
    const hash = sha256(payment(7n));
    expect(finish(finder.txJson(hash, true))).toEqual(await backend.txJson(hash, true));
    expect(finish(finder.tx(sha256(payment(999n))))).toBeUndefined();
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
    const { txs } = finish(new Finder(new Past(log, node.store), node.index).searchTxs({ ...SEARCH, prove: true }));
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
    const results = stepsOf(past.resultsJson(2)).work;
    expect(results.length).toBe(TXS + 1);
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
    const small = new Past(node.log, node.store, most);
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
    const tiny = new Past(node.log, node.store, 10);
    const one = { ...SEARCH, perPage: 1 };
    expect(finish(new Finder(tiny, node.index).searchTxs(one)).txs.length).toBe(1);
    expect(refusal(() => finish(tiny.blocksJson([2, 3])))).toMatch(/, 1 fit/);
    expect(finish(tiny.blocksJson([2]))).toContain('"height":"2"');
  });
});
