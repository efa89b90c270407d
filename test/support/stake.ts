// SPDX-License-Identifier: Apache-2.0
/**
 * The parts of a genesis that make `BlockMaker`'s validator a validator of the chain: it bonds the
 * stake of an account of its own.
 */
import { formatAddress, moduleAddress, prefix } from "@sotto/address";
import { account } from "@sotto/contract-test/parts";
import { validatorKey } from "./blockMaker.ts";
import { genesisValidator, sharesOf, stakingParams } from "./genesisStaking.ts";

/** Power 10, as `validatorSet` has it. */
export const STAKE = 10_000_000n;

export const staker = account("staker");

/** Bech32 of the validator's operator. */
export const operator: string = formatAddress(staker.raw, prefix.validator);

const ZERO = "0.000000000000000000";
const validator = genesisValidator({ moniker: "one", operator, pubKey: validatorKey().publicKey, tokens: STAKE });

/** The balance that covers the stake. */
export const stakeBalance = {
  address: formatAddress(moduleAddress("not_bonded_tokens_pool")),
  coins: [{ denom: "uscrt", amount: String(STAKE) }],
};

export const stakingPart = {
  params: stakingParams({ unbonding_time: "120s" }),
  validators: [validator],
  delegations: [{ delegator_address: staker.address, validator_address: operator, shares: sharesOf(STAKE) }],
};

/** `inflation`: its rate in every block. Zero: the supply never changes. */
export const mintPart = (inflation: string = ZERO) => ({
  minter: { inflation, annual_provisions: ZERO },
  params: {
    mint_denom: "uscrt",
    inflation_rate_change: ZERO,
    inflation_max: inflation,
    inflation_min: inflation,
    goal_bonded: "0.670000000000000000",
    blocks_per_year: "6311520",
  },
});
