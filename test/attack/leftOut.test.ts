// SPDX-License-Identifier: Apache-2.0
/**
 * A host that runs a part of a transaction and leaves out another one: for the rest of the block
 * the transaction has failed, as on the chain.
 */
import { BoundaryError, type CallAnswer, type EnclaveClient } from "@sotto/protocol";
import { describe, expect, it } from "vitest";
import { thenDo } from "../support/contract.ts";
import { a, b, c } from "../support/testChain.ts";
import { Bench, fail } from "./rowBench.ts";

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

const set = (value: string) => ({ set: { key: "k", value } });
const get = { get: { key: "k" } };
/** A transaction that says "paid", and whose sub-message would fail. */
const unpaid = { batch: { ops: [set("paid"), { self_call: { depth: 1, ...thenDo(fail) } }] } };
/** The same with a call that succeeds and wants a reply. */
const asking = (bench: Bench, reply_on: string, ...ops: readonly object[]) => {
  const { address: contract, codeHash: code_hash } = bench.probe;
  const sub = { id: 1, reply_on, gas_limit: null, ...thenDo(fail) };
  return {
    batch: { ops: [set("paid"), { call: { contract, code_hash, msg: JSON.stringify({ batch: { ops } }), sub } }] },
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

/** What the transaction wrote is refused, and what was there before is the row. */
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
    const nested = asking(bench, "never", { self_call: { depth: 1, ...thenDo(fail) } });
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
    expectUndone(bench, () => bench.chain.block(...twoMessages(bench, set("paid"), { noop: {} })));
  });
});

describe("a host cannot go on with a transaction of which it left out", () => {
  it("the first message", () => {
    const bench = new Bench();
    leaveOut(bench, (_kind, tx, message) => tx === 1 && message === 0);
    bench.expectStops(() => bench.chain.block(...twoMessages(bench, set("paid"), get)), BoundaryError.outOfOrder);
  });

  it("the sub-messages of a message before", () => {
    const bench = new Bench();
    leaveOut(bench, (kind) => kind === "sub-message");
    bench.expectStops(() => bench.chain.block(...twoMessages(bench, unpaid, get)), BoundaryError.outOfOrder);
  });
});
