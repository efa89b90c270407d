// SPDX-License-Identifier: Apache-2.0
import type { RecordedFrame } from "@sotto/transport";
import { QueryFailed } from "../errors.ts";
import type { SeenBlock, SeenTransaction } from "../watch.ts";
import type { Asked, WatchedChain } from "./chain.ts";
import { LeaksError } from "./errors.ts";
import type { Observation, SeenAnswer } from "./observation.ts";

/** A query of another user. */
export interface UserQuery {
  readonly contract: Asked;
  readonly msg: unknown;
  /** Name in reports. Default: the message as JSON. */
  readonly name?: string;
}

/** The queries of a user after a run, at each height since its start. */
export interface Questions {
  readonly queries: readonly UserQuery[];
  readonly heights: "all" | "latest";
}

const textOf = (value: unknown): string => JSON.stringify(value) ?? "undefined";

/** Names of queries in reports are cut here. */
const NAME = 80;

async function answer(chain: WatchedChain, { contract, msg }: UserQuery, height: number): Promise<string> {
  try {
    return textOf(await chain.query(contract, msg, { height }));
  } catch (thrown) {
    return `error: ${errorOf(thrown)}`;
  }
}

/** The contract's error alone: a user does not see what the contract printed while it ran. */
function errorOf(thrown: unknown): string {
  if (thrown instanceof QueryFailed) return thrown.error;
  return thrown instanceof Error ? thrown.message : String(thrown);
}

async function answers(chain: WatchedChain, { queries, heights }: Questions, start: number): Promise<SeenAnswer[]> {
  const seen: SeenAnswer[] = [];
  for (const each of queries) {
    for (let height = heights === "all" ? start : chain.height; height <= chain.height; height++) {
      const query = each.name ?? textOf(each.msg).slice(0, NAME);
      seen.push({ query, block: height - start, text: await answer(chain, each, height) });
    }
  }
  return seen;
}

function assertNothingWaits(chain: WatchedChain, when: string): void {
  const { pending } = chain;
  if (pending === 0) return;
  throw new LeaksError(
    `${pending} transactions wait for a block ${when}: call chain.mine() first, or the runs cannot be compared`,
  );
}

/** Chains with a comparison: two at once would see each other. */
const busy = new WeakSet<WatchedChain>();

/**
 * Runs once and returns what outsiders see. The chain is back in its first state afterwards, also
 * when the run throws. Rejects with LeaksError.
 *
 * @param name of the run in errors
 * @param before empty blocks before the run: with other blocks, contracts get other random numbers
 */
export async function observe<C extends WatchedChain>(
  chain: C,
  run: (chain: C) => unknown,
  questions: Questions,
  name: string,
  before = 0,
): Promise<Observation> {
  if (busy.has(chain)) throw new LeaksError("another comparison runs on this chain: write await before leaks(...)");
  assertNothingWaits(chain, "before the run");
  busy.add(chain);
  const mark = chain.snapshot();
  if (before > 0) chain.mine(before);
  const start = chain.height;
  const frames: RecordedFrame[] = [];
  const transactions: SeenTransaction[] = [];
  const blocks: SeenBlock[] = [];
  const unwatch = chain.watch({
    frame: (frame) => frames.push(frame),
    transaction: (transaction) => transactions.push(transaction),
    block: (block) => blocks.push(block),
  });
  try {
    try {
      await run(chain);
    } catch (thrown) {
      throw new LeaksError(`the ${name} threw: ${thrown instanceof Error ? thrown.message : String(thrown)}`, thrown);
    }
    assertNothingWaits(chain, `after the ${name}`);
    unwatch();
    return { start, frames, transactions, blocks, answers: await answers(chain, questions, start) };
  } finally {
    unwatch();
    busy.delete(chain);
    // The cast: the chain made the mark itself.
    chain.revert(mark as never);
  }
}
