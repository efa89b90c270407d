// SPDX-License-Identifier: Apache-2.0
import type { FamilyValues, MetricSpec } from "./spec.ts";

// Source: prometheus.io, exposition formats, text format 0.0.4.

const escapeHelp = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
const escapeValue = (text: string): string => escapeHelp(text).replaceAll('"', '\\"');

/** A number as Go's ParseFloat reads it. */
const numberText = (value: number): string =>
  value === Number.POSITIVE_INFINITY ? "+Inf" : value === Number.NEGATIVE_INFINITY ? "-Inf" : String(value);

function labelsText(names: readonly string[], values: readonly string[]): string {
  if (names.length === 0) return "";
  return `{${names.map((name, i) => `${name}="${escapeValue(values[i] ?? "")}"`).join(",")}}`;
}

function writeHistogram(
  lines: string[],
  name: string,
  { labels: names, bounds = [] }: MetricSpec,
  labels: readonly string[],
  values: Float64Array,
): void {
  let count = 0;
  for (let i = 0; i <= bounds.length; i++) {
    count += values[i] as number;
    const bound = numberText(bounds[i] ?? Number.POSITIVE_INFINITY);
    lines.push(`${name}_bucket${labelsText([...names, "le"], [...labels, bound])} ${numberText(count)}`);
  }
  const own = labelsText(names, labels);
  lines.push(`${name}_sum${own} ${numberText(values[bounds.length + 1] as number)}`);
  lines.push(`${name}_count${own} ${numberText(count)}`);
}

/** The text of all series, in the order of their declaration. */
export function formatText(families: readonly FamilyValues[]): string {
  const lines: string[] = [];
  for (const { name, spec, series } of families) {
    if (series.length === 0) continue;
    lines.push(`# HELP ${name} ${escapeHelp(spec.help)}`, `# TYPE ${name} ${spec.type}`);
    for (const { labels, values } of series) {
      if (spec.type === "histogram") writeHistogram(lines, name, spec, labels, values);
      else lines.push(`${name}${labelsText(spec.labels, labels)} ${numberText(values[0] as number)}`);
    }
  }
  return `${lines.join("\n")}\n`;
}
