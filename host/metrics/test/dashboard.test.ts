// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { METRICS, type MetricSpec } from "../src/index.ts";

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly refId: string; readonly expr: string; readonly legendFormat: string }[];
}

const board: {
  readonly uid: string;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly query: unknown }[] };
} = JSON.parse(readFileSync(new URL("../../../deploy/grafana/sotto.json", import.meta.url), "utf8"));

const targets = board.panels.flatMap(({ title, targets: list = [] }) => list.map((target) => ({ title, ...target })));

/** Series that the text of a metric has, with their labels. */
const SERIES = new Map<string, readonly string[]>(
  Object.entries<MetricSpec>(METRICS).flatMap(([name, { type, labels }]): [string, readonly string[]][] =>
    type === "histogram"
      ? [
          [`${name}_bucket`, [...labels, "le"]],
          [`${name}_sum`, labels],
          [`${name}_count`, labels],
        ]
      : [[name, labels]],
  ),
);

const NAME = /\b(?:sotto|process)_[a-z0-9_]+/g;
/** Labels that an expression names: in selectors, in `by (...)`, and in the legend. */
function labelsOf(expr: string, legend: string): string[] {
  const selected = [...expr.matchAll(/[{,]\s*([a-z_]+)\s*(?:=~|!~|!=|=)/g)].map(([, label = ""]) => label);
  const grouped = [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = ""]) =>
    list.split(",").map((label) => label.trim()),
  );
  const shown = [...legend.matchAll(/\{\{([a-z_]+)\}\}/g)].map(([, label = ""]) => label);
  return [...selected, ...grouped, ...shown];
}

describe("the board for Grafana", () => {
  it("names only metrics that exist, and labels that they have", () => {
    expect(targets.length).toBeGreaterThan(30);
    for (const { title, expr, legendFormat } of targets) {
      const names = expr.match(NAME) ?? [];
      expect(
        names.filter((name) => !SERIES.has(name)),
        title,
      ).toEqual([]);
      if (names.length === 0) continue;
      // Prometheus adds the instance.
      const known = new Set(["instance", ...names.flatMap((name) => SERIES.get(name) ?? [])]);
      expect(
        labelsOf(expr, legendFormat).filter((label) => !known.has(label)),
        title,
      ).toEqual([]);
    }
  });

  it("shows every metric, except those that only name the program", () => {
    const shown = new Set(targets.flatMap(({ expr }) => expr.match(NAME) ?? []));
    const missing = Object.entries<MetricSpec>(METRICS).flatMap(([name, { type }]) => {
      const series = type === "histogram" ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name];
      return series.some((each) => shown.has(each)) ? [] : [name];
    });
    expect(missing).toEqual(["sotto_build_info", "process_start_time_seconds"]);
  });

  it("is written in metrics of the node or of CometBFT, with balanced brackets and known variables", () => {
    const variables = new Set(["$__rate_interval", ...board.templating.list.map(({ name }) => `$${name}`)]);
    for (const { title, expr } of targets) {
      expect(expr, title).toMatch(/\b(sotto|process|cometbft)_/);
      let depth = 0;
      for (const char of expr) depth += "([{".includes(char) ? 1 : ")]}".includes(char) ? -1 : 0;
      expect(depth, title).toBe(0);
      expect(
        (expr.match(/\$\w+/g) ?? []).filter((name) => !variables.has(name)),
        title,
      ).toEqual([]);
    }
    expect(JSON.stringify(board.templating.list.map(({ query }) => query))).toContain("sotto_block_height");
  });

  it("has panels with numbers of their own that do not overlap", () => {
    const { panels } = board;
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    for (const { gridPos } of panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
  });
});
