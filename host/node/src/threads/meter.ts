// SPDX-License-Identifier: Apache-2.0
import { monitorEventLoopDelay, performance } from "node:perf_hooks";
import { createNodeMetrics, type NodeMetrics } from "@sotto/metrics";
import type { StateStore } from "@sotto/store";
import { tell } from "./port.ts";

/** Between two reports of a thread. */
export const REPORT_MS = 1_000;
/** Resolution of the delays. Cost: a timer of each thread that is measured. */
const SAMPLE_MS = 20;
const NANOS = 1e9;

/** Reports the delays and the work of this thread's event loop since the last report. */
export function loopReporter(metrics: NodeMetrics, thread: string): () => void {
  const delays = monitorEventLoopDelay({ resolution: SAMPLE_MS });
  delays.enable();
  let last = performance.eventLoopUtilization();
  // Node counts the whole time between two samples; only what is beyond the pause is a delay.
  const seconds = (nanos: number): number => Math.max(0, nanos / NANOS - SAMPLE_MS / 1000) || 0;
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, last);
    last = now;
    const [p50, p99] = [50, 99].map((percent) => seconds(delays.percentile(percent))) as [number, number];
    metrics.thread(thread, { p50, p99, longest: seconds(delays.max), busy: Math.min(1, Math.max(0, utilization)) });
    delays.reset();
  };
}

/** Reads of a cache; the numbers only rise. */
export interface CacheCounts {
  readonly hits: number;
  readonly misses: number;
}

/** Reports the reads of caches since the last report. */
export function cacheReporter(): (metrics: NodeMetrics, caches: Iterable<readonly [string, CacheCounts]>) => void {
  const seen = new Map<string, CacheCounts>();
  return (metrics, caches) => {
    for (const [name, { hits, misses }] of caches) {
      const before = seen.get(name) ?? { hits: 0, misses: 0 };
      metrics.cache(name, { hits: hits - before.hits, misses: misses - before.misses });
      seen.set(name, { hits, misses });
    }
  };
}

/** Reports the reads of the caches of a state. */
export function storeReporter({ cacheReads }: Pick<StateStore, "cacheReads">): (metrics: NodeMetrics) => void {
  const report = cacheReporter();
  return (metrics) => report(metrics, Object.entries(cacheReads));
}

/**
 * The metrics of this thread, which go to its starter each second; undefined when nobody reads
 * them. `report`: adds values that are measured for a report. The timer keeps no thread alive.
 */
export function startMeter(
  isOn: boolean,
  thread: string,
  report: (metrics: NodeMetrics) => void = () => {},
): NodeMetrics | undefined {
  if (!isOn) return undefined;
  const metrics = createNodeMetrics();
  const reportLoop = loopReporter(metrics, thread);
  setInterval(() => {
    reportLoop();
    report(metrics);
    tell(METRICS_EVENT, metrics.take());
  }, REPORT_MS).unref();
  return metrics;
}

/** Name of the event that carries a `MetricsDelta`. */
export const METRICS_EVENT = "metrics";
