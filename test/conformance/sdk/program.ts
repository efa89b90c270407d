// SPDX-License-Identifier: Apache-2.0
/** The program that replays a vector: the network's definition with the modules of the vector. */
import { type ChainDefinition, secretChain } from "@sotto/app";
import { type Orders, storesOf } from "@sotto/kernel";
import type { UpgradeHandler } from "@sotto/x-upgrade";
import { NOT_REPLAYED } from "./exclusions.ts";

/** The modules that live in a chain of the set `bank`, and those that the ante steps use. */
const BANK_SET: ReadonlySet<string> = new Set([
  ...["auth", "bank", "consensus", "circuit", "feegrant", "params", "compute", "register"],
]);

/** The program of the vectors: which modules live, and what it knows beside them. */
export interface ReplayedChain {
  readonly definition: ChainDefinition;
  /** Names of the modules of the definition. */
  readonly modules: ReadonlySet<string>;
  readonly stores: ReadonlySet<string>;
  /** Plans that the program knows; blocks of a script add to them. */
  readonly handlers: Map<string, UpgradeHandler>;
}

const inSet = (orders: Orders, names: ReadonlySet<string>): Orders => ({
  preBlock: orders.preBlock.filter((name) => names.has(name)),
  beginBlock: orders.beginBlock.filter((name) => names.has(name)),
  endBlock: orders.endBlock.filter((name) => names.has(name)),
  initGenesis: orders.initGenesis.filter((name) => names.has(name)),
});

/**
 * The chain that replays a vector. The keepers are those of all modules; hooks, messages, queries
 * and the genesis are those of the vector's set.
 */
export function chainOf(
  set: "bank" | undefined,
  without: ReadonlySet<string> = new Set(),
  base: ChainDefinition = secretChain,
): ReplayedChain {
  const all = Object.entries(base.modules);
  const living = all.filter(
    ([, { name }]) => !without.has(name) && (set === undefined ? !NOT_REPLAYED.has(name) : BANK_SET.has(name)),
  );
  const modules = new Set(living.map(([, { name }]) => name));
  const handlers = new Map<string, UpgradeHandler>();
  const definition: ChainDefinition = {
    ...base,
    upgradeHandlers: handlers,
    modules: Object.fromEntries(living),
    orders: inSet(base.orders, modules),
    keepers: (options, _modules, ...parts) => base.keepers(options, base.modules, ...parts),
  };
  const stores = storesOf(definition.modules).map((mount) => (typeof mount === "string" ? mount : mount.name));
  return { definition, modules, stores: new Set(stores), handlers };
}
