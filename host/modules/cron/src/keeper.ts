// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { fromUtf8 } from "@sotto/bytes";
import { assert, plainError } from "@sotto/errors";
import { clear, type Frozen, type OwnTxs, type ReadCtx, type WriteCtx } from "@sotto/kernel";
import { type Params, ParamsSchema, type Schedule, ScheduleCountSchema } from "@sotto/proto/secret.cron";
import { state } from "./state.ts";
import { SCHEDULED_GAS, scheduledTxs } from "./transactions.ts";

/** The functions of the chain that cron calls. It reaches nothing else. */
export interface CronNeeds {
  /** The network's key for messages, 32 bytes. */
  readonly ioPublicKey: Uint8Array;
  /** Most bytes of a block; undefined: no limit. */
  blockBytes(ctx: ReadCtx): bigint | undefined;
  /** Most gas of a block; undefined: no limit. */
  blockGas(ctx: ReadCtx): bigint | undefined;
}

export type CronKeeper = ReturnType<typeof cronKeeper>;

/**
 * Calls of one block, whatever the parameter `limit` says. Limit of Sotto: with the limit of a
 * text, the calls of a block have at most 1 MiB.
 */
const BLOCK_CALLS = 64;
/** Bytes of a scheduled transaction besides its text, rounded up. */
const CALL_BYTES = 1_024;
/** Scheduled calls get this part of a block's bytes and gas. */
const SHARE = 2n;

const bytesOf = ({ msgs }: Frozen<Schedule>): number =>
  msgs.reduce((sum, { msg }) => sum + fromUtf8(msg).length + CALL_BYTES, 0);

/** Whether calls take more than their part of a block. */
const isOver = (size: number, block: bigint | undefined): boolean =>
  block !== undefined && BigInt(size) * SHARE > block;

/** Gas limit of each of so many calls of one block. */
function gasOfCall(calls: number, blockGas: bigint | undefined): bigint {
  const most = blockGas === undefined || calls === 0 ? SCHEDULED_GAS : blockGas / SHARE / BigInt(calls);
  return most < SCHEDULED_GAS ? most : SCHEDULED_GAS;
}

export function cronKeeper(needs: CronNeeds) {
  const schedule = (ctx: ReadCtx, name: string): Frozen<Schedule> | undefined => state.schedules.get(ctx, name);
  const params = (ctx: ReadCtx): Frozen<Params> => state.params.get(ctx) ?? create(ParamsSchema);

  function mustSchedule(ctx: ReadCtx, name: string): Frozen<Schedule> {
    const found = schedule(ctx, name);
    assert(found !== undefined, `the schedule ${name} has no row`);
    return found;
  }

  function count(ctx: WriteCtx, change: 1 | -1): void {
    const before = state.count.get(ctx)?.count ?? 0;
    state.count.set(ctx, create(ScheduleCountSchema, { count: before + change }));
  }

  /** Throws a plain error for a name that a schedule has. */
  function add(ctx: WriteCtx, added: Frozen<Schedule>): void {
    if (state.schedules.has(ctx, added.name)) throw plainError(`schedule already exists with name=${added.name}`);
    state.schedules.set(ctx, added.name, added);
    count(ctx, 1);
  }

  /**
   * The schedules of the block at `height`: those that are due for the longest time first, of equal
   * ones in the order of their names. Where the first schedule has more calls than the block has
   * gas for, they share it. Cost: the rows of at most `limit` or 64 calls, and one more, however
   * many are due; and of schedules that blocks became too small for.
   */
  function choose(ctx: ReadCtx, height: bigint): Frozen<Schedule>[] {
    const chosen: Frozen<Schedule>[] = [];
    let most: { limit: bigint; bytes: bigint | undefined; gas: bigint | undefined } | undefined;
    let calls = 0;
    let bytes = 0;
    for (const [, name] of state.due.keys(ctx, { through: [height] })) {
      most ??= { limit: params(ctx).limit, bytes: needs.blockBytes(ctx), gas: needs.blockGas(ctx) };
      const next = mustSchedule(ctx, name);
      const own = bytesOf(next);
      // Too long for every block of this size: the others do not wait for it.
      if (isOver(own, most.bytes)) continue;
      calls += next.msgs.length;
      bytes += own;
      if (calls > BLOCK_CALLS || isOver(bytes, most.bytes)) break;
      if (chosen.length > 0 && isOver(calls * Number(SCHEDULED_GAS), most.gas)) break;
      chosen.push(next);
      if (BigInt(chosen.length) >= most.limit) break;
    }
    return chosen;
  }

  return {
    schedule,
    params,
    setParams: (ctx: WriteCtx, next: Frozen<Params>): void => state.params.set(ctx, next),
    add,
    /** Compat: without a schedule of this name nothing happens. */
    remove(ctx: WriteCtx, name: string): void {
      if (!state.schedules.has(ctx, name)) return;
      count(ctx, -1);
      state.schedules.remove(ctx, name);
    },
    /**
     * Chooses the schedules of the next block and counts them as executed there, whatever becomes
     * of their calls (x/cron keeper/keeper.go GetScheduledMsgs).
     */
    prepare(ctx: WriteCtx): void {
      clear(ctx, state.next);
      const height = BigInt(ctx.block.height) + 1n;
      choose(ctx, height).forEach((each, index) => {
        state.schedules.set(ctx, each.name, { ...each, lastExecuteHeight: height });
        state.next.set(ctx, index, each.name);
      });
    },
    /**
     * The transactions with which the block after the context's must begin. The state must be the
     * one that `prepare` left.
     */
    transactions(ctx: ReadCtx): OwnTxs {
      const schedules: Frozen<Schedule>[] = [];
      for (const [, name] of state.next.entries(ctx)) schedules.push(mustSchedule(ctx, name));
      const calls = schedules.reduce((sum, { msgs }) => sum + msgs.length, 0);
      const gasLimit = gasOfCall(calls, needs.blockGas(ctx));
      const { chainId, height } = ctx.block;
      const txs = scheduledTxs(schedules, { chainId, height: height + 1, gasLimit }, needs.ioPublicKey);
      return { txs, gas: gasLimit * BigInt(calls) };
    },
  };
}
