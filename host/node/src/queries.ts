import { availableParallelism } from "node:os";
import { type Cost, type LaneLimits, Lanes } from "./lanes.ts";
import type { Thread } from "./threads/port.ts";
import { Niceness } from "./threads/priority.ts";
import type { QueryHandlers } from "./threads/query.ts";
import { type TriedAnswer, type TriedArgs, tryFirst, withTrial } from "./trial.ts";

/**
 * SDK gas of a trial. A SNIP-20 balance takes 25 thousand; the slowest gas (signatures that a contract verifies) makes it 16 ms of a
 * thread (two cores, Node 20).
 */
const TRIAL_GAS = 100_000;

/** Reading a request that is larger costs more than a trial may. */
const MAX_TRIAL_BYTES = 64 * 1024;

/** A request is at most 10 MiB (`sockets/http.ts`). */
const WAITING = { maxWaiting: 1_024, maxWaitingBytes: 64 * 1024 * 1024 };

/**
 * Measured (two cores, Node 20): a lane takes 0.28 s to start, 35 MB while it is there, 6 ms to end. So another quick one is started
 * only for what has waited a good part of that, and kept as long as people pause between two requests. Handing over 16 at once costs a
 * tenth more processor time than handing over all; one at a time costs two thirds more.
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

/** Two take all that blocks leave of a small machine, and one contract has one of them at most. They come at once when needed. */
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
}

/**
 * The node's queries on threads of their own. What may take seconds is tried first, with little gas, on the quick lanes. There nothing
 * takes long, so their priority is near that of the endpoints. What the trial does not finish runs from the start on the long lanes, which
 * give way to everything else.
 */
export class Queries {
  readonly #quick: Lanes<QueryHandlers>;
  readonly #long: Lanes<QueryHandlers>;

  constructor({ start, onFault }: QueriesOptions) {
    const lanes = (prefix: string, limits: LaneLimits, niceness: number) =>
      new Lanes<QueryHandlers>({ start: (n) => start(`${prefix}-${n}`, niceness), limits, onFault });
    this.#quick = lanes("query", QUICK_LANES, Niceness.query);
    this.#long = lanes("long-query", LONG_LANES, Niceness.longQuery);
  }

  /** Whether a lane is not loaded yet. */
  get isStarting(): boolean {
    return this.#quick.isStarting || this.#long.isStarting;
  }

  /** Calls a query thread's function. `bytes` is what the arguments hold of memory. Rejects as `Lanes.ask`. */
  ask<K extends Method>(
    cost: Cost,
    bytes: number,
    method: K,
    ...args: TriedArgs<QueryHandlers[K]>
  ): Promise<TriedAnswer<QueryHandlers[K]>> {
    const ask = (lanes: Lanes<QueryHandlers>, gas: number | undefined) => () =>
      lanes.ask(cost, bytes, method, ...withTrial<QueryHandlers[K]>(gas, args));
    const whole = ask(cost.weight === "cheap" ? this.#quick : this.#long, undefined);
    const isTried = cost.weight === "costly" && bytes <= MAX_TRIAL_BYTES;
    return tryFirst<QueryHandlers[K]>(isTried ? ask(this.#quick, TRIAL_GAS) : whole, whole);
  }

  /** Ends all lanes; what waits is refused. */
  async stop(): Promise<void> {
    await Promise.all([this.#quick.stop(), this.#long.stop()]);
  }
}
