// SPDX-License-Identifier: Apache-2.0
/**
 * A host that gives the running block other rows than those of the verified state: older ones,
 * none, those of another height, contract or key, with the best proofs that it can make.
 */
import { startEnclave, startRequest } from "@sotto/contract-test/parts";
import { createEnclave } from "@sotto/enclave";
import { createSim } from "@sotto/platform";
import { BoundaryError, type EnclaveClient, enclaveClient, type HostService, serveEnclave } from "@sotto/protocol";
import { inlineChannel } from "@sotto/transport";
import { describe, expect, it } from "vitest";
import { thenDo } from "../support/contract.ts";
import { a, b, c } from "../support/testChain.ts";
import { Bench, type Change, fail, keyOf, STORE } from "./rowBench.ts";

const serve =
  (row: (key: Uint8Array, host: HostService) => Uint8Array | undefined): Change =>
  (host) => ({ ...host, readState: (key) => row(key, host) });

describe("while a block runs, a host cannot give a contract", () => {
  it("an older row of its own", () => {
    const bench = new Bench();
    const old = bench.rowAt(bench.chain.store.version, bench.key);
    bench.set("two");
    bench.change = serve(() => old);
    bench.expectStops(() => bench.get());
  });

  it("an older row with the proof of its height", () => {
    const bench = new Bench();
    const { store } = bench.chain;
    const { key } = bench;
    const old = bench.rowAt(store.version, key);
    const [row, whole] = [store.proveRow(STORE, keyOf(bench.probe, key)).proof, store.proveStore(STORE)];
    bench.set("two");
    bench.change = (host) => ({ ...host, readState: () => old, proveRow: () => row });
    bench.expectStops(() => bench.get());
    bench.change = (host) => ({ ...host, readState: () => old, proveRow: () => row, proveStore: () => whole });
    bench.expectStops(() => bench.get());
  });

  it("no row, where there is one", () => {
    const bench = new Bench();
    bench.change = serve(() => undefined);
    bench.expectStops(() => bench.get());
  });

  it("no row, with the proof that another key is absent", () => {
    const bench = new Bench();
    const absent = bench.chain.store.proveRow(STORE, keyOf(bench.probe, Uint8Array.of(1))).proof;
    bench.change = (host) => ({ ...host, readState: () => undefined, proveRow: () => absent });
    bench.expectStops(() => bench.get());
  });

  it("a row that was removed", () => {
    const bench = new Bench();
    const old = bench.rowAt(bench.chain.store.version, bench.key);
    bench.probe.execute({ remove: { key: "k" } });
    expect(bench.get()).toBeNull();
    bench.change = serve(() => old);
    bench.expectStops(() => bench.get());
  });

  it("the row of another contract, or of another key, with its proof", () => {
    const bench = new Bench();
    const { store } = bench.chain;
    const { key } = bench;
    const theirs = bench.rowAt(store.version, key, bench.other);
    const wrong = keyOf(bench.other, key);
    // The other contract has another key for the same name.
    expect(theirs).toBeUndefined();
    bench.change = (host) => ({ ...host, readState: () => theirs, proveRow: () => store.proveRow(STORE, wrong).proof });
    bench.expectStops(() => bench.get());
    bench.change = (host) => ({
      ...host,
      readState: (asked) => host.readState(asked),
      proveRow: () => store.proveRow(STORE, keyOf(bench.probe, Uint8Array.of(...key, 1))).proof,
    });
    bench.expectStops(() => bench.get());
  });

  it("a changed row or a forged proof", () => {
    const flip = (bytes: Uint8Array, at: number) => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));
    const forged: readonly [string, Change][] = [
      ["row", (host) => ({ ...host, readState: (key) => flip(host.readState(key) as Uint8Array, 58) })],
      ["proof", (host) => ({ ...host, proveRow: (key, known) => flip(host.proveRow(key, known), 40) })],
      ["kind", (host) => ({ ...host, proveRow: (key, known) => flip(host.proveRow(key, known), 0) })],
      ["no proof", (host) => ({ ...host, proveRow: () => new Uint8Array(0) })],
      ["store", (host) => ({ ...host, proveStore: () => flip(host.proveStore(), 3) })],
      ["no store", (host) => ({ ...host, proveStore: () => new Uint8Array(0) })],
    ];
    for (const [, change] of forged) {
      const bench = new Bench();
      bench.change = change;
      bench.expectStops(() => bench.get());
    }
  });

  it("a changed row after a true one in the same block", () => {
    const bench = new Bench();
    let reads = 0;
    bench.change = serve((key, host) => {
      const row = host.readState(key) as Uint8Array;
      // The tag and the salt stay: the ciphertext behind them does not.
      return reads++ === 0 ? row : row.map((byte, i) => (i === row.length - 1 ? byte ^ 1 : byte));
    });
    bench.expectStops(() => bench.block([a, { get: { key: "k" } }], [b, { get: { key: "k" } }]));
    expect(reads).toBe(2);
  });

  it("an answer of another contract that has read an older row", () => {
    const bench = new Bench();
    const { key } = bench;
    const old = bench.rowAt(bench.chain.store.version, key);
    bench.set("two");
    const { address: contract, codeHash: code_hash } = bench.probe;
    const ask = { smart: { contract, code_hash, msg: JSON.stringify({ get: { key: "k" } }) } };
    const run = () => bench.other.execute(ask);
    bench.change = serve((asked, host) => (asked.join() === key.join() ? old : host.readState(asked)));
    bench.expectStops(run);
  });
});

describe("in the same block", () => {
  it("a row that an earlier transaction wrote needs no proof, and no older row passes", () => {
    const bench = new Bench();
    const old = bench.rowAt(bench.chain.store.version, bench.key);
    bench.asked = [];
    const { txResults } = bench.block([a, { set: { key: "k", value: "two" } }], [b, { get: { key: "k" } }]);
    expect(txResults.map(({ code }) => code)).toEqual([0, 0]);
    expect(bench.asked.at(-1)?.isProven).toBe(false);
    bench.change = serve(() => old);
    bench.expectStops(() => bench.block([a, { set: { key: "k", value: "three" } }], [b, { get: { key: "k" } }]));
  });

  it("a row is proven once, present or absent", () => {
    const bench = new Bench();
    bench.asked = [];
    const reads = { batch: { ops: [{ get: { key: "k" } }, { get: { key: "none" } }] } };
    bench.block([a, reads], [b, reads], [c, reads]);
    expect(bench.asked.map(({ isProven }) => isProven)).toEqual([true, true, false, false, false, false]);
    bench.asked = [];
    bench.block([a, reads]);
    expect(bench.asked.map(({ isProven }) => isProven)).toEqual([true, true]);
  });

  it("the rows of a failed transaction do not count: the honest host goes on, and a false one stops", () => {
    const bench = new Bench();
    const write = (value: string) => ({
      batch: { ops: [{ set: { key: "k", value } }, { self_call: { depth: 1, ...thenDo(fail) } }] },
    });
    const { txResults } = bench.block([a, write("lost")], [b, { get: { key: "k" } }], [c, { noop: {} }]);
    expect(txResults.map(({ code }) => code === 0)).toEqual([false, true, true]);
    expect(bench.get()).toBe("one");
    // The row that the failed transaction wrote.
    const { call } = bench.chain.enclave;
    let lost: Uint8Array | undefined;
    Object.assign(bench.chain.enclave, {
      call: (request, host) => {
        const answer = call(request, host);
        lost ??= answer.rows[0]?.value;
        return answer;
      },
    } satisfies Partial<EnclaveClient>);
    bench.change = serve((key, host) => lost ?? host.readState(key));
    bench.expectStops(() => bench.block([a, write("lost again")], [b, { get: { key: "k" } }]));
    expect(lost).toBeDefined();
  });

  it("a transaction that fails before the enclave hears of it says nothing about the one before", () => {
    const bench = new Bench();
    const { call } = bench.chain.enclave;
    const called = new Set<number>();
    Object.assign(bench.chain.enclave, {
      call: (request, host) => {
        called.add(request.txIndex);
        return call(request, host);
      },
    } satisfies Partial<EnclaveClient>);
    const counts = new Set<number>();
    // The second transaction ends before its call, in it, or not at all.
    for (let gas = 20_000n; gas <= 100_000n; gas += 2_000n) {
      called.clear();
      const value = `with ${gas}`;
      const write = { set: { key: "k", value } };
      const { txResults } = bench.block([a, write], [b, { noop: {} }, gas], [c, { get: { key: "k" } }]);
      expect([txResults[0]?.code, txResults[2]?.code]).toEqual([0, 0]);
      expect(bench.get()).toBe(value);
      counts.add(called.size);
    }
    expect(counts).toEqual(new Set([2, 3]));
  });

  it("a contract goes on after a failed sub-message, with the rows of before it", () => {
    const bench = new Bench();
    const { address: contract, codeHash: code_hash } = bench.probe;
    const sub = {
      id: 1,
      reply_on: "error",
      gas_limit: null,
      ...thenDo({ get: { key: "k" } }, { set: { key: "k", value: "three" } }),
    };
    const msg = JSON.stringify({ batch: { ops: [{ set: { key: "k", value: "lost" } }, fail] } });
    bench.probe.execute({
      batch: { ops: [{ set: { key: "k", value: "two" } }, { call: { contract, code_hash, msg, sub } }] },
    });
    expect(bench.get()).toBe("three");
  });

  it("a host that takes a transaction for failed is found out by the next block's proofs", () => {
    const bench = new Bench();
    const { call } = bench.chain.enclave;
    const fork = (says: boolean) =>
      Object.assign(bench.chain.enclave, {
        call: (request, host) => call({ ...request, lastFailed: says }, host),
      } satisfies Partial<EnclaveClient>);
    const old = bench.rowAt(bench.chain.store.version, bench.key);
    const write = { set: { key: "k", value: "two" } };
    // The lie alone: the row that the first transaction wrote is refused.
    fork(true);
    bench.expectStops(() => bench.block([a, write], [b, { get: { key: "k" } }]));
    // With the older row it works within this block (docs/threats.md) ...
    const before = bench.change;
    let reads = 0;
    bench.change = serve((key, host) => (reads++ === 0 ? old : host.readState(key)));
    const [, second] = bench.block([a, write], [b, { get: { key: "k" } }]).txResults;
    expect([reads, second?.code]).toEqual([1, 0]);
    // ... and ends with it: the state of the chain has the write.
    fork(false);
    bench.change = before;
    expect(bench.get()).toBe("two");
    bench.change = serve(() => old);
    bench.expectStops(() => bench.get());
  });
});

describe("a block that runs again", () => {
  it("starts from the state of its header: rows of the first run are refused, and honest ones pass", () => {
    const bench = new Bench();
    const { chain, probe } = bench;
    const before = bench.rowAt(chain.store.version, bench.key);
    const tx = chain.tx(a, [probe.message(a, { set: { key: "k", value: "two" } }).packed], { gas: 5_000_000n });
    const reading = chain.tx(b, [probe.message(b, { get: { key: "k" } }).packed], { gas: 5_000_000n });
    const decided = chain.maker.make([tx, reading]);
    let row: Uint8Array | undefined;
    bench.change = serve((key, host) => (row = host.readState(key)));
    const first = chain.app.finalizeBlock(decided);
    const second = chain.app.finalizeBlock(decided);
    expect(second.txResults.map(({ data }) => data)).toEqual(first.txResults.map(({ data }) => data));
    expect(row).not.toEqual(before);
    // The row of the run before, in a run whose first transaction has not written it.
    bench.change = serve(() => row);
    chain.restartEnclave();
    const other = chain.maker.make([reading]);
    bench.expectStops(() => chain.app.finalizeBlock(other));
  });
});

describe("an enclave that starts again", () => {
  it("asks for proofs of all rows, and refuses older ones", () => {
    const bench = new Bench();
    const { chain } = bench;
    const { key } = bench;
    const old = bench.rowAt(chain.store.version, key);
    bench.set("two");
    const { enclave } = startEnclave({
      chainId: chain.chainId,
      validators: chain.maker.validators,
      sealed: chain.store.extra("enclave/sealed"),
    });
    Object.assign(chain.enclave, {
      submitBlock: enclave.submitBlock,
      commitBlock: enclave.commitBlock,
      call: (request, host) => enclave.call(request, bench.change(host)),
    } satisfies Partial<EnclaveClient>);
    expect(bench.get()).toBe("two");
    bench.change = serve(() => old);
    bench.expectStops(() => bench.get());
  });

  it("takes rows without proofs only when its host wants that and its driver allows it", () => {
    const bench = new Bench({ believesRows: true });
    const old = bench.rowAt(bench.chain.store.version, bench.key);
    bench.set("two");
    bench.asked = [];
    expect(bench.get()).toBe("two");
    expect(bench.asked.map(({ isProven }) => isProven)).toEqual([false]);
    bench.change = serve(() => old);
    expect(bench.get()).toBe("one");
    const { chainId, maker } = bench.chain;
    const strict = enclaveClient(
      inlineChannel(
        serveEnclave(
          createEnclave((_driver, chain) => ({
            ...createSim({ chainId: chain, sealingKey: new Uint8Array(32) }),
            mayBelieveRows: false,
          })),
        ),
      ),
    );
    const request = startRequest({ chainId, validators: maker.validators });
    expect(() => strict.start({ ...request, believesRows: true })).toThrow(
      expect.objectContaining({ code: BoundaryError.rowsNotProven.code }),
    );
    strict.start(request);
  });
});
