// SPDX-License-Identifier: Apache-2.0
import { availableParallelism } from "node:os";
import { NodeError } from "@sotto/backend";
import { ChainError } from "@sotto/errors";
import type { NodeMetrics } from "@sotto/metrics";
import type { QueryCost } from "./costs.ts";
import { type Cost, type LaneLimits, Lanes } from "./lanes.ts";
import type { Thread } from "./threads/port.ts";
import { Niceness } from "./threads/priority.ts";
import type { QueryHandlers } from "./threads/query.ts";
import { type TriedAnswer, type TriedArgs, tryFirst, withTrial } from "./trial.ts";

/** Reading a larger request costs more than a trial may. */
const MAX_TRIAL_BYTES = 64 * 1024;

/** A request is at most 10 MiB (`sockets/http.ts`). */
const WAITING = { maxWaiting: 1_024, maxWaitingBytes: 64 * 1024 * 1024 };

/**
 * Measured (two cores, Node 20): a lane takes 0.28 s to start, 35 MB while it lives, 6 ms to end.
 * So another quick lane starts only after a wait of a large part of that, and lives as long as
 * users pause between two requests. Batches of 16 cost a tenth more processor time than one batch
 * of all; single requests cost two thirds more.
 */
const QUICK_LANES: LaneLimits = {
  least: 1,
  most: Math.min(8, Math.max(2, availableParallelism())),
  forCheap: 1,
  forOthers: 0,
  given: 16,
  patienceMs: 100,
  idleMs: 30_000,
  ...WAITING,
};

/**
 * Two use all of a small machine beside blocks, and one contract has one of them at most. They
 * start at once when needed.
 */
const LONG_LANES: LaneLimits = {
  least: 0,
  most: 2,
  forCheap: 0,
  forOthers: 1,
  given: 1,
  patienceMs: 0,
  idleMs: 120_000,
  ...WAITING,
};

type Method = Exclude<keyof QueryHandlers, "close">;

export interface QueriesOptions {
  /** Starts a query thread whose priority is lower by so many steps. */
  readonly start: (name: string, niceness: number) => Thread<QueryHandlers>;
  readonly onFault: (thrown: unknown) => void;
  readonly metrics: NodeMetrics | undefined;
}

async function counted<T>(metrics: NodeMetrics, kind: string, answer: Promise<T>): Promise<T> {
  const started = performance.now();
  const end = (outcome: "ok" | "failed" | "refused"): void =>
    metrics.query(kind, outcome, (performance.now() - started) / 1000);
  try {
    const value = await answer;
    end("ok");
    return value;
  } catch (thrown) {
    end(ChainError.is(thrown, NodeError.busy) ? "refused" : "failed");
    throw thrown;
  }
}

/**
 * The node's queries on separate threads. A query first runs with little gas, on the quick lanes.
 * There all work is short, so their priority is near that of the endpoints. A query beyond its
 * trial runs from the start on the long lanes, which have the lowest priority.
 */
export class Queries {
  readonly #quick: Lanes<QueryHandlers>;
  readonly #long: Lanes<QueryHandlers>;

  readonly #metrics: NodeMetrics | undefined;

  constructor({ start, onFault, metrics }: QueriesOptions) {
    this.#metrics = metrics;
    const lanes = (prefix: string, limits: LaneLimits, niceness: number) =>
      new Lanes<QueryHandlers>({ start: (n) => start(`${prefix}-${n}`, niceness), limits, onFault });
    this.#quick = lanes("query", QUICK_LANES, Niceness.query);
    this.#long = lanes("long-query", LONG_LANES, Niceness.longQuery);
  }

  /** The state of the lanes, as it is when its fields are read. */
  get report() {
    const [quick, long] = [this.#quick, this.#long];
    return {
      get waiting() {
        return quick.waiting + long.waiting;
      },
      get quick() {
        return quick.size;
      },
      get long() {
        return long.size;
      },
    };
  }

  /** Whether a lane is not loaded yet. */
  get isStarting(): boolean {
    return this.#quick.isStarting || this.#long.isStarting;
  }

  /**
   * Calls a query thread's function. `bytes` is the memory of the arguments. Rejects as
   * `Lanes.ask`.
   */
  ask<K extends Method>(
    cost: QueryCost,
    bytes: number,
    method: K,
    ...args: TriedArgs<QueryHandlers[K]>
  ): Promise<TriedAnswer<QueryHandlers[K]>> {
    const ask = (lanes: Lanes<QueryHandlers>, weight: Cost, gas: number | undefined) => () =>
      lanes.ask(weight, bytes, method, ...withTrial<QueryHandlers[K]>(gas, args));
    const whole = ask(this.#long, cost.whole, undefined);
    const isTried = bytes <= MAX_TRIAL_BYTES;
    const answer = tryFirst<QueryHandlers[K]>(isTried ? ask(this.#quick, cost.first, cost.trialGas) : whole, whole);
    return this.#metrics === undefined ? answer : counted(this.#metrics, method, answer);
  }

  /** Ends all lanes; waiting requests are refused. */
  async stop(): Promise<void> {
    await Promise.all([this.#quick.stop(), this.#long.stop()]);
  }
}
