// SPDX-License-Identifier: Apache-2.0
/**
 * The parts of a genesis that make `BlockMaker`'s validator a validator of the chain: it bonds the
 * stake of an account of its own.
 */
import { formatAddress, moduleAddress, prefix } from "@sotto/address";
import { toBase64 } from "@sotto/bytes";
import { account } from "@sotto/contract-test/parts";
import { validatorKey } from "./blockMaker.ts";

/** Power 10, as `validatorSet` has it. */
export const STAKE = 10_000_000n;

export const staker = account("staker");

/** Bech32 of the validator's operator. */
export const operator: string = formatAddress(staker.raw, prefix.validator);

const ZERO = "0.000000000000000000";
const EPOCH = "1970-01-01T00:00:00Z";
const SHARES = `${STAKE}.000000000000000000`;

const validator = {
  operator_address: operator,
  consensus_pubkey: { "@type": "/cosmos.crypto.ed25519.PubKey", key: toBase64(validatorKey().publicKey) },
  jailed: false,
  // Bonded by InitGenesis itself, as after transactions of a genesis file.
  status: "BOND_STATUS_UNBONDED",
  tokens: String(STAKE),
  delegator_shares: SHARES,
  description: { moniker: "one" },
  unbonding_height: "0",
  unbonding_time: EPOCH,
  commission: {
    commission_rates: { rate: "0.100000000000000000", max_rate: "0.500000000000000000", max_change_rate: ZERO },
    update_time: EPOCH,
  },
  min_self_delegation: "1",
};

/** The balance that covers the stake. */
export const stakeBalance = {
  address: formatAddress(moduleAddress("not_bonded_tokens_pool")),
  coins: [{ denom: "uscrt", amount: String(STAKE) }],
};

export const stakingPart = {
  params: {
    unbonding_time: "120s",
    max_validators: 100,
    max_entries: 7,
    historical_entries: 0,
    bond_denom: "uscrt",
    min_commission_rate: ZERO,
  },
  validators: [validator],
  delegations: [{ delegator_address: staker.address, validator_address: operator, shares: SHARES }],
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
