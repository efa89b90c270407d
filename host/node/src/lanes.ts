// SPDX-License-Identifier: Apache-2.0
import { NodeError } from "@sotto/backend";
import { EnvironmentFault } from "@sotto/errors";
import { FairQueue } from "./fairQueue.ts";
import type { Handlers, Thread } from "./threads/port.ts";

/**
 * The cost of a request on a lane. `cheap`: milliseconds. `costly`: seconds, as for a contract's
 * query, accounted to the name `by`: the name with the most time of lanes waits for the others.
 */
export type Cost = { readonly weight: "cheap" } | { readonly weight: "costly"; readonly by: string };

type Weight = Cost["weight"];

export interface LaneLimits {
  /** Lanes that exist from the start and never end. */
  readonly least: number;
  /** Most lanes at once, those that start included. From 1. */
  readonly most: number;
  /** While there are several lanes, costly requests leave this number to the cheap ones. */
  readonly forCheap: number;
  /**
   * While there are several lanes, costly requests of one name leave this number more to other
   * names.
   */
  readonly forOthers: number;
  /** Most unanswered requests of a lane. */
  readonly given: number;
  /** Milliseconds that a request waits before another lane starts; the first starts at once. */
  readonly patienceMs: number;
  /** Milliseconds after which a lane without work ends. */
  readonly idleMs: number;
  /** Most waiting requests of one weight, and their bytes. */
  readonly maxWaiting: number;
  readonly maxWaitingBytes: number;
}

/** The functions of a lane's thread beside its work: `close` closes files. */
export type LaneHandlers = Handlers & { close(): void };

export interface LaneOptions<H extends LaneHandlers> {
  /**
   * Starts the thread of a lane. One that fails or ends by itself calls its own `onFault`
   * (`port.ts`).
   */
  readonly start: (number: number) => Thread<H>;
  readonly limits: LaneLimits;
  /** An ending lane could not close its files. */
  readonly onFault: (thrown: unknown) => void;
}

interface Lane<H extends LaneHandlers> {
  readonly thread: Thread<H>;
  isLoaded: boolean;
  /** Its unanswered requests. */
  given: number;
  /** One of them is costly; it is the last. */
  isCostly: boolean;
  idle?: NodeJS.Timeout | undefined;
}

interface Request<H extends LaneHandlers> {
  readonly weight: Weight;
  /** The name of the costly one. */
  readonly by: string;
  readonly bytes: number;
  readonly since: number;
  readonly run: (thread: Thread<H>) => Promise<void>;
  readonly refuse: (fault: Error) => void;
}

/**
 * Query lanes, as many as needed: further ones when requests wait, up to a bound. A lane runs its
 * requests in order, and gets no request behind a costly one.
 */
export class Lanes<H extends LaneHandlers> {
  readonly #options: LaneOptions<H>;
  readonly #cheap: Request<H>[] = [];
  readonly #costly = new FairQueue<Request<H>>();
  /** Bytes of waiting requests. */
  readonly #bytes: Record<Weight, number> = { cheap: 0, costly: 0 };
  readonly #ending = new Set<Promise<void>>();
  #lanes: Lane<H>[] = [];
  #started = 0;
  #growth: NodeJS.Timeout | undefined;
  /** Start of the newest lane: requests that waited for it get the time to run. */
  #grown = 0;
  #isStopped = false;

  constructor(options: LaneOptions<H>) {
    this.#options = options;
    while (this.#lanes.length < options.limits.least) this.#start();
  }

  /** Lanes that run or start. */
  get size(): number {
    return this.#lanes.length;
  }

  /** Requests that wait for a lane. */
  get waiting(): number {
    return this.#cheap.length + this.#costly.length;
  }

  /**
   * Calls a lane's function, after earlier requests. `bytes` is the memory of the arguments.
   * Rejects with the error of the function, with NodeError.busy when too much waits, and with
   * EnvironmentFault after `stop`.
   */
  ask<K extends keyof H & string>(
    cost: Cost,
    bytes: number,
    method: K,
    ...args: Parameters<H[K]>
  ): Promise<Awaited<ReturnType<H[K]>>> {
    return new Promise((resolve, reject) => {
      if (this.#isStopped) return reject(stopped());
      const { weight } = cost;
      const queued = weight === "cheap" ? this.#cheap.length : this.#costly.length;
      const { maxWaiting, maxWaitingBytes } = this.#options.limits;
      if (queued >= maxWaiting || this.#bytes[weight] + bytes > maxWaitingBytes) return reject(tooMany(weight));
      const run = (thread: Thread<H>): Promise<void> => thread.call(method, ...args).then(resolve, reject);
      const by = cost.weight === "costly" ? cost.by : "";
      const request = { weight, by, bytes, since: performance.now(), run, refuse: reject };
      if (weight === "cheap") this.#cheap.push(request);
      else this.#costly.add(request);
      this.#bytes[weight] += bytes;
      this.#dispatch();
    });
  }

  /** Whether a lane is not loaded yet. */
  get isStarting(): boolean {
    return this.#lanes.some(({ isLoaded }) => !isLoaded);
  }

  /** Ends all lanes, also working and starting ones; waiting requests are refused. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#growth);
    for (const { refuse } of [...this.#cheap.splice(0), ...this.#costly.clear()]) refuse(stopped());
    const lanes = this.#lanes;
    this.#lanes = [];
    for (const { idle } of lanes) clearTimeout(idle);
    await Promise.all([...lanes.map(({ thread }) => thread.stop()), ...this.#ending]);
  }

  #start(): void {
    const thread = this.#options.start(++this.#started);
    const lane: Lane<H> = { thread, isLoaded: false, given: 0, isCostly: false };
    this.#lanes.push(lane);
    void thread.loaded.then(() => {
      lane.isLoaded = true;
      this.#grown = performance.now();
      this.#onFree(lane);
    });
  }

  #onFree(lane: Lane<H>): void {
    if (this.#isStopped) return;
    this.#dispatch();
    if (lane.given === 0 && this.#lanes.indexOf(lane) >= this.#options.limits.least) this.#rest(lane);
  }

  #rest(lane: Lane<H>): void {
    lane.idle = setTimeout(() => this.#end(lane), this.#options.limits.idleMs);
  }

  #end(lane: Lane<H>): void {
    // Requests that wait for a busy lane must leave this lane to others.
    if (this.#oldest() !== undefined) {
      this.#rest(lane);
      return;
    }
    this.#lanes = this.#lanes.filter((each) => each !== lane);
    const ended = lane.thread.stop("close").catch(this.#options.onFault);
    this.#ending.add(ended);
    void ended.finally(() => this.#ending.delete(ended));
  }

  #dispatch(): void {
    for (;;) {
      const lane = this.#freest();
      const request = lane === undefined ? undefined : this.#next();
      if (lane === undefined || request === undefined) break;
      clearTimeout(lane.idle);
      lane.given++;
      lane.isCostly = request.weight === "costly";
      const begin = performance.now();
      void request.run(lane.thread).finally(() => {
        if (request.weight === "costly") this.#costly.end(request, performance.now() - begin);
        lane.given--;
        if (lane.given === 0) lane.isCostly = false;
        this.#onFree(lane);
      });
    }
    this.#grow();
  }

  /** The lane with the least work among lanes that can take more. */
  #freest(): Lane<H> | undefined {
    let found: Lane<H> | undefined;
    for (const lane of this.#lanes) {
      if (!lane.isLoaded || lane.isCostly || lane.given >= this.#options.limits.given) continue;
      if (found === undefined || lane.given < found.given) found = lane;
    }
    return found;
  }

  /** Takes the longest waiting request that may run now: among costly ones, the next by turn. */
  #next(): Request<H> | undefined {
    const { forCheap, forOthers } = this.#options.limits;
    const loaded = this.#lanes.filter(({ isLoaded }) => isLoaded).length;
    const taken = this.#lanes.filter(({ isCostly }) => isCostly).length;
    const most = Math.max(1, loaded - forCheap);
    const [first] = this.#cheap;
    const other = taken < most ? this.#costly.first(Math.max(1, most - forOthers)) : undefined;
    const isOther = other !== undefined && (first === undefined || other.since < first.since);
    const request = isOther ? other : first;
    if (request === undefined) return undefined;
    if (isOther) this.#costly.take(request);
    else this.#cheap.shift();
    this.#bytes[request.weight] -= request.bytes;
    return request;
  }

  /** The arrival of the request that has waited longest. */
  #oldest(): number | undefined {
    const first = this.#cheap[0]?.since;
    const other = this.#costly.oldest();
    return first === undefined || other === undefined ? (first ?? other) : Math.min(first, other);
  }

  /**
   * Starts a lane when a request has waited long enough, one at a time; checks again at the time of
   * the next request.
   */
  #grow(): void {
    const { most, patienceMs } = this.#options.limits;
    const since = this.#oldest();
    if (since === undefined || this.#lanes.length >= most || this.#growth !== undefined) return;
    if (this.isStarting) return;
    const left = this.#lanes.length === 0 ? 0 : Math.max(since, this.#grown) + patienceMs - performance.now();
    if (left <= 0) this.#start();
    else {
      this.#growth = setTimeout(() => {
        this.#growth = undefined;
        this.#grow();
      }, left);
    }
  }
}

const stopped = (): EnvironmentFault => new EnvironmentFault("the node is stopping");

const tooMany = (weight: Weight) =>
  NodeError.busy(
    `too many ${weight === "costly" ? "long queries and simulations" : "queries"} wait for an answer; ` +
      "send fewer at once, or try again later",
  );
