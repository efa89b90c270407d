// SPDX-License-Identifier: Apache-2.0
export {
  type BlockReport,
  type CacheReport,
  createNodeMetrics,
  type Direction,
  type NodeMetrics,
  type ProcessReport,
  type Result,
  type ThreadReport,
} from "./nodeMetrics.ts";
export { CONTENT_TYPE, type MetricsDelta } from "./registry.ts";
export type { MetricSpec } from "./spec.ts";
export { METRICS, type MetricName } from "./table.ts";
