// SPDX-License-Identifier: Apache-2.0
/**
 * The chain with the modules that the node does not run yet. The node runs `secretChain` until its
 * genesis has a bonded validator (docs/plan.md 3).
 */
import type { Orders } from "@sotto/kernel";
import { type ChainDefinition, secretChain } from "./chain.ts";
import { modules } from "./modules.ts";

const all = { ...modules } as const;

const names: ReadonlySet<string> = new Set(Object.values(all).map(({ name }) => name));

/** Without the modules that do not exist yet. */
const existing = (order: string): readonly string[] => order.split(" ").filter((name) => names.has(name));

/** The reference's app/app.go and app/modules.go. */
const orders: Orders = {
  preBlock: existing("upgrade"),
  beginBlock: existing(
    "upgrade mint distribution slashing evidence staking feegrant auth vesting bank gov genutil authz params " +
      "compute register emergencybutton cron circuit",
  ),
  endBlock: existing(
    "gov authz feegrant staking auth vesting bank distribution slashing mint genutil evidence params upgrade " +
      "compute register emergencybutton cron circuit",
  ),
  initGenesis: existing(
    "auth vesting bank distribution staking slashing gov params upgrade compute register emergencybutton authz " +
      "mint genutil evidence feegrant cron circuit",
  ),
};

export const completeChain = {
  modules: all,
  orders,
  types: secretChain.types,
  keepers: (options, definitions, router) => ({ ...secretChain.keepers(options, definitions, router) }),
} as const satisfies ChainDefinition;
