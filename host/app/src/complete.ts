// SPDX-License-Identifier: Apache-2.0
/**
 * The chain with the modules that the node does not run yet. The node runs `secretChain` until its
 * genesis has a bonded validator (docs/plan.md 3).
 */
import { type Orders, versionsOf } from "@sotto/kernel";
import { authz } from "@sotto/x-authz";
import { BankError } from "@sotto/x-bank";
import type { ModuleViews } from "@sotto/x-compute";
import { distribution } from "@sotto/x-distribution";
import { emergencyButton } from "@sotto/x-emergencybutton";
import { evidence } from "@sotto/x-evidence";
import { feegrant } from "@sotto/x-feegrant";
import { genutil } from "@sotto/x-genutil";
import { gov, proposalReads } from "@sotto/x-gov";
import { mint } from "@sotto/x-mint";
import { slashing } from "@sotto/x-slashing";
import { staking } from "@sotto/x-staking";
import { upgrade } from "@sotto/x-upgrade";
import { vesting } from "@sotto/x-vesting";
import { type ChainDefinition, createKeepers, secretChain } from "./chain.ts";
import { createGov } from "./governance.ts";
import { modules } from "./modules.ts";
import { createDistribution, createMint, createVesting } from "./rewards.ts";
import { createEvidence, createSlashing, createStaking } from "./validators.ts";
import { moduleViews } from "./views.ts";

const all = {
  ...modules,
  staking,
  slashing,
  evidence,
  distribution,
  mint,
  vesting,
  gov,
  emergencyButton,
  upgrade,
  feegrant,
  authz,
  genutil,
} as const;

/** The reference's app/app.go and app/modules.go, without cron. */
const orders: Orders = {
  preBlock: ["upgrade"],
  beginBlock: [
    ...["upgrade", "mint", "distribution", "slashing", "evidence", "staking", "feegrant", "auth", "vesting", "bank"],
    ...["gov", "genutil", "authz", "params", "compute", "register", "emergencybutton", "circuit"],
  ],
  endBlock: [
    ...["gov", "authz", "feegrant", "staking", "auth", "vesting", "bank", "distribution", "slashing", "mint"],
    ...["genutil", "evidence", "params", "upgrade", "compute", "register", "emergencybutton", "circuit"],
  ],
  initGenesis: [
    ...["auth", "vesting", "bank", "distribution", "staking", "slashing", "gov", "params", "upgrade", "compute"],
    ...["register", "emergencybutton", "authz", "mint", "genutil", "evidence", "feegrant", "circuit"],
  ],
};

export const completeChain: ChainDefinition = {
  modules: all,
  orders,
  types: secretChain.types,
  proposals: proposalReads,
  keepers(options, definitions, router, { handlers, migrate, deliver }) {
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
        types: secretChain.types,
        deliver,
        applySetUpdates: stakingKeeper.applySetUpdates,
      }),
      upgrade: upgrade.keeper({
        versions: (height) => versionsOf(definitions, height),
        handlers,
        migrate,
        onUpgradeNeeded: options.onUpgradeNeeded,
      }),
    };
  },
};
