// SPDX-License-Identifier: Apache-2.0
import type { Changes } from "../src/index.ts";

export const STORES: readonly string[];
export function step(version: number): { changes: Changes; extra: Map<string, Uint8Array> };
export const RUNS: number;
export function run(number: number): Changes;
