// SPDX-License-Identifier: Apache-2.0
import type { Message } from "@bufbuild/protobuf";
import { SdkError } from "@sotto/errors";
import {
  defineModule,
  genesisOf,
  type Handlers,
  type ReadCtx,
  serveMessages,
  serveQueries,
  type WriteCtx,
} from "@sotto/kernel";
import { dec } from "@sotto/math";
import type { PackedAny } from "@sotto/tx";
import { type CounterKeeper, counterKeeper, type DueAddition, state } from "./keeper.ts";
import { messageOf, serviceOf } from "./types.ts";

const Msg = serviceOf("Msg");
const Query = serviceOf("Query");
const DueQuery = serviceOf("DueQuery");

const SECOND = 1_000_000_000n;

/**
 * The cast: the declarations are made at run time, so the compiler does not know the fields of a
 * request.
 */
const read = <T>(request: Message): T => request as unknown as T;

const msgs = (counter: CounterKeeper): Handlers<typeof Msg, WriteCtx> => ({
  add(ctx, request) {
    const { sender, amount } = read<{ sender: string; amount: bigint }>(request);
    return { value: counter.add(ctx, sender, amount) };
  },
  addLater(ctx, request) {
    const { sender, amount, seconds } = read<{ sender: string; amount: bigint; seconds: bigint }>(request);
    counter.addLater(ctx, ctx.block.time + seconds * SECOND, sender, amount);
    return {};
  },
  divide(ctx, request) {
    const { by } = read<{ by: bigint }>(request);
    const quotient = dec.quo(dec.fromInt(counter.value(ctx)), dec.fromInt(by));
    return { value: dec.truncate(quotient) };
  },
  run: (ctx, request) => ({ responses: counter.run(ctx, read<{ messages: PackedAny[] }>(request).messages) }),
});

function assertAmount(request: Message): void {
  if (read<{ amount: bigint }>(request).amount === 0n) throw SdkError.invalidRequest("nothing to add");
}

/** A due addition without an amount would fail at the end of a block and stop the chain. */
const checks = { add: assertAmount, addLater: assertAmount };

export const counter = defineModule({
  name: "counter",
  version: 2,
  stores: ["counter"],
  accounts: { counter: ["minter"] },
  keeper: counterKeeper,
  services: [
    serveMessages(Msg, msgs, checks),
    serveQueries(
      Query,
      (keeper: CounterKeeper): Handlers<typeof Query, ReadCtx> => ({
        value: (ctx) => ({ value: keeper.value(ctx) }),
      }),
    ),
    serveQueries(
      DueQuery,
      (keeper: CounterKeeper): Handlers<typeof DueQuery, ReadCtx> => ({
        due: (ctx) => ({ due: keeper.due(ctx) }),
      }),
    ),
  ],
  genesis: genesisOf<CounterKeeper, ReturnType<typeof messageOf>>(messageOf("GenesisState"), {
    default: () => ({ value: 7n }),
    init(keeper, ctx, part) {
      const { value, due } = read<{ value: bigint; due: DueAddition[] }>(part);
      keeper.restore(ctx, value, due);
      return undefined;
    },
    export: (keeper, ctx) => ({ value: keeper.value(ctx), due: keeper.due(ctx) }),
  }),
  beginBlock: (_keeper, ctx) => ctx.emit({ type: "counting", attributes: [["height", String(ctx.block.height)]] }),
  endBlock(keeper, ctx) {
    keeper.addDue(ctx);
    return undefined;
  },
  /** The first version stored twice the value. */
  migrations: { 1: (keeper, ctx) => state.value.set(ctx, keeper.value(ctx) / 2n) },
  invariants: {
    queue: (keeper, ctx) =>
      keeper.due(ctx).some(({ time }) => time <= ctx.block.time) ? "a due addition was not done" : undefined,
  },
  operations: () => import("./operations.ts"),
});
