// SPDX-License-Identifier: Apache-2.0
/**
 * A host that runs a part of a transaction and leaves out another one: for the rest of the block
 * the transaction has failed, as on the chain.
 */
import { BoundaryError, type CallAnswer, type EnclaveClient } from "@sotto/protocol";
import { describe, expect, it } from "vitest";
import { thenDo } from "../support/contract.ts";
import { batch, call, coins, failing, type Op, set, sub } from "../support/probe.ts";
import { a, b, c } from "../support/testChain.ts";
import { Bench } from "./rowBench.ts";

type Kind = "call" | "sub-message" | "reply";

/**
 * The host leaves out what `isLeft` names: the chain gets the answer of an earlier call, which sent
 * nothing, and the enclave hears nothing.
 */
function leaveOut(bench: Bench, isLeft: (kind: Kind, txIndex: number, messageIndex: number) => boolean): void {
  const { call, reply } = bench.chain.enclave;
  let last: CallAnswer | undefined;
  const kept = (answer: CallAnswer): CallAnswer => {
    if (answer.messages.length === 0) last = { ...answer, rows: [] };
    return answer;
  };
  Object.assign(bench.chain.enclave, {
    call: (request, host) =>
      isLeft(request.callId === 0 ? "call" : "sub-message", request.txIndex, request.messageIndex)
        ? (last as CallAnswer)
        : kept(call(request, host)),
    reply: (request, host) => (isLeft("reply", 0, 0) ? (last as CallAnswer) : kept(reply(request, host))),
  } satisfies Partial<EnclaveClient>);
}

const paid = set("k", "paid");
const get = { get: { key: "k" } };
/** A transaction that says "paid", and whose sub-message would fail. */
const unpaid = { batch: { ops: [paid, { self_call: { depth: 1, ...thenDo(failing) } }] } };
/** The same with a call that succeeds and wants a reply. */
const asking = (bench: Bench, reply_on: string, ...ops: readonly object[]) => {
  const { address: contract, codeHash: code_hash } = bench.probe;
  const sub = { id: 1, reply_on, gas_limit: null, ...thenDo(failing) };
  return {
    batch: { ops: [paid, { call: { contract, code_hash, msg: JSON.stringify({ batch: { ops } }), sub } }] },
  };
};

/** A block with a transaction of two messages, the second one. */
function twoMessages({ chain, probe }: Bench, first: unknown, second: unknown): Uint8Array[] {
  const tx = (by: typeof a, ...ops: readonly unknown[]) =>
    chain.tx(
      by,
      ops.map((op) => probe.message(by, op).packed),
      { gas: 5_000_000n },
    );
  return [tx(c, { noop: {} }), tx(a, first, second), tx(b, get)];
}

/** The row that the transaction wrote is refused, and the row from before it is taken. */
function expectUndone(bench: Bench, run: () => unknown): void {
  bench.expectStops(run);
  const old = bench.rowAt(bench.chain.store.version, bench.key);
  let reads = 0;
  bench.change = (host) => ({
    ...host,
    readState: (key) => {
      reads++;
      return old ?? host.readState(key);
    },
  });
  run();
  expect(reads).toBe(1);
}

describe("a host cannot keep the writes of a transaction of which it leaves out", () => {
  it("the sub-messages", () => {
    const bench = new Bench();
    leaveOut(bench, (kind) => kind === "sub-message");
    expectUndone(bench, () => bench.block([c, { noop: {} }], [a, unpaid], [b, get]));
  });

  it("the messages of a sub-message", () => {
    const bench = new Bench();
    let subs = 0;
    leaveOut(bench, (kind) => kind === "sub-message" && subs++ % 2 === 1);
    const nested = asking(bench, "never", { self_call: { depth: 1, ...thenDo(failing) } });
    expectUndone(bench, () => bench.block([c, { noop: {} }], [a, nested], [b, get]));
  });

  it("a reply", () => {
    const bench = new Bench();
    leaveOut(bench, (kind) => kind === "reply");
    expectUndone(bench, () => bench.block([c, { noop: {} }], [a, asking(bench, "success", { noop: {} })], [b, get]));
  });

  it("a later message", () => {
    const bench = new Bench();
    leaveOut(bench, (_kind, tx, message) => tx === 1 && message === 1);
    expectUndone(bench, () => bench.chain.block(...twoMessages(bench, paid, { noop: {} })));
  });
});

describe("a host cannot go on with a transaction of which it left out", () => {
  it("the first message", () => {
    const bench = new Bench();
    leaveOut(bench, (_kind, tx, message) => tx === 1 && message === 0);
    bench.expectStops(() => bench.chain.block(...twoMessages(bench, paid, get)), BoundaryError.outOfOrder);
  });

  it("the sub-messages of a message before", () => {
    const bench = new Bench();
    leaveOut(bench, (kind) => kind === "sub-message");
    bench.expectStops(() => bench.chain.block(...twoMessages(bench, unpaid, get)), BoundaryError.outOfOrder);
  });
});

/** The honest host runs each of these to its end, which is the enclave's record too. */
describe("the honest host goes on in the same block", () => {
  const bench = new Bench();
  const { probe, other, chain } = bench;
  const write = (op: Op, name: string) => batch(set("k", name), op);
  const gas = 5_000_000n;
  /** Name, messages, and whether the transaction succeeds. */
  const shapes: readonly [name: string, messages: readonly Op[], succeeds: boolean][] = [
    ["a failed sub-message", [call(other, failing)], false],
    ["a failed sub-message with its reply", [call(other, failing, sub("error", thenDo({ noop: {} })))], true],
    ["a failed reply", [call(other, { noop: {} }, sub("success", thenDo(failing)))], false],
    ["a reply that sends more", [call(other, { noop: {} }, sub("always", thenDo(call(other, { noop: {} }))))], true],
    ["a failed message to the bank", [{ send: { to: b.address, amount: coins("99999999") } }], false],
    ["the same with its reply", [{ send: { to: b.address, amount: coins("99999999"), sub: sub("error") } }], true],
    ["funds that are missing", [call(other, { noop: {} }, sub("error"), coins("99999999"))], false],
    ["a sub-message beyond its gas", [call(other, { noop: {} }, sub("error", { gas_limit: 1_000 }))], false],
    ["a trap below", [call(other, call(probe, { panic: { text: "no" } }), sub("error"))], false],
    ["an end of the transaction", [batch({ finalize_tx: {} }, call(other, failing))], true],
    ["two messages, the second fails", [{ noop: {} }, failing], false],
    ["two messages that succeed", [call(other, set("x", "y")), { noop: {} }], true],
  ];

  it.each(shapes)("after %s", (name, messages, succeeds) => {
    const before = bench.get();
    const packed = messages.map((op) => probe.message(a, write(op, name)).packed);
    const read = probe.message(b, { get: { key: "k" } }).packed;
    const { txResults } = chain.block(chain.tx(a, packed, { gas }), chain.tx(b, [read], { gas }));
    expect(txResults.map(({ code }) => code === 0)).toEqual([succeeds, true]);
    expect(bench.get()).toBe(succeeds ? name : before);
  });

  it("after a sub-message whose own gas ends anywhere in it", () => {
    const ends = new Set<boolean>();
    for (let limit = 15_000; limit <= 40_000; limit += 2_500) {
      const before = bench.get();
      const name = `sub with ${limit}`;
      // The probe keeps the ops of an id's reply.
      const own = sub("error", { id: 8, gas_limit: limit, ...thenDo(set("k", name)) });
      const { txResults } = bench.block([a, write(call(other, set("k", name), own), name)], [b, { get: { key: "k" } }]);
      const [first, read] = txResults.map(({ code }) => code === 0);
      expect(read).toBe(true);
      expect(bench.get()).toBe(first === true ? name : before);
      ends.add(first === true);
    }
    expect(ends.size).toBe(2);
  });

  it("after a transaction whose gas ends anywhere in it", () => {
    const ends = new Set<boolean>();
    for (let limit = 60_000n; limit <= 400_000n; limit += 20_000n) {
      const before = bench.get();
      const name = `with ${limit}`;
      const two = batch(set("k", name), call(other, set("k", name), sub("always")), call(other, { noop: {} }));
      const { txResults } = bench.block([a, two, limit], [b, { get: { key: "k" } }], [c, { get: { key: "k" } }]);
      const [first, ...reads] = txResults.map(({ code }) => code === 0);
      expect(reads).toEqual([true, true]);
      expect(bench.get()).toBe(first === true ? name : before);
      ends.add(first === true);
    }
    expect(ends.size).toBe(2);
  });
});
