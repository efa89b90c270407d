// SPDX-License-Identifier: Apache-2.0
import { type ChainDefinition, secretChain } from "@sotto/app";
import { hooks } from "@sotto/kernel";
import type { CounterHooks } from "./keeper.ts";
import { counter } from "./module.ts";
import { types } from "./types.ts";
import { watcher } from "./watcher.ts";

const { modules, orders, keepers, proposals } = secretChain;

/**
 * The network's chain with a counter and a module that uses its hooks: a line in the list, their
 * needs, and their positions in the orders.
 */
export const counterChain: ChainDefinition = {
  modules: { ...modules, counter, watcher },
  orders: {
    ...orders,
    beginBlock: [...orders.beginBlock, "counter"],
    endBlock: [...orders.endBlock, "counter"],
    initGenesis: [...orders.initGenesis, "counter"],
  },
  types,
  proposals,
  keepers(options, all, router, parts) {
    const network = keepers(options, all, router, parts);
    const watcherKeeper = watcher.keeper({});
    const counterHooks = hooks<CounterHooks>();
    counterHooks.set([watcherKeeper.counterHooks]);
    const counterKeeper = counter.keeper({ minter: network.bank.minter("counter"), hooks: counterHooks, router });
    return { ...network, counter: counterKeeper, watcher: watcherKeeper };
  },
};
