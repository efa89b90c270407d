// SPDX-License-Identifier: Apache-2.0
import { EnvironmentFault } from "@sotto/errors";
import type { Steps } from "@sotto/index";

export interface TurnLimits {
  /** Most jobs at once; one more ends the job that has worked most. From 1. */
  readonly most: number;
  /** Work from which a job is heavy: it may hold much memory. */
  readonly heavyWork: number;
  /** Most heavy jobs that continue; others are paused, and the oldest is next. */
  readonly mostHeavy: number;
  /** Milliseconds of work before the thread reads new messages. */
  readonly sliceMs: number;
  /** Milliseconds after which an unfinished job is ended. */
  readonly deadlineMs: number;
}

/** Ends a job for a new one. The client sees the text. */
export type Refusal = (text: string) => Error;

interface Job {
  readonly steps: Steps<unknown>;
  readonly until: number;
  /** Its work so far or, for a step that yields before it runs, after the step. */
  work: number;
  /** It is one of the heavy jobs that continue. */
  isHeavy: boolean;
  readonly resolve: (value: never) => void;
  readonly reject: (thrown: unknown) => void;
}

/**
 * Jobs in steps that share a thread: the one that has worked least continues (least attained
 * service). A short job ends soon beside any number of long ones, under any names, and long ones
 * get equal shares. A step that yields its work before it runs waits for all shorter jobs. The
 * memory of the jobs is bounded: only few heavy jobs continue.
 */
export class Turns {
  readonly #limits: TurnLimits;
  readonly #refuse: Refusal;
  /** In the order of arrival. */
  readonly #jobs = new Set<Job>();
  #heavy = 0;
  #isAwake = false;

  constructor(limits: TurnLimits, refuse: Refusal) {
    this.#limits = limits;
    this.#refuse = refuse;
  }

  /** Jobs that have not ended. */
  get size(): number {
    return this.#jobs.size;
  }

  /**
   * Rejects with the error of a step, and with a refusal when another job takes its slot or it
   * takes too long.
   */
  run<T>(steps: Steps<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#jobs.size >= this.#limits.most) this.#shed();
      const until = performance.now() + this.#limits.deadlineMs;
      this.#jobs.add({ steps, until, work: 0, isHeavy: false, resolve, reject });
      this.#wake();
    });
  }

  /** Ends all. */
  stop(): void {
    for (const job of this.#jobs) job.reject(new EnvironmentFault("the node is stopping"));
    this.#jobs.clear();
  }

  #shed(): void {
    let most: Job | undefined;
    for (const job of this.#jobs) if (most === undefined || job.work >= most.work) most = job;
    if (most !== undefined)
      this.#end(most, "too many searches at once, and this one reads most: narrow it, or try again later");
  }

  #remove(job: Job): void {
    this.#jobs.delete(job);
    if (job.isHeavy) this.#heavy--;
  }

  #end(job: Job, text: string): void {
    this.#remove(job);
    job.reject(this.#refuse(text));
  }

  #wake(): void {
    if (this.#isAwake || this.#jobs.size === 0) return;
    this.#isAwake = true;
    // After new arrivals: they may be shorter.
    setImmediate(() => {
      this.#isAwake = false;
      this.#slice();
      this.#wake();
    });
  }

  #slice(): void {
    const start = performance.now();
    for (const job of this.#jobs) {
      if (job.until > start) break;
      this.#end(
        job,
        `no answer within ${this.#limits.deadlineMs} ms beside what others ask: narrow it, or try again later`,
      );
    }
    while (performance.now() - start < this.#limits.sliceMs) {
      const job = this.#next();
      if (job === undefined) return;
      this.#step(job);
    }
  }

  #next(): Job | undefined {
    let least: Job | undefined;
    for (const job of this.#jobs) {
      if (this.#mayGoOn(job) && (least === undefined || job.work < least.work)) least = job;
    }
    return least;
  }

  #mayGoOn(job: Job): boolean {
    const { heavyWork, mostHeavy } = this.#limits;
    if (job.isHeavy || job.work < heavyWork) return true;
    if (this.#heavy >= mostHeavy) return false;
    this.#heavy++;
    job.isHeavy = true;
    return true;
  }

  #step(job: Job): void {
    try {
      const step = job.steps.next();
      if (step.done !== true) {
        job.work += step.value;
        return;
      }
      job.resolve(step.value as never); // `run` gave both the same type.
    } catch (thrown) {
      job.reject(thrown);
    }
    this.#remove(job);
  }
}
