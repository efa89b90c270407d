// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createNodeMetrics, METRICS, type MetricSpec, type NodeMetrics } from "../src/index.ts";

/** Every event of a node, once. */
function tell(metrics: NodeMetrics): void {
  metrics.build("1.2.3", "cometbft");
  metrics.keys(true);
  metrics.block({
    height: 7,
    time: 1_800_000_000,
    seconds: 0.25,
    phases: { executed: 0.2, committed: 0.05 },
    txs: [
      { codespace: "", code: 0 },
      { codespace: "sdk", code: 5 },
      { codespace: "sdk", code: 5 },
    ],
    gasWanted: 600_000,
    gasUsed: 123_456,
  });
  metrics.enclave("call", 0.003);
  metrics.enclave("call", 0.004, "enclave/8");
  metrics.crossing("in", "call", 900);
  metrics.crossing("out", "readState", 100);
  metrics.cache("rows", { hits: 90, misses: 10 });
  metrics.cache("code", { hits: 1, misses: 0 });
  metrics.query("contract", "ok", 0.02);
  metrics.lanes(3, 2, 1);
  metrics.check("new", { codespace: "", code: 0 }, 0.001);
  metrics.check("recheck", { codespace: "sdk", code: 32 }, 0.000_2);
  metrics.mempool(12, 3_400);
  metrics.database("state", 1_000_000);
  metrics.disk(5e9);
  metrics.thread("exec", { p50: 0.001, p99: 0.01, longest: 0.2, busy: 0.4 });
  metrics.process({ residentBytes: 2.5e8, cpuSeconds: 12.5, startTime: 1_799_999_000 });
}

describe("the metrics of a node", () => {
  it("show the last block of a chain that a start found, and count nothing for it", () => {
    const metrics = createNodeMetrics();
    metrics.head(41, 1_800_000_000.5);
    const lines = metrics.render().split("\n");
    for (const line of [
      "sotto_block_height 41",
      "sotto_block_time_seconds 1800000000.5",
      "sotto_block_seconds_count 0",
    ]) {
      expect(lines).toContain(line);
    }
  });

  it("show its events", () => {
    const metrics = createNodeMetrics();
    tell(metrics);
    const lines = metrics.render().split("\n");
    expect(lines).toEqual(
      expect.arrayContaining([
        'sotto_build_info{version="1.2.3",consensus="cometbft"} 1',
        "sotto_block_height 7",
        'sotto_block_phase_seconds_sum{phase="executed"} 0.2',
        'sotto_txs_total{result="ok"} 1',
        'sotto_txs_total{result="sdk/5"} 2',
        "sotto_gas_used_total 123456",
        'sotto_enclave_seconds_count{method="call"} 2',
        "sotto_enclave_keys 1",
        'sotto_enclave_refusals_total{method="call",error="enclave/8"} 1',
        'sotto_boundary_crossings_total{direction="out",name="readState"} 1',
        'sotto_boundary_bytes_total{direction="in"} 900',
        'sotto_cache_hits_total{cache="rows"} 90',
        'sotto_query_seconds_bucket{kind="contract",outcome="ok",le="0.05"} 1',
        'sotto_query_lanes{kind="long"} 1',
        'sotto_checks_total{kind="recheck",result="sdk/32"} 1',
        "sotto_mempool_bytes 3400",
        'sotto_database_bytes{database="state"} 1000000',
        'sotto_event_loop_delay_seconds{thread="exec",statistic="longest"} 0.2',
        'sotto_thread_busy_ratio{thread="exec"} 0.4',
        "process_cpu_seconds_total 12.5",
      ]),
    );
  });

  it("are all told by an event", () => {
    const metrics = createNodeMetrics();
    tell(metrics);
    const told = new Set(metrics.take().map(([name]) => name));
    expect(Object.keys(METRICS).filter((name) => !told.has(name))).toEqual([]);
  });

  it("are the same when a thread sends them to another", () => {
    const [worker, main, alone] = [createNodeMetrics(), createNodeMetrics(), createNodeMetrics()];
    tell(worker);
    main.merge(structuredClone(worker.take()));
    tell(worker);
    main.merge(structuredClone(worker.take()));
    tell(alone);
    tell(alone);
    expect(main.render()).toBe(alone.render());
  });

  it("stand in the specification, each with its meaning", () => {
    const document = readFileSync(new URL("../../../docs/spec/metrics.md", import.meta.url), "utf8");
    const rows = Object.entries<MetricSpec>(METRICS).map(([name, { type, labels, help }]) => {
      const names = labels.map((label) => `\`${label}\``).join(", ");
      return `| \`${name}\` | ${type} | ${names} | ${help} |`;
    });
    const found = document.split("\n").filter((line) => /^\| `(sotto|process)_/.test(line));
    expect(found).toEqual(rows);
  });
});
