// SPDX-License-Identifier: Apache-2.0
import { EnvironmentFault } from "@sotto/errors";
import type { Roots } from "./records.ts";
import { knownStores, type Tables } from "./tables.ts";

/**
 * Refuses a chain that passed the first version of a new store without it: the store is missing in
 * its hashes (rootmulti loadVersion). `from` has the first versions of new stores. Closes the
 * database before it throws EnvironmentFault.
 */
export function assertMounted(
  tables: Tables,
  ids: ReadonlyMap<string, number>,
  from: ReadonlyMap<string, number>,
  version: number,
  roots: Roots,
): void {
  for (const [name, first] of from) {
    if (first > version || version === 0 || roots.has(ids.get(name) as number)) continue;
    tables.lmdb.close();
    throw new EnvironmentFault(
      `version ${version} of the state has no store ${name}, which is there from version ${first}: it was made by a program without it`,
    );
  }
}

/**
 * Refuses a state with a store that this program does not mount: its hashes would lack the store,
 * and the next commit would lose the store's root. Closes the database before it throws
 * EnvironmentFault.
 */
export function assertKnown(tables: Tables, ids: ReadonlyMap<string, number>, version: number, roots: Roots): void {
  const mounted = new Set(ids.values());
  const unknown = [...roots.keys()].filter((id) => !mounted.has(id));
  if (unknown.length === 0) return;
  const names = Array.from(knownStores(tables)).flatMap(([name, id]) => (unknown.includes(id) ? [name] : []));
  tables.lmdb.close();
  throw new EnvironmentFault(
    `version ${version} of the state has the store ${names.join(", ")}, which this program does not know: the state was written by a program with more modules; start that program`,
  );
}
