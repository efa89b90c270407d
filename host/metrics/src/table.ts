// SPDX-License-Identifier: Apache-2.0
import type { MetricSpec } from "./spec.ts";

/** Seconds from 10 us, a call into the enclave, to 10 s, the longest query. */
const SECONDS = [0.000_01, 0.000_05, 0.000_1, 0.000_5, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10];
/** Seconds of a block and its parts. */
const BLOCK_SECONDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30];

const NONE: readonly string[] = [];

const counter = (help: string, labels = NONE, most = 64): MetricSpec => ({ type: "counter", help, labels, most });
const gauge = (help: string, labels = NONE, most = 64): MetricSpec => ({ type: "gauge", help, labels, most });
const histogram = (help: string, bounds: readonly number[], labels = NONE, most = 32): MetricSpec => ({
  type: "histogram",
  help,
  labels,
  bounds,
  most,
});

/**
 * All metrics of a node. docs/spec/metrics.md shows this table, and deploy/grafana/sotto.json draws
 * it; tests compare them. Peers, rounds and votes are CometBFT's: its own metrics have them.
 */
export const METRICS = {
  sotto_build_info: gauge("Always 1; the labels say which program runs", ["version", "consensus"], 4),
  sotto_block_height: gauge("Height of the last committed block"),
  sotto_block_time_seconds: gauge("Time of the last committed block, in seconds since 1970"),
  sotto_block_seconds: histogram("Duration of a block in this node, from its begin to its commit", BLOCK_SECONDS),
  sotto_block_phase_seconds: histogram("Duration of a part of a block", BLOCK_SECONDS, ["phase"], 16),
  sotto_txs_total: counter(
    "Transactions in blocks; the result is ok, or codespace/code of the failure",
    ["result"],
    256,
  ),
  sotto_gas_wanted_total: counter("Gas limits of the transactions in blocks"),
  sotto_gas_used_total: counter("Gas that the transactions in blocks used"),
  sotto_enclave_seconds: histogram(
    "Duration of a request to the enclave, with the host's answers inside it",
    SECONDS,
    ["method"],
    24,
  ),
  sotto_enclave_keys: gauge("1 when the enclave has the keys of its network, else 0"),
  sotto_enclave_refusals_total: counter("Requests that ended with an error of the enclave", ["method", "error"], 256),
  sotto_boundary_crossings_total: counter(
    "Messages over the trust boundary, requests alone; in is towards the enclave",
    ["direction", "name"],
  ),
  sotto_boundary_bytes_total: counter("Bytes over the trust boundary, both ways of a request", ["direction"], 2),
  sotto_cache_hits_total: counter("Reads that a cache answered", ["cache"], 24),
  sotto_cache_misses_total: counter("Reads that a cache did not answer", ["cache"], 24),
  sotto_query_seconds: histogram("Duration of a query, with its wait for a lane", SECONDS, ["kind", "outcome"]),
  sotto_queries_waiting: gauge("Queries that wait for a lane"),
  sotto_query_lanes: gauge("Threads that answer queries", ["kind"], 8),
  sotto_mempool_txs: gauge("Transactions that wait for a block"),
  sotto_mempool_bytes: gauge("Bytes of the transactions that wait for a block"),
  sotto_check_seconds: histogram(
    "Duration of the check of a transaction; kind is new or recheck",
    SECONDS,
    ["kind"],
    4,
  ),
  sotto_checks_total: counter(
    "Checks of transactions; the result is ok, or codespace/code of the failure",
    ["kind", "result"],
    256,
  ),
  sotto_database_bytes: gauge("Bytes of a database or log on the disk", ["database"], 24),
  sotto_disk_free_bytes: gauge("Bytes that are free where the home is"),
  sotto_event_loop_delay_seconds: gauge(
    "Delay of a thread's event loop since the last report; p50 and p99 are quantiles",
    ["thread", "statistic"],
    96,
  ),
  sotto_thread_busy_ratio: gauge(
    "Part of the time since the last report in which a thread worked, 0 to 1",
    ["thread"],
    32,
  ),
  process_resident_memory_bytes: gauge("Resident memory of the process"),
  process_cpu_seconds_total: counter("Processor time of the process"),
  process_start_time_seconds: gauge("Start of the process, in seconds since 1970"),
} as const satisfies Readonly<Record<string, MetricSpec>>;

export type MetricName = keyof typeof METRICS;
