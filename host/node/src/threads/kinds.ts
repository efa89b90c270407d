// SPDX-License-Identifier: Apache-2.0
/** The threads of a node, with their limits. It loads nothing of a chain. */
import { CONTRACT_STACK_MB } from "@sotto/transport";
import type { Config } from "../config.ts";
import { threadEntry } from "./entry.ts";
import { type PreparedThread, prepareThread, type ThreadKind } from "./port.ts";

/**
 * Threads with a stack run contracts; the last three read stored data of any size. Exec's heap is
 * in the configuration.
 */
export const THREADS = {
  exec: { module: "exec", name: "exec", youngMb: 12, stackMb: CONTRACT_STACK_MB },
  check: { module: "check", name: "check", oldMb: 1_000, youngMb: 12 },
  index: { module: "indexer", name: "index", oldMb: 1_900, youngMb: 12 },
  search: { module: "search", name: "search", oldMb: 1_900, youngMb: 48 },
  snapshot: { module: "snapshot", name: "snapshot", oldMb: 1_000, youngMb: 12 },
  query: { module: "query", name: "query", oldMb: 1_900, youngMb: 12, stackMb: CONTRACT_STACK_MB },
} as const;

/** The thread that executes blocks: `exec` decides them, `follow` gets them from CometBFT. */
export const writerKind = (
  { execMemoryMb }: Config,
  module: "exec" | "follow",
): ThreadKind & { readonly module: string } => ({ ...THREADS.exec, module, oldMb: execMemoryMb });

/** Prepared threads by their names. */
export type Prepared = ReadonlyMap<string, PreparedThread>;

/**
 * Begins the threads that a start waits for one after the other: each loads its modules for half a
 * second. The settings of V8 must be made before.
 */
export function prepareThreads(config: Config): Prepared {
  const kinds = [writerKind(config, config.engine === undefined ? "exec" : "follow"), THREADS.index];
  return new Map(kinds.map((kind) => [kind.name, prepareThread(threadEntry(kind.module), kind)]));
}
