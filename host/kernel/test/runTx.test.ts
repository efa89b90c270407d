// SPDX-License-Identifier: Apache-2.0
import { create, createRegistry } from "@bufbuild/protobuf";
import { fromUtf8 } from "@sotto/bytes";
import { EnvironmentFault, InvariantBroken, OutOfGas, SdkError } from "@sotto/errors";
import { MsgSendResponseSchema, MsgSendSchema } from "@sotto/proto/cosmos.bank.v1beta1";
import { openStore } from "@sotto/store";
import { afterAll, describe, expect, it } from "vitest";
import {
  type AnteStep,
  BLOCK_MEMORY,
  BlockMemory,
  Branch,
  createRouter,
  type ExecMode,
  GasMeter,
  LAST_MESSAGE,
  NO_LIMIT,
  type RunnableTx,
  runTx,
  type TxRunner,
  type WriteCtx,
} from "../src/index.ts";

const store = openStore({ path: undefined, stores: ["test"], pruning: { keepVersions: undefined }, noSync: true });
afterAll(() => store.close());

const key = fromUtf8("key");
const write = (ctx: WriteCtx, text: string) => ctx.store("test").set(key, fromUtf8(text));
const writing =
  (text: string): AnteStep<RunnableTx> =>
  (ctx) => {
    write(ctx, text);
    return undefined;
  };
const read = (branch: Branch) => {
  const found = branch.store("test").get(key);
  return found === undefined ? undefined : new TextDecoder().decode(found);
};

interface Setup {
  readonly handle?: (ctx: WriteCtx) => void;
  readonly check?: () => void;
  readonly ante?: AnteStep<RunnableTx>;
  readonly decode?: () => void;
  readonly messages?: number;
  readonly gas?: bigint;
  readonly mode?: ExecMode;
  readonly blockMeter?: GasMeter;
  readonly memory?: BlockMemory;
  readonly branch?: Branch;
}

/** Gas of the reads before the checks. */
const BEGUN = 7;
const BLOCK = { chainId: "test-1", height: 1, time: 1n };

/** Runs one transaction of messages that all do the same. */
function run(setup: Setup) {
  const { handle, check, ante, decode, messages = 1, gas = 10_000n, mode = "deliver" } = setup;
  const { blockMeter = new GasMeter(NO_LIMIT), memory } = setup;
  const branch = setup.branch ?? new Branch(store.snapshot(), memory);
  const route = {
    typeUrl: "/test.module.v1.MsgTest",
    input: MsgSendSchema,
    output: MsgSendResponseSchema,
    handle: (ctx: WriteCtx) => {
      handle?.(ctx);
      return {};
    },
    check,
    from: 0,
  };
  const limit: AnteStep<RunnableTx> = (ctx, tx) => ctx.withGas(new GasMeter(Number(tx.gasWanted)));
  const runner: TxRunner<RunnableTx> = {
    router: createRouter({ assertExecutable: () => {}, types: createRegistry() }, [], []),
    begin: (ctx) => ctx.gas.consume(BEGUN, "begin"),
    decode(bytes) {
      decode?.();
      const message = create(MsgSendSchema, {});
      return { bytes, messages: Array.from({ length: messages }, () => ({ route, message })), gasWanted: gas };
    },
    ante: [limit, ...(ante === undefined ? [] : [ante])],
    sender: () => "sender",
    signers: () => [],
  };
  const result = runTx(runner, { mode, block: BLOCK, branch, index: 0, blockMeter, memory }, new Uint8Array(0));
  return { result, branch };
}

describe("a fault that stops the node is never a result", () => {
  const faults = [
    new RangeError("Maximum call stack size exceeded"),
    new TypeError("bug"),
    new SyntaxError("Cannot convert x to a BigInt"),
    new InvariantBroken("broken"),
    new EnvironmentFault("disk"),
    "a thrown text",
  ];
  const throwing = (thrown: unknown) => () => {
    throw thrown;
  };

  it.each(faults)("%s in a handler, a check, an ante step or the decoder", (fault) => {
    for (const part of ["handle", "check", "ante", "decode"] as const) {
      let caught: unknown;
      try {
        run({ [part]: throwing(fault) });
      } catch (thrown) {
        caught = thrown;
      }
      expect(caught).toBe(fault);
    }
  });
});

describe("a transaction", () => {
  it("keeps the writes of the checks and of all its messages, or of the checks alone", () => {
    const ante = writing("ante");
    const good = run({ ante, handle: (ctx) => write(ctx, "message") });
    expect(good.result).toMatchObject({ code: 0, log: "" });
    expect(read(good.branch)).toBe("message");
    let calls = 0;
    const failing = (ctx: WriteCtx) => {
      write(ctx, "message");
      if (++calls === 2) throw SdkError.unauthorized("second");
    };
    const bad = run({ ante, handle: failing, messages: 3 });
    expect(bad.result).toMatchObject({
      code: 4,
      log: "failed to execute message; message index: 1: second: unauthorized",
    });
    expect(read(bad.branch)).toBe("ante");
    expect(calls).toBe(2);
  });

  it("that fails in a check keeps no writes, has no events and has used the gas of the reads before", () => {
    const refuse = () => {
      throw SdkError.invalidRequest("no");
    };
    const handle = () => {
      throw new Error("must not run");
    };
    const { result, branch } = run({ check: refuse, handle, ante: writing("x") });
    expect(result).toMatchObject({ code: 18, log: "no: invalid request", gasWanted: 0n, gasUsed: BigInt(BEGUN) });
    expect(result.events).toEqual([]);
    expect(read(branch)).toBeUndefined();
  });

  it("with invalid bytes uses no gas in a block, and outside of a block the gas of every other transaction", () => {
    const decode = () => {
      throw SdkError.txDecode();
    };
    expect(run({ decode }).result).toMatchObject({ code: 2, gasUsed: 0n });
    expect(run({ decode, mode: "check" }).result).toMatchObject({ code: 2, gasUsed: BigInt(BEGUN) });
  });

  it("that fails in the ante pipeline keeps no writes and reports its gas", () => {
    const ante: AnteStep<RunnableTx> = (ctx) => {
      ctx.emit({ type: "x", attributes: [] });
      ctx.gas.consume(77, "work");
      write(ctx, "x");
      throw SdkError.unauthorized("no");
    };
    const { result, branch } = run({ ante });
    expect(result).toMatchObject({ code: 4, gasWanted: 10_000n, events: [] });
    expect(result.gasUsed).toBeGreaterThanOrEqual(77n);
    expect(read(branch)).toBeUndefined();
  });

  it("out of gas names the place, without the text of a failed message", () => {
    const { result } = run({ handle: (ctx) => ctx.gas.consume(99_999, "Some Place") });
    expect(result).toMatchObject({
      codespace: "sdk",
      code: 11,
      log: "out of gas in location: Some Place; gasWanted: 10000, gasUsed: 99999: out of gas",
      gasUsed: 99_999n,
    });
  });

  it("runs no message in the modes of the mempool, and keeps the writes of the checks", () => {
    const handle = () => {
      throw new OutOfGas("must not run");
    };
    const ante = writing("checked");
    for (const mode of ["check", "recheck"] as const) {
      const { result, branch } = run({ handle, ante, mode });
      expect(result).toMatchObject({ code: 0, gasWanted: 10_000n });
      expect(read(branch)).toBe("checked");
    }
  });

  it("shows a gas limit beyond 63 bits as the signed number that the reference reports", () => {
    expect(run({ gas: (1n << 63n) + 5n }).result.gasWanted).toBe(-(1n << 63n) + 5n);
    expect(run({ mode: "simulate" }).result.gasWanted).toBe(-1n);
  });

  it("ends with the message that set the last mark", () => {
    const handle = (ctx: WriteCtx) => ctx.tx?.marks.add(LAST_MESSAGE);
    expect(run({ handle }).result.code).toBe(0);
    expect(run({ handle, messages: 2 }).result).toMatchObject({ codespace: "sdk", code: 40404 });
  });

  it("without messages is refused", () => {
    expect(run({ messages: 0 }).result).toMatchObject({ codespace: "sdk", code: 18 });
  });

  it("puts its messages' events in order, each with its index", () => {
    const handle = (ctx: WriteCtx) => ctx.emit({ type: "own", attributes: [["k", "v"]] });
    expect(
      run({ handle, messages: 2 }).result.events.map(({ type, attributes }) => [type, ...attributes.map(String)]),
    ).toEqual(
      [0, 1].flatMap((i) => [
        ["message", "action,/test.module.v1.MsgTest", "sender,sender", "module,module", `msg_index,${i}`],
        ["own", "k,v", `msg_index,${i}`],
      ]),
    );
  });
});

/** Texts and order: SDK 0.50.13 baseapp runTx, consumeBlockGas. */
describe("the gas of a block", () => {
  const burn =
    (gas: number, text = "burnt"): AnteStep<RunnableTx> =>
    (ctx) => {
      ctx.gas.consume(gas, "work");
      ctx.emit({ type: text, attributes: [] });
      write(ctx, text);
      return undefined;
    };
  const refuse: AnteStep<RunnableTx> = (ctx) => {
    ctx.gas.consume(5000, "work");
    throw SdkError.unauthorized("no");
  };
  const costOf = (setup: Setup): number => Number(run(setup).result.gasUsed);

  it("is the gas of its transactions, failed ones too, for each at most the gas that it wanted", () => {
    const blockMeter = new GasMeter(1_000_000);
    const good = run({ ante: burn(1000), blockMeter });
    const bad = run({ ante: refuse, blockMeter });
    expect(blockMeter.consumed).toBe(Number(good.result.gasUsed + bad.result.gasUsed));
    const { result } = run({ handle: (ctx) => ctx.gas.consume(99_999, "work"), blockMeter });
    expect(result.gasUsed).toBe(99_999n);
    expect(blockMeter.consumed).toBe(Number(good.result.gasUsed + bad.result.gasUsed) + 10_000);
  });

  it("may be used to the last unit; the transaction that takes more fails, its checks stay", () => {
    const ante = burn(1000, "ante");
    const handle = (ctx: WriteCtx) => write(ctx, "message");
    const cost = costOf({ ante, handle });
    const exact = run({ ante, handle, blockMeter: new GasMeter(cost) });
    expect(exact.result.code).toBe(0);
    expect(read(exact.branch)).toBe("message");

    const blockMeter = new GasMeter(cost - 1);
    const { result, branch } = run({ ante, handle, blockMeter });
    expect(result).toMatchObject({
      codespace: "sdk",
      code: 11,
      log: `out of gas in location: block gas meter; gasWanted: 10000, gasUsed: ${cost}: out of gas`,
      gasWanted: 10_000n,
      gasUsed: BigInt(cost),
      events: [{ type: "ante" }],
    });
    expect(read(branch)).toBe("ante");
    expect(blockMeter.isExhausted).toBe(true);
  });

  it("that runs out decides over every other failure", () => {
    const log = /^out of gas in location: block gas meter/;
    const inAnte = run({ ante: refuse, blockMeter: new GasMeter(1) }).result;
    expect(inAnte).toMatchObject({ code: 11, log: expect.stringMatching(log), events: [] });
    const handle = () => {
      throw SdkError.unauthorized("no");
    };
    const inMessage = run({ ante: burn(10), handle, blockMeter: new GasMeter(1) }).result;
    expect(inMessage).toMatchObject({ code: 11, log: expect.stringMatching(log), events: [{ type: "burnt" }] });
  });

  it("refuses every transaction after the limit is reached, and counts only in blocks", () => {
    const blockMeter = new GasMeter(0);
    const handle = (ctx: WriteCtx) => write(ctx, "message");
    const { result, branch } = run({ ante: burn(1), handle, blockMeter });
    expect(result).toMatchObject({
      codespace: "sdk",
      code: 11,
      log: "no block gas left to run tx: out of gas",
      gasWanted: 0n,
      gasUsed: 0n,
      events: [],
    });
    expect(read(branch)).toBeUndefined();
    for (const mode of ["check", "recheck", "simulate"] as const) {
      expect(run({ ante: burn(1), mode, blockMeter }).result.code).toBe(0);
    }
    expect(blockMeter.consumed).toBe(0);
  });
});

describe("the memory of a block", () => {
  const MEGA = 1_048_576;
  const block = () => {
    const memory = new BlockMemory();
    const branch = new Branch(store.snapshot(), memory);
    const gas = BigInt(NO_LIMIT);
    return { memory, branch, run: (handle: (ctx: WriteCtx) => void) => run({ memory, branch, gas, handle }).result };
  };
  const row = (ctx: WriteCtx, at: number, size: number) =>
    ctx.store("test").set(Uint8Array.of(1, at >> 16, at >> 8, at), new Uint8Array(size));
  const FULL = /^failed to execute message; message index: 0: no memory left in the block: .*: out of gas$/;

  it("fails only the transaction that writes more than the free memory, and drops all its writes", () => {
    const { branch, run: next } = block();
    const half = BLOCK_MEMORY / 2 / MEGA;
    const many = (from: number, count: number) => (ctx: WriteCtx) => {
      for (let i = 0; i < count; i++) row(ctx, from + i, MEGA);
    };
    expect(next(many(0, half)).code).toBe(0);
    const { code, codespace, log } = next(many(1_000, half));
    expect([codespace, code]).toEqual(["sdk", 11]);
    expect(log).toMatch(FULL);
    expect(branch.store("test").get(Uint8Array.of(1, 0, 1_000 >> 8, 1_000 & 255))).toBeUndefined();
    // The failed transaction has returned its memory.
    expect(next(many(1_000, half - 1)).code).toBe(0);
    expect(next(many(2_000, 1)).log).toMatch(FULL);
  });

  it("counts empty rows and deletions, and a rewritten row only once", () => {
    const { run: next } = block();
    const rows = Math.floor(BLOCK_MEMORY / 516);
    const again = next((ctx) => {
      for (let i = 0; i < 2 * rows; i++) row(ctx, 7, 0);
    });
    expect(again.code).toBe(0);
    const deleting = next((ctx) => {
      for (let i = 0; i < rows + 1; i++) ctx.store("test").delete(Uint8Array.of(1, i >> 16, i >> 8, i));
    });
    expect(deleting.log).toMatch(FULL);
  });

  it("has no bound for the hooks of a block, and their rows leave the transactions all of it", () => {
    const { memory, branch, run: next } = block();
    const hook = (at: number) =>
      memory.runHooks(() => branch.store("test").set(Uint8Array.of(2, at), new Uint8Array(BLOCK_MEMORY)));
    hook(1);
    expect(next((ctx) => row(ctx, 1, BLOCK_MEMORY / 2)).code).toBe(0);
    expect(next((ctx) => row(ctx, 2, BLOCK_MEMORY / 2)).log).toMatch(FULL);
    hook(2);
    expect(next((ctx) => row(ctx, 3, BLOCK_MEMORY / 4)).code).toBe(0);
    expect(() => memory.runHooks(() => expect.fail())).toThrow();
    expect(next((ctx) => row(ctx, 4, BLOCK_MEMORY / 2)).log).toMatch(FULL);
  });

  it("counts branches that were dropped until the transaction ends", () => {
    const { run: next } = block();
    const dropping = next((ctx) => {
      for (let i = 0; i < 10; i++) row(ctx.branch().ctx, i, BLOCK_MEMORY / 8);
    });
    expect(dropping.log).toMatch(FULL);
    expect(next((ctx) => row(ctx, 0, BLOCK_MEMORY / 2)).code).toBe(0);
  });

  it("counts results, and shortens the one that does not fit", () => {
    const { run: next } = block();
    const value = "x".repeat(MEGA);
    const emitting = (count: number) =>
      next((ctx) => {
        for (let i = 0; i < count; i++) ctx.emit({ type: "t", attributes: [["k", value]] });
      });
    const most = BLOCK_MEMORY / MEGA;
    expect(emitting(most / 2).code).toBe(0);
    const { code, log, events } = emitting(most / 2);
    expect(code).toBe(11);
    expect(log).toMatch(/^no memory left in the block: /);
    expect(events).toEqual([]);
    expect(emitting(most / 2 - 1).code).toBe(0);
  });
});
