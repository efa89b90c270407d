// SPDX-License-Identifier: Apache-2.0
/** The needs of the modules of validators. */
import { GasMeter, NO_LIMIT, type ReadCtx } from "@sotto/kernel";
import { evidence } from "@sotto/x-evidence";
import { type SlashingKeeper, slashing } from "@sotto/x-slashing";
import { StakingError, type StakingKeeper, staking, tokensFromShares } from "@sotto/x-staking";
import type { secretChain } from "./chain.ts";

type OwnKeepers = ReturnType<typeof secretChain.keepers>;

/**
 * The parameters of consensus, without a charge. Changes take effect in the next block; they are
 * made at a block's end only.
 */
const consensusParams = ({ consensus }: OwnKeepers, ctx: ReadCtx) =>
  consensus.params(ctx.withGas(new GasMeter(NO_LIMIT)));

export function createStaking(own: OwnKeepers): StakingKeeper {
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

export const createSlashing = (stakingKeeper: StakingKeeper): SlashingKeeper =>
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

export const createEvidence = (own: OwnKeepers, stakingKeeper: StakingKeeper, slashingKeeper: SlashingKeeper) =>
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
