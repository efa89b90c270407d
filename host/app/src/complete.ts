// SPDX-License-Identifier: Apache-2.0
/**
 * The chain with the modules that the node does not run yet. The node runs `secretChain` until its
 * genesis has a bonded validator (docs/plan.md 3).
 */
import { GasMeter, NO_LIMIT, type Orders } from "@sotto/kernel";
import { staking } from "@sotto/x-staking";
import { type ChainDefinition, secretChain } from "./chain.ts";
import { modules } from "./modules.ts";

const all = { ...modules, staking } as const;

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

type OwnKeepers = ReturnType<typeof secretChain.keepers>;

const createStaking = ({ auth, bank, consensus }: OwnKeepers) =>
  staking.keeper({
    stakePool: bank.stakePool,
    burner: bank.burner,
    balance: bank.balance,
    allBalances: bank.allBalances,
    supply: bank.supply,
    account: auth.account,
    ensureModule: auth.ensureModule,
    // Changes take effect in the next block; they are made at a block's end only.
    publicKeyTypes: (ctx) => consensus.params(ctx.withGas(new GasMeter(NO_LIMIT))).validator?.pubKeyTypes,
  });

export const completeChain: ChainDefinition = {
  modules: all,
  orders,
  types: secretChain.types,
  keepers(options, definitions, router) {
    const own = secretChain.keepers(options, definitions, router);
    const stakingKeeper = createStaking(own);
    stakingKeeper.hooks.set([]);
    return { ...own, staking: stakingKeeper };
  },
};
