// SPDX-License-Identifier: Apache-2.0
import type { Orders } from "@sotto/kernel";
import { chainTypes } from "@sotto/tx";
import { authz } from "@sotto/x-authz";
import { BankError } from "@sotto/x-bank";
import type { ModuleViews } from "@sotto/x-compute";
import { cron } from "@sotto/x-cron";
import { emergencyButton } from "@sotto/x-emergencybutton";
import { feegrant } from "@sotto/x-feegrant";
import { genutil } from "@sotto/x-genutil";
import { proposalReads } from "@sotto/x-gov";
import { upgrade } from "@sotto/x-upgrade";
import { type ChainDefinition, createKeepers, maxBytesOf, maxGasOf } from "./chain.ts";
import { createGov } from "./governance.ts";
import { modules } from "./modules.ts";
import { createDistribution, createMint, createVesting } from "./rewards.ts";
import { createEvidence, createSlashing, createStaking } from "./validators.ts";
import { moduleViews } from "./views.ts";

/** The reference's app/app.go and app/modules.go. */
const orders: Orders = {
  preBlock: ["upgrade"],
  beginBlock: [
    ...["upgrade", "mint", "distribution", "slashing", "evidence", "staking", "feegrant", "auth", "vesting", "bank"],
    ...["gov", "genutil", "authz", "params", "compute", "register", "emergencybutton", "cron", "circuit"],
  ],
  endBlock: [
    ...["gov", "authz", "feegrant", "staking", "auth", "vesting", "bank", "distribution", "slashing", "mint"],
    ...["genutil", "evidence", "params", "upgrade", "compute", "register", "emergencybutton", "cron", "circuit"],
  ],
  initGenesis: [
    ...["auth", "vesting", "bank", "distribution", "staking", "slashing", "gov", "params", "upgrade", "compute"],
    ...["register", "emergencybutton", "authz", "mint", "genutil", "evidence", "feegrant", "cron", "circuit"],
  ],
};

/** The network's chain. */
export const secretChain: ChainDefinition & { readonly modules: typeof modules } = {
  modules,
  orders,
  types: chainTypes,
  proposals: proposalReads,
  keepers(options, definitions, router, { versions, versionChanges, handlers, migrate, deliver }) {
    const late: { views?: ModuleViews } = {};
    const own = createKeepers(options, definitions, router, () => late.views);
    const stakingKeeper = createStaking(own);
    const slashingKeeper = createSlashing(stakingKeeper);
    const distributionKeeper = createDistribution(own, stakingKeeper);
    stakingKeeper.hooks.set([distributionKeeper.stakingHooks, slashingKeeper.stakingHooks]);
    const govKeeper = createGov({ ...own, staking: stakingKeeper, distribution: distributionKeeper }, router);
    govKeeper.hooks.set([]);
    const mintKeeper = createMint(own, stakingKeeper);
    late.views = moduleViews(stakingKeeper, mintKeeper);
    return {
      ...own,
      staking: stakingKeeper,
      slashing: slashingKeeper,
      evidence: createEvidence(own, stakingKeeper, slashingKeeper),
      distribution: distributionKeeper,
      mint: mintKeeper,
      vesting: createVesting(own),
      gov: govKeeper,
      emergencyButton: emergencyButton.keeper({}),
      cron: cron.keeper({
        get ioPublicKey() {
          return options.keys.ioPublicKey;
        },
        blockBytes: (ctx) => maxBytesOf(own.consensus.params(ctx)),
        blockGas: (ctx) => maxGasOf(own.consensus.params(ctx)),
      }),
      feegrant: feegrant.keeper({
        account: own.auth.account,
        createAccount: own.auth.createAccount,
        isBlocked: own.bank.isBlocked,
      }),
      authz: authz.keeper({
        router,
        account: own.auth.account,
        createAccount: own.auth.createAccount,
        isBlocked: own.bank.isBlocked,
        duplicateEntry: () => BankError.duplicateEntry(),
      }),
      genutil: genutil.keeper({
        types: chainTypes,
        deliver,
        applySetUpdates: stakingKeeper.applySetUpdates,
      }),
      upgrade: upgrade.keeper({
        versions,
        versionChanges,
        handlers,
        migrate,
        onUpgradeNeeded: options.onUpgradeNeeded,
      }),
    };
  },
};
