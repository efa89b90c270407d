// SPDX-License-Identifier: Apache-2.0
/** A chain that begins with the exported state of another one, at its next height. */
import { exportedGenesis } from "../support/exported.ts";
import { SimChain } from "./chain.ts";
import { dump } from "./rows.ts";
import type { Simulation } from "./simulation.ts";

/** `file`: the exported parts of the modules. */
export function importedFrom({ chain, definition, consensusParams }: Simulation): {
  readonly file: ReadonlyMap<string, string>;
  readonly imported: SimChain;
} {
  const file = exportedGenesis(chain.queries);
  const { seconds, height } = chain;
  const imported = new SimChain({ definition, appState: file, consensusParams, seconds, firstHeight: height + 1 });
  return { file, imported };
}

/** Rows of a store that only one chain has, or that differ: `- key value` of the first chain. */
export function differences(first: SimChain, second: SimChain, store: string): string[] {
  const [a, b] = [dump(first.store, store), dump(second.store, store)];
  const [inA, inB] = [new Set(a), new Set(b)];
  return [...a.filter((row) => !inB.has(row)).map((row) => `- ${row}`), ...b.filter((row) => !inA.has(row)).map((row) => `+ ${row}`)];
}
