// SPDX-License-Identifier: Apache-2.0
/**
 * The chain with the modules that the node does not run yet. The node runs `secretChain` until its
 * genesis has a bonded validator (docs/plan.md 3).
 */
import { GasMeter, NO_LIMIT, type Orders, type ReadCtx } from "@sotto/kernel";
import { emergencyButton } from "@sotto/x-emergencybutton";
import { evidence } from "@sotto/x-evidence";
import { type SlashingKeeper, slashing } from "@sotto/x-slashing";
import { StakingError, type StakingKeeper, staking, tokensFromShares } from "@sotto/x-staking";
import { type ChainDefinition, secretChain } from "./chain.ts";
import { modules } from "./modules.ts";

const all = {
  ...modules,
  staking,
  slashing,
  evidence,
  emergencyButton,
} as const;

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

/**
 * The parameters of consensus, without a charge. Changes take effect in the next block; they are
 * made at a block's end only.
 */
const consensusParams = ({ consensus }: OwnKeepers, ctx: ReadCtx) =>
  consensus.params(ctx.withGas(new GasMeter(NO_LIMIT)));

function createStaking(own: OwnKeepers) {
  const { auth, bank } = own;
  return staking.keeper({
    stakePool: bank.stakePool,
    burner: bank.burner,
    balance: bank.balance,
    allBalances: bank.allBalances,
    supply: bank.supply,
    account: auth.account,
    ensureModule: auth.ensureModule,
    publicKeyTypes: (ctx) => consensusParams(own, ctx).validator?.pubKeyTypes,
  });
}

const createSlashing = (stakingKeeper: StakingKeeper) =>
  slashing.keeper({
    validator: stakingKeeper.validator,
    validatorByConsensus: stakingKeeper.validatorByConsensus,
    validators: stakingKeeper.validators,
    delegation: stakingKeeper.delegation,
    tokensFromShares,
    noValidator: () => StakingError.noValidatorFound(),
    noDelegation: () => StakingError.noDelegation(),
    slash: stakingKeeper.slash,
    jail: stakingKeeper.jail,
    unjail: stakingKeeper.unjail,
  });

const SECOND = 1_000_000_000n;

const createEvidence = (own: OwnKeepers, stakingKeeper: StakingKeeper, slashingKeeper: SlashingKeeper) =>
  evidence.keeper({
    ...slashingKeeper,
    validatorByConsensus: stakingKeeper.validatorByConsensus,
    maxAge(ctx) {
      const params = consensusParams(own, ctx).evidence;
      if (params === undefined) return undefined;
      const { seconds = 0n, nanos = 0 } = params.maxAgeDuration ?? {};
      return { blocks: params.maxAgeNumBlocks, duration: seconds * SECOND + BigInt(nanos) };
    },
  });

export const completeChain: ChainDefinition = {
  modules: all,
  orders,
  types: secretChain.types,
  keepers(options, definitions, router) {
    const own = secretChain.keepers(options, definitions, router);
    const stakingKeeper = createStaking(own);
    const slashingKeeper = createSlashing(stakingKeeper);
    // In this order: distribution, slashing.
    stakingKeeper.hooks.set([slashingKeeper.stakingHooks]);
    return {
      ...own,
      staking: stakingKeeper,
      slashing: slashingKeeper,
      evidence: createEvidence(own, stakingKeeper, slashingKeeper),
      emergencyButton: emergencyButton.keeper({}),
    };
  },
};
