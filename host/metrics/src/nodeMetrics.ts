// SPDX-License-Identifier: Apache-2.0
import { createRegistry, type MetricsDelta } from "./registry.ts";
import { METRICS } from "./table.ts";

/** A result as the labels show it: `ok`, or `sdk/5`. */
export interface Result {
  readonly codespace: string;
  readonly code: number;
}

export interface BlockReport {
  readonly height: number;
  /** Seconds since 1970. */
  readonly time: number;
  readonly seconds: number;
  /** Seconds of each part. */
  readonly phases: Readonly<Record<string, number>>;
  readonly txs: readonly Result[];
  readonly gasWanted: number;
  readonly gasUsed: number;
}

/** `in`: the host asks the enclave. `out`: the enclave asks the host. */
export type Direction = "in" | "out";

export interface CacheReport {
  /** Since the last report. */
  readonly hits: number;
  readonly misses: number;
}

/** Delays of an event loop in seconds, and the part of the time in which its thread worked. */
export interface ThreadReport {
  readonly p50: number;
  readonly p99: number;
  readonly longest: number;
  readonly busy: number;
}

export interface ProcessReport {
  readonly residentBytes: number;
  /** User and system, since its start. */
  readonly cpuSeconds: number;
  /** Seconds since 1970. */
  readonly startTime: number;
}

/**
 * The metrics of a node, by events. Each thread has its own, and posts `take()` with its messages
 * to the thread that renders, which merges it. All durations are seconds. Cost: a map look-up and
 * an addition for an event.
 */
export interface NodeMetrics {
  build(version: string, consensus: "cometbft" | "sequencer"): void;
  /** Whether the enclave has the network's keys. */
  keys(has: boolean): void;
  /** The block that a start finds, which is not counted. `time`: seconds since 1970. */
  head(height: number, time: number): void;
  block(block: BlockReport): void;
  /** `error` when the enclave refused, as `codespace/code`. */
  enclave(method: string, seconds: number, error?: string): void;
  /** `name` is of the method or the ask; `bytes` of request and answer. */
  crossing(direction: Direction, name: string, bytes: number): void;
  cache(name: string, report: CacheReport): void;
  query(kind: string, outcome: "ok" | "failed" | "refused", seconds: number): void;
  lanes(waiting: number, quick: number, long: number): void;
  check(kind: "new" | "recheck", result: Result, seconds: number): void;
  mempool(txs: number, bytes: number): void;
  database(name: string, bytes: number): void;
  disk(freeBytes: number): void;
  thread(name: string, report: ThreadReport): void;
  process(report: ProcessReport): void;
  take(): MetricsDelta;
  merge(delta: MetricsDelta): void;
  /** The text for Prometheus, of the type CONTENT_TYPE. */
  render(): string;
}

const resultText = ({ codespace, code }: Result): string => (code === 0 ? "ok" : `${codespace}/${code}`);

export function createNodeMetrics(): NodeMetrics {
  const { counter, gauge, histogram, take, merge, render } = createRegistry(METRICS);
  function head(height: number, time: number): void {
    gauge("sotto_block_height").set(height);
    gauge("sotto_block_time_seconds").set(time);
  }
  return {
    head,
    keys: (has) => gauge("sotto_enclave_keys").set(has ? 1 : 0),
    build: (version, consensus) => gauge("sotto_build_info", version, consensus).set(1),
    block({ height, time, seconds, phases, txs, gasWanted, gasUsed }) {
      head(height, time);
      histogram("sotto_block_seconds").observe(seconds);
      for (const [phase, spent] of Object.entries(phases)) histogram("sotto_block_phase_seconds", phase).observe(spent);
      for (const tx of txs) counter("sotto_txs_total", resultText(tx)).add(1);
      counter("sotto_gas_wanted_total").add(gasWanted);
      counter("sotto_gas_used_total").add(gasUsed);
    },
    enclave(method, seconds, error) {
      histogram("sotto_enclave_seconds", method).observe(seconds);
      if (error !== undefined) counter("sotto_enclave_refusals_total", method, error).add(1);
    },
    crossing(direction, name, bytes) {
      counter("sotto_boundary_crossings_total", direction, name).add(1);
      counter("sotto_boundary_bytes_total", direction).add(bytes);
    },
    cache(name, { hits, misses }) {
      counter("sotto_cache_hits_total", name).add(hits);
      counter("sotto_cache_misses_total", name).add(misses);
    },
    query: (kind, outcome, seconds) => histogram("sotto_query_seconds", kind, outcome).observe(seconds),
    lanes(waiting, quick, long) {
      gauge("sotto_queries_waiting").set(waiting);
      gauge("sotto_query_lanes", "quick").set(quick);
      gauge("sotto_query_lanes", "long").set(long);
    },
    check(kind, result, seconds) {
      histogram("sotto_check_seconds", kind).observe(seconds);
      counter("sotto_checks_total", kind, resultText(result)).add(1);
    },
    mempool(txs, bytes) {
      gauge("sotto_mempool_txs").set(txs);
      gauge("sotto_mempool_bytes").set(bytes);
    },
    database: (name, bytes) => gauge("sotto_database_bytes", name).set(bytes),
    disk: (freeBytes) => gauge("sotto_disk_free_bytes").set(freeBytes),
    thread(name, { p50, p99, longest, busy }) {
      const delays = { p50, p99, longest };
      for (const [statistic, delay] of Object.entries(delays)) {
        gauge("sotto_event_loop_delay_seconds", name, statistic).set(delay);
      }
      gauge("sotto_thread_busy_ratio", name).set(busy);
    },
    process({ residentBytes, cpuSeconds, startTime }) {
      gauge("process_resident_memory_bytes").set(residentBytes);
      counter("process_cpu_seconds_total").raiseTo(cpuSeconds);
      gauge("process_start_time_seconds").set(startTime);
    },
    take,
    merge,
    render,
  };
}
