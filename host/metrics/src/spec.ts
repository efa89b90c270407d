// SPDX-License-Identifier: Apache-2.0
export type MetricType = "counter" | "gauge" | "histogram";

/** The declaration of a metric. Labels and bounds are fixed; only values of labels come later. */
export interface MetricSpec {
  readonly type: MetricType;
  /** The meaning, in one line. */
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds of a histogram's buckets, ascending, without infinity. */
  readonly bounds?: readonly number[];
  /** Most series, one for each combination of label values; further ones are counted as `other`. */
  readonly most: number;
}

/** The series of a metric, for the text form. */
export interface FamilyValues {
  readonly name: string;
  readonly spec: MetricSpec;
  readonly series: readonly { readonly labels: readonly string[]; readonly values: Float64Array }[];
}
