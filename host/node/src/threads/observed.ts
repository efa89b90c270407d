// SPDX-License-Identifier: Apache-2.0

import { ChainError } from "@sotto/errors";
import type { BlockResult, CheckApplication, TxResult } from "@sotto/kernel";
import type { NodeMetrics } from "@sotto/metrics";
import { Ask, type CallAnswer, type Channel, type EnclaveClient, EnclaveError, Method, Outcome } from "@sotto/protocol";

// Decorators that count; a thread without metrics does not have them.

const MS = 1_000;

const namesOf = (numbers: Readonly<Record<string, number>>): ReadonlyMap<number | undefined, string> =>
  new Map(Object.entries(numbers).map(([name, number]) => [number, name]));

const METHODS = namesOf(Method);
const ASKS = namesOf(Ask);
/** A frame of a newer or broken enclave. */
const UNKNOWN = "unknown";

/** Counts the messages over the trust boundary and their bytes. It reads the first byte of each. */
export function observedChannel(inner: Channel, metrics: NodeMetrics): Channel {
  return {
    call(request, serve) {
      const answer = inner.call(request, (ask) => {
        const served = serve(ask);
        metrics.crossing("out", ASKS.get(ask[0]) ?? UNKNOWN, ask.length + served.length);
        return served;
      });
      metrics.crossing("in", METHODS.get(request[0]) ?? UNKNOWN, request.length + answer.length);
      return answer;
    },
  };
}

/** The error of the enclave, as `codespace/code`; undefined for an error of the host itself. */
const refusalOf = (thrown: unknown): string | undefined =>
  thrown instanceof ChainError && (thrown.codespace === "enclave" || thrown.codespace === "boundary")
    ? `${thrown.codespace}/${thrown.code}`
    : undefined;

/** The error of the enclave in an answer; undefined for an error of the contract. */
function faultOf({ outcome, fault }: CallAnswer): string | undefined {
  if (outcome === Outcome.fault) return `enclave/${fault}`;
  return outcome === Outcome.outOfGas ? `enclave/${EnclaveError.outOfGas.code}` : undefined;
}

/** Counts requests to the enclave, their durations and their errors. */
export function observedClient(inner: EnclaveClient, metrics: NodeMetrics): EnclaveClient {
  const timed =
    <A extends readonly unknown[], R>(
      name: keyof typeof Method,
      run: (...args: A) => R,
      errorOf: (answer: R) => string | undefined = () => undefined,
    ) =>
    (...args: A): R => {
      const started = performance.now();
      const done = (error?: string): void => metrics.enclave(name, (performance.now() - started) / MS, error);
      try {
        const answer = run(...args);
        done(errorOf(answer));
        return answer;
      } catch (thrown) {
        done(refusalOf(thrown));
        throw thrown;
      }
    };
  return {
    start: timed("start", inner.start),
    submitBlock: timed("submitBlock", inner.submitBlock),
    call: timed("call", inner.call, faultOf),
    reply: timed("reply", inner.reply, faultOf),
    query: timed("query", inner.query, faultOf),
    commitBlock: timed("commitBlock", inner.commitBlock),
    trust: timed("trust", inner.trust),
    createNode: timed("createNode", inner.createNode),
    admit: timed("admit", inner.admit),
    receiveKeys: timed("receiveKeys", inner.receiveKeys),
    showState: timed("showState", inner.showState),
  };
}

/** Counts checks of transactions. */
export function observedCheck(inner: CheckApplication, metrics: NodeMetrics): CheckApplication {
  const timed = (kind: "new" | "recheck", run: () => TxResult): TxResult => {
    const started = performance.now();
    const result = run();
    metrics.check(kind, result, (performance.now() - started) / MS);
    return result;
  };
  return {
    ...inner,
    check: (tx, mode) => timed(mode === "recheck" ? "recheck" : "new", () => inner.check(tx, mode)),
    checkAhead: (tx) => timed("new", () => inner.checkAhead(tx)),
  };
}

/** Milliseconds of each part of a block, from one part to the next. */
export class PhaseClock {
  readonly #spent = new Map<string, number>();
  #mark = 0;

  /** A block begins, or goes on after a pause that does not count. */
  begin(): void {
    this.#mark = performance.now();
  }

  readonly done = (phase: string): void => {
    const now = performance.now();
    this.#spent.set(phase, now - this.#mark);
    this.#mark = now;
  };

  get parts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#spent);
  }
}

interface Time {
  readonly seconds: number;
  readonly nanos: number;
}

/** Seconds since 1970. */
export const secondsOf = ({ seconds, nanos }: Time): number => seconds + nanos / 1e9;

export interface ObservedBlock {
  readonly height: number;
  readonly time: Time;
  readonly result: Pick<BlockResult, "txResults">;
  /** Milliseconds. */
  readonly phases: Readonly<Record<string, number>>;
}

/** Counts a block that was committed. Its parts are all of its time. */
export function observeBlock(metrics: NodeMetrics, { height, time, result, phases }: ObservedBlock): void {
  const parts = Object.entries(phases).map(([phase, ms]) => [phase, ms / MS] as const);
  const sum = (of: (tx: TxResult) => bigint): number =>
    Number(result.txResults.reduce((total, tx) => total + of(tx), 0n));
  metrics.block({
    height,
    time: secondsOf(time),
    seconds: parts.reduce((total, [, seconds]) => total + seconds, 0),
    phases: Object.fromEntries(parts),
    txs: result.txResults,
    gasWanted: sum(({ gasWanted }) => gasWanted),
    gasUsed: sum(({ gasUsed }) => gasUsed),
  });
}
