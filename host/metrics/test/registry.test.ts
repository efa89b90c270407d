// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { createRegistry } from "../src/registry.ts";
import type { MetricSpec } from "../src/spec.ts";

const SPECS = {
  seen_total: { type: "counter", help: "Things\nseen \\ counted", labels: ["kind"], most: 3 },
  level: { type: "gauge", help: "A level", labels: [], most: 1 },
  spent_seconds: { type: "histogram", help: "Time", labels: ["part"], bounds: [0.1, 1], most: 4 },
} as const satisfies Record<string, MetricSpec>;

const linesOf = (text: string) => text.trimEnd().split("\n");

describe("the text for Prometheus", () => {
  it("has help, type and every series", () => {
    const registry = createRegistry(SPECS);
    registry.counter("seen_total", 'a "quoted" \\ text\nof two lines').add(2);
    registry.gauge("level").set(-1.5);
    for (const value of [0.05, 0.1, 0.5, 7]) registry.histogram("spent_seconds", "x").observe(value);
    expect(linesOf(registry.render())).toEqual([
      "# HELP seen_total Things\\nseen \\\\ counted",
      "# TYPE seen_total counter",
      'seen_total{kind="a \\"quoted\\" \\\\ text\\nof two lines"} 2',
      "# HELP level A level",
      "# TYPE level gauge",
      "level -1.5",
      "# HELP spent_seconds Time",
      "# TYPE spent_seconds histogram",
      'spent_seconds_bucket{part="x",le="0.1"} 2',
      'spent_seconds_bucket{part="x",le="1"} 3',
      'spent_seconds_bucket{part="x",le="+Inf"} 4',
      'spent_seconds_sum{part="x"} 7.65',
      'spent_seconds_count{part="x"} 4',
    ]);
  });

  it("shows a metric without labels from the start, and others when they have a series", () => {
    expect(linesOf(createRegistry(SPECS).render())).toEqual(["# HELP level A level", "# TYPE level gauge", "level 0"]);
  });

  it("writes numbers as Go reads them", () => {
    const registry = createRegistry(SPECS);
    const texts = [1e21, 1e-7, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 2 ** 53].map((value) => {
      registry.gauge("level").set(value);
      return linesOf(registry.render()).at(-1);
    });
    expect(texts).toEqual([
      "level 1e+21",
      "level 1e-7",
      "level +Inf",
      "level -Inf",
      "level NaN",
      "level 9007199254740992",
    ]);
  });
});

describe("series", () => {
  it("are bounded in number and length: what is beyond is counted as other", () => {
    const registry = createRegistry(SPECS);
    for (let i = 0; i < 1_000; i++) registry.counter("seen_total", `kind ${i}`).add(1);
    registry.counter("seen_total", "kind 1").add(1);
    const lines = linesOf(registry.render()).filter((line) => line.startsWith("seen_total"));
    expect(lines).toEqual([
      'seen_total{kind="kind 0"} 1',
      'seen_total{kind="kind 1"} 2',
      'seen_total{kind="kind 2"} 1',
      'seen_total{kind="other"} 997',
    ]);
    const long = createRegistry(SPECS);
    long.counter("seen_total", `${"x".repeat(1_000_000)}1`).add(1);
    long.counter("seen_total", `${"x".repeat(1_000_000)}2`).add(1);
    expect(linesOf(long.render())[2]).toBe(`seen_total{kind="${"x".repeat(64)}"} 2`);
  });

  it("may be kept by their users", () => {
    const registry = createRegistry(SPECS);
    const series = registry.counter("seen_total", "a");
    for (let i = 0; i < 10; i++) series.add(i);
    expect(registry.render()).toContain('seen_total{kind="a"} 45');
  });

  it("follow a count of the system, also when it is taken out in between", () => {
    const [worker, main] = [createRegistry(SPECS), createRegistry(SPECS)];
    for (const total of [5, 5, 3, 9]) {
      worker.counter("seen_total", "a").raiseTo(total);
      main.merge(worker.take());
    }
    expect(main.render()).toContain('seen_total{kind="a"} 9');
  });

  it("put a value that is no number into no bucket but the last", () => {
    const registry = createRegistry(SPECS);
    registry.histogram("spent_seconds", "x").observe(Number.NaN);
    expect(registry.render()).toContain('le="1"} 0\nspent_seconds_bucket{part="x",le="+Inf"} 1');
  });
});

describe("registries of several threads", () => {
  it("are joined by what they take out, which can be sent", () => {
    const [worker, main] = [createRegistry(SPECS), createRegistry(SPECS)];
    const send = () => main.merge(structuredClone(worker.take()));
    worker.counter("seen_total", "a").add(3);
    worker.gauge("level").set(5);
    worker.histogram("spent_seconds", "x").observe(0.5);
    send();
    main.counter("seen_total", "a").add(1);
    worker.counter("seen_total", "a").add(1);
    worker.histogram("spent_seconds", "x").observe(2);
    send();
    expect(main.render()).toContain('seen_total{kind="a"} 5');
    expect(main.render()).toContain('spent_seconds_sum{part="x"} 2.5\nspent_seconds_count{part="x"} 2');
    expect(main.render()).toContain("level 5");
    // What has not changed is not sent, so a gauge of another thread stays.
    main.gauge("level").set(6);
    expect(worker.take()).toEqual([]);
    send();
    expect(main.render()).toContain("level 6");
  });
});

describe("mistakes of the program", () => {
  it.each([
    ["a counter that falls", () => createRegistry(SPECS).counter("seen_total", "a").add(-1)],
    ["another type", () => createRegistry(SPECS).gauge("seen_total", "a")],
    ["another number of labels", () => createRegistry(SPECS).counter("seen_total")],
    ["an unknown name", () => createRegistry<string>(SPECS).gauge("nothing")],
    ["a bad name", () => createRegistry({ "bad-name": SPECS.level })],
    ["a reserved label", () => createRegistry({ x: { ...SPECS.spent_seconds, labels: ["le"] } })],
    ["bounds that do not ascend", () => createRegistry({ x: { ...SPECS.spent_seconds, bounds: [1, 1] } })],
    ["bounds of a counter", () => createRegistry({ x: { ...SPECS.level, bounds: [1] } })],
    ["a delta of other declarations", () => createRegistry(SPECS).merge([["level", [], new Float64Array(2)]])],
  ])("%s is a broken invariant", (_what, run) => {
    expect(run).toThrow(expect.objectContaining({ name: "InvariantBroken" }));
  });
});
