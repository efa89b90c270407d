// SPDX-License-Identifier: Apache-2.0
/** Depth of calls and replies, their gas, and a contract that ends the transaction. */

import { pack } from "@sotto/contract-test/parts";
import { MsgSendSchema } from "@sotto/proto/cosmos.bank.v1beta1";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Contract, deploy, instantiate, thenDo } from "../support/contract.ts";
import { batch, call, coins, failing, get, type Op, set, sub } from "../support/probe.ts";
import { a, b, TestChain } from "../support/testChain.ts";
import { wasm } from "../support/wasm.ts";

const chain = new TestChain();
let parent: Contract;
let child: Contract;
let old: Contract;
beforeAll(() => {
  parent = deploy(chain, wasm.v1);
  child = instantiate(chain, parent.codeId, wasm.v1, { ops: [] });
  old = deploy(chain, wasm.v010);
});
afterAll(() => chain.close());

const at = "failed to execute message; message index: 0: ";

describe("depth", () => {
  const deep = (depth: number, reply_on: string | null = null): Op => ({
    self_call: { depth, ...thenDo(set("bottom", String(depth))), reply_on },
  });

  it("ends at a hundred nested calls", () => {
    expect(parent.try(deep(99), { gas: 100_000_000n }).result).toMatchObject({ code: 0 });
    expect(get(parent, "bottom")).toBe("99");
    const tooDeep = parent.try(deep(100), { gas: 100_000_000n }).result;
    expect(tooDeep).toMatchObject({
      codespace: "compute",
      code: 30,
      log: expect.stringMatching(/(dispatch: submessages: ){100}dispatch: max call depth exceeded$/),
    });
    expect(get(parent, "bottom")).toBe("99");
  });

  it("counts a reply as deep as the call that it answers", () => {
    const next = (left: number): Op =>
      left === 0 ? { noop: {} } : call(child, { noop: {} }, sub("always", thenDo(next(left - 1))));
    expect(parent.try(next(20), { gas: 100_000_000n }).result).toMatchObject({ code: 0 });
  });

  it("allows replies at every level, as long as each has the gas for its input", () => {
    expect(parent.try(deep(30, "always"), { gas: 4_000_000_000n }).result).toMatchObject({ code: 0 });
    // One failed reply fails all calls above it, and their contracts get no reply.
    expect(parent.try(deep(99, "always"), { gas: 4_000_000_000n }).result).toMatchObject({
      codespace: "undefined",
      code: 1,
      log: expect.stringMatching(
        /^failed .*0: (dispatch: submessages: an sdk error occurred while sending a sub-message: )+dispatch: submessages: Out of gas: reply to contract failed$/,
      ),
    });
  });

  it("is the same for v0.10 contracts", () => {
    const v010Deep = (depth: number): Op => ({ self_call: { depth, ...thenDo(set("bottom", String(depth))) } });
    expect(old.try(v010Deep(99), { gas: 100_000_000n }).result).toMatchObject({ code: 0 });
    expect(old.try(v010Deep(100), { gas: 100_000_000n }).result).toMatchObject({ codespace: "compute", code: 30 });
  });
});

describe("gas", () => {
  it("of a reply is charged twice", () => {
    const count = (rounds: number) => sub("always", thenDo({ count: { rounds } }));
    const used = (op: Op) => Number(parent.execute(op, { gas: 50_000_000n }).result.gasUsed);
    // The first call of each kind stores other bytes than the calls after it.
    used(call(child, { noop: {} }, count(1_000_000)));
    const inReply =
      used(call(child, { noop: {} }, count(2_000_001))) - used(call(child, { noop: {} }, count(2_000_000 - 1_000_000)));
    const inCall = used({ count: { rounds: 2_000_001 } }) - used({ count: { rounds: 1_000_000 } });
    expect(inReply / inCall).toBeGreaterThan(1.9);
    expect(inReply / inCall).toBeLessThan(2.1);
  });

  it("limits of sub-messages above the remaining gas have no effect", () => {
    const ran = parent.try(
      call(child, { loop: { kind: "cpu" } }, sub("error", { gas_limit: Number.MAX_SAFE_INTEGER })),
      { gas: 300_000n },
    );
    expect(ran.result).toMatchObject({
      codespace: "sdk",
      code: 11,
      log: expect.stringMatching(
        /^out of gas in location: wasm contract; gasWanted: 300000, gasUsed: \d+: out of gas$/,
      ),
    });
  });

  it("that is too little for the instance is out of gas", () => {
    expect(parent.try({ noop: {} }, { gas: 20_000n }).result).toMatchObject({
      codespace: "sdk",
      code: 11,
      log: expect.stringMatching(/^out of gas in location: Loading CosmWasm module: compute;/),
    });
  });
});

describe("the end of a transaction that a contract requests", () => {
  it("stops its own later messages silently, and the transaction's later messages with code 40404", () => {
    const send = pack(MsgSendSchema, { fromAddress: a.address, toAddress: b.address, amount: coins("1") });
    const final = parent.message(a, batch(set("final", "yes"), { finalize_tx: {} }, call(child, failing)));
    const alone = chain.deliver(chain.tx(a, [final.packed], { gas: 3_000_000n }));
    expect(alone).toMatchObject({ code: 0 });
    expect(get(parent, "final")).toBe("yes");
    const again = parent.message(a, { finalize_tx: {} });
    const followed = chain.deliver(chain.tx(a, [again.packed, send], { gas: 3_000_000n }));
    expect(followed).toMatchObject({
      codespace: "sdk",
      code: 40404,
      log: "message was attempted but last message was marked by a contract; message index: 1: Cannot send messages after last tx marker was set",
    });
    expect(chain.deliver(chain.tx(a, [send, again.packed], { gas: 3_000_000n }))).toMatchObject({ code: 0 });
  });

  it("also reaches the messages of the contracts above", () => {
    const nested = parent.try(batch(call(child, { finalize_tx: {} }), call(child, { noop: {} })));
    expect(nested.result).toMatchObject({
      codespace: "sdk",
      code: 40404,
      log: `${at}dispatch: submessages: Cannot send messages or submessages after last tx marker was set: Cannot send messages after last tx marker was set`,
    });
  });
});
