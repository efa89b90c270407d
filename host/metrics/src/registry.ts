// SPDX-License-Identifier: Apache-2.0
import { assert } from "@sotto/errors";
import type { MetricSpec, MetricType } from "./spec.ts";
import { formatText } from "./text.ts";

/**
 * One combination of label values. A holder may keep it, and changes it at the cost of an addition.
 */
export interface Counter {
  add(count: number): void;
  /** For a count that the system keeps: adds its rise since the last call. */
  raiseTo(total: number): void;
}

export interface Gauge {
  set(value: number): void;
}

export interface Histogram {
  observe(value: number): void;
}

/** Changes since the last one, for another registry of the same declarations: only data. */
export type MetricsDelta = readonly (readonly [name: string, labels: readonly string[], values: Float64Array])[];

export interface Registry<N extends string> {
  counter(name: N, ...labels: readonly string[]): Counter;
  gauge(name: N, ...labels: readonly string[]): Gauge;
  histogram(name: N, ...labels: readonly string[]): Histogram;
  /** Takes out what was counted since the last call, and the gauges that were set. */
  take(): MetricsDelta;
  /** Adds what another registry has taken out. */
  merge(delta: MetricsDelta): void;
  /** Prometheus' text exposition format 0.0.4. */
  render(): string;
}

/** The Content-Type of the text. */
export const CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

const NAME = /^[a-z_][a-z0-9_]*$/;
/** Characters of a label's value. */
const MOST_VALUE = 64;
const OTHER = "other";
const SEPARATOR = "\0";
const NONE: readonly string[] = [];

const shortened = (value: string): string => value.slice(0, MOST_VALUE).replaceAll(SEPARATOR, "");

/**
 * One combination of label values. Values: of a counter or gauge one; of a histogram a count for
 * each bucket (not cumulated), the last without bound, and the sum of all observations.
 */
class Series implements Counter, Gauge, Histogram {
  readonly labels: readonly string[];
  readonly values: Float64Array;
  readonly #bounds: readonly number[];
  /** The last total of `raiseTo`: `take` empties the values. */
  #raised = 0;
  isChanged = false;

  constructor(labels: readonly string[], bounds: readonly number[] | undefined) {
    this.labels = labels;
    this.#bounds = bounds ?? [];
    this.values = new Float64Array(bounds === undefined ? 1 : bounds.length + 2);
  }

  add(count: number): void {
    assert(count >= 0, "a counter only rises");
    this.values[0] = (this.values[0] as number) + count;
    this.isChanged = true;
  }

  raiseTo(total: number): void {
    if (total <= this.#raised) return;
    this.add(total - this.#raised);
    this.#raised = total;
  }

  set(value: number): void {
    this.values[0] = value;
    this.isChanged = true;
  }

  observe(value: number): void {
    const bounds = this.#bounds;
    let bucket = 0;
    // Cost: a dozen comparisons; most observations are in a low bucket.
    while (bucket < bounds.length && !(value <= (bounds[bucket] as number))) bucket++;
    this.values[bucket] = (this.values[bucket] as number) + 1;
    const sum = bounds.length + 1;
    this.values[sum] = (this.values[sum] as number) + value;
    this.isChanged = true;
  }
}

class Family {
  readonly name: string;
  readonly spec: MetricSpec;
  readonly #byLabels = new Map<string, Series>();

  constructor(name: string, spec: MetricSpec) {
    const { labels, bounds, type } = spec;
    assert(NAME.test(name) && labels.every((label) => NAME.test(label) && label !== "le"), `${name} has a bad name`);
    assert((type === "histogram") === (bounds !== undefined), `${name}: bounds are of histograms`);
    assert(
      bounds?.every((bound, i) => i === 0 || bound > (bounds[i - 1] as number)) !== false,
      `${name}: bounds ascend`,
    );
    this.name = name;
    this.spec = spec;
    // A metric without labels has its value from the start.
    if (labels.length === 0) this.of(NONE);
  }

  get series(): Iterable<Series> {
    return this.#byLabels.values();
  }

  of(given: readonly string[]): Series {
    const { labels, bounds, most } = this.spec;
    assert(given.length === labels.length, `${this.name} has ${labels.length} labels`);
    const known = this.#byLabels.get(given.join(SEPARATOR));
    if (known !== undefined) return known;
    const isFull = this.#byLabels.size >= most;
    const values = given.map((value) => (isFull ? OTHER : shortened(value)));
    const key = values.join(SEPARATOR);
    const same = this.#byLabels.get(key);
    if (same !== undefined) return same;
    const made = new Series(values, bounds);
    this.#byLabels.set(key, made);
    return made;
  }
}

/**
 * Makes a registry of declared metrics. It has no state outside. Broken invariant: a bad
 * declaration, an unknown name, another number or type of labels. Memory: `most` series for each
 * metric, and one for `other`.
 */
export function createRegistry<N extends string>(specs: Readonly<Record<N, MetricSpec>>): Registry<N> {
  const families = new Map(Object.entries<MetricSpec>(specs).map(([name, spec]) => [name, new Family(name, spec)]));

  function of(name: string, type: MetricType, labels: readonly string[]): Series {
    const family = families.get(name);
    assert(family?.spec.type === type, `${name} is no ${type}`);
    return family.of(labels);
  }

  function take(): MetricsDelta {
    const delta: [string, readonly string[], Float64Array][] = [];
    for (const { name, spec, series } of families.values()) {
      for (const each of series) {
        if (!each.isChanged) continue;
        each.isChanged = false;
        delta.push([name, each.labels, each.values.slice()]);
        if (spec.type !== "gauge") each.values.fill(0);
      }
    }
    return delta;
  }

  function merge(delta: MetricsDelta): void {
    for (const [name, labels, values] of delta) {
      const family = families.get(name);
      assert(family !== undefined, `${name} is no metric`);
      const series = family.of(labels);
      assert(series.values.length === values.length, `${name} has other bounds`);
      series.isChanged = true;
      if (family.spec.type === "gauge") series.values.set(values);
      else
        values.forEach((value, i) => {
          series.values[i] = (series.values[i] as number) + value;
        });
    }
  }

  return {
    counter: (name, ...labels) => of(name, "counter", labels),
    gauge: (name, ...labels) => of(name, "gauge", labels),
    histogram: (name, ...labels) => of(name, "histogram", labels),
    take,
    merge,
    render: () =>
      formatText([...families.values()].map(({ name, spec, series }) => ({ name, spec, series: [...series] }))),
  };
}
