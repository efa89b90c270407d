// SPDX-License-Identifier: Apache-2.0
import type { Message } from "@bufbuild/protobuf";
import { moduleAddress, parseAddress } from "@sotto/address";
import { equals } from "@sotto/bytes";
import {
  type Hooks,
  pair,
  protoValue,
  type ReadCtx,
  type Router,
  stateOf,
  timeKey,
  u64Key,
  u64Value,
  type WriteCtx,
} from "@sotto/kernel";
import { mustCoins } from "@sotto/math/coins";
import type { PackedAny } from "@sotto/tx";
import type { Minter } from "@sotto/x-bank";
import { messageOf } from "./types.ts";

/** An addition that is due at a time. */
export interface DueAddition extends Message {
  readonly time: bigint;
  readonly number: bigint;
  readonly sender: string;
  readonly amount: bigint;
}

/** Functions of other modules that run when the counter changes. */
export interface CounterHooks {
  afterAdd(ctx: WriteCtx, value: bigint): void;
}

export interface CounterNeeds {
  readonly minter: Minter;
  readonly hooks: Hooks<CounterHooks>;
  /** Keepers may not call it while they are created. */
  router(): Router;
}

const { item, sequence, table } = stateOf("counter");

export const state = {
  value: item(0x01, u64Value),
  nextNumber: sequence(0x02),
  queue: table(0x03, pair(timeKey, u64Key), protoValue(messageOf("Due"))),
} as const;

export const DENOM = "utick";

export type CounterKeeper = ReturnType<typeof counterKeeper>;

export function counterKeeper({ minter, hooks, router }: CounterNeeds) {
  const value = (ctx: ReadCtx): bigint => state.value.get(ctx) ?? 0n;

  /** Adds and mints one tick for each unit. */
  function add(ctx: WriteCtx, sender: string, amount: bigint): bigint {
    const next = value(ctx) + amount;
    state.value.set(ctx, next);
    const coins = mustCoins([{ denom: DENOM, amount }]);
    minter.mint(ctx, coins);
    const to = parseAddress(sender);
    // Its own account is blocked for payments, as that of each module.
    if (equals(to, minter.address)) minter.payModule(ctx, minter, coins);
    else minter.pay(ctx, to, coins);
    for (const hook of hooks.all) hook.afterAdd(ctx, next);
    return next;
  }

  return {
    value,
    add,
    addLater(ctx: WriteCtx, time: bigint, sender: string, amount: bigint): void {
      const number = state.nextNumber.next(ctx);
      const due = { $typeName: messageOf("Due").typeName, time, number, sender, amount };
      state.queue.set(ctx, [time, number], due as DueAddition);
    },
    due: (ctx: ReadCtx): DueAddition[] => [...state.queue.entries(ctx)].map(([, due]) => due as DueAddition),
    addDue(ctx: WriteCtx): void {
      const { time: now } = ctx.block;
      for (const [key, due] of state.queue.entries(ctx, { through: [now] })) {
        const { sender, amount } = due as DueAddition;
        state.queue.remove(ctx, key);
        add(ctx, sender, amount);
      }
    },
    /**
     * Runs messages for the counter's account, like governance; each event has the index of its
     * message.
     */
    run: (ctx: WriteCtx, messages: readonly PackedAny[]): Uint8Array[] =>
      messages.map((packed, index) => {
        const { response, events } = router().execute(
          ctx,
          router().open(packed, ctx.block.height),
          moduleAddress("counter"),
        );
        for (const { type, attributes } of events) {
          ctx.emit({ type, attributes: [...attributes, ["counter_index", String(index)]] });
        }
        return response.value;
      }),
    restore(ctx: WriteCtx, count: bigint, waiting: Iterable<DueAddition>): void {
      state.value.set(ctx, count);
      let next = 0n;
      for (const due of waiting) {
        state.queue.set(ctx, [due.time, due.number], due);
        if (due.number >= next) next = due.number + 1n;
      }
      state.nextNumber.set(ctx, next);
    },
  };
}
