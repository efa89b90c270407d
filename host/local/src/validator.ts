// SPDX-License-Identifier: Apache-2.0
/**
 * The parts of the developer's genesis that its validators and short periods need, as LocalSecret
 * has them (spec/local-network.md 3.1).
 */
import { formatAddress, moduleAddress, parseAddress, prefix } from "@sotto/address";
import { toBase64 } from "@sotto/bytes";
import type { Json } from "@sotto/codec";
import type { LocalValidator } from "./operators.ts";

/**
 * What a validator's account delegates to it, in the smallest unit: a power of 10^11. All have the
 * same, so that the numbers of validators that may be absent are easy to know.
 */
export const STAKE = 100_000_000_000_000_000n;

/** The account that holds the stake until the validators are bonded. */
export const NOT_BONDED: string = formatAddress(moduleAddress("not_bonded_tokens_pool"));

const EPOCH = "1970-01-01T00:00:00Z";

export function object(fields: Readonly<Record<string, Json>>): Json {
  return new Map(Object.entries(fields));
}

const operatorOf = ({ account }: LocalValidator): string => formatAddress(parseAddress(account), prefix.validator);

/** A validator before InitGenesis bonds it, as a transaction of a genesis file makes it. */
function validatorOf(validator: LocalValidator): Json {
  const { publicKey, moniker } = validator;
  return object({
    operator_address: operatorOf(validator),
    consensus_pubkey: object({ "@type": "/cosmos.crypto.ed25519.PubKey", key: toBase64(publicKey) }),
    jailed: false,
    status: "BOND_STATUS_UNBONDED",
    tokens: String(STAKE),
    delegator_shares: `${STAKE}.000000000000000000`,
    description: object({ moniker, identity: "", website: "", security_contact: "", details: "" }),
    unbonding_height: "0",
    unbonding_time: EPOCH,
    commission: object({
      commission_rates: object({
        rate: "0.100000000000000000",
        max_rate: "0.200000000000000000",
        max_change_rate: "0.010000000000000000",
      }),
      update_time: EPOCH,
    }),
    min_self_delegation: "1",
    unbonding_on_hold_ref_count: "0",
    unbonding_ids: [],
  });
}

const delegationOf = (validator: LocalValidator): Json =>
  object({
    delegator_address: validator.account,
    validator_address: operatorOf(validator),
    shares: `${STAKE}.000000000000000000`,
  });

function stakingPart(denom: string, validators: readonly LocalValidator[]): Json {
  return object({
    params: object({
      unbonding_time: "90s",
      max_validators: 100,
      max_entries: 7,
      historical_entries: 10_000,
      bond_denom: denom,
      min_commission_rate: "0.000000000000000000",
    }),
    validators: validators.map(validatorOf),
    delegations: validators.map(delegationOf),
  });
}

const mintPart = (denom: string): Json =>
  object({
    minter: object({ inflation: "0.130000000000000000", annual_provisions: "0.000000000000000000" }),
    params: object({
      mint_denom: denom,
      inflation_rate_change: "0.130000000000000000",
      inflation_max: "0.200000000000000000",
      inflation_min: "0.070000000000000000",
      goal_bonded: "0.670000000000000000",
      blocks_per_year: "6311520",
    }),
  });

const govPart = (denom: string): Json => {
  const coins = (amount: string): Json => [object({ denom, amount })];
  return object({
    starting_proposal_id: "1",
    params: object({
      min_deposit: coins("1000000000"),
      max_deposit_period: "604800s",
      voting_period: "90s",
      quorum: "0.334000000000000000",
      threshold: "0.500000000000000000",
      veto_threshold: "0.334000000000000000",
      min_initial_deposit_ratio: "0.000000000000000000",
      proposal_cancel_ratio: "0.500000000000000000",
      proposal_cancel_dest: "",
      expedited_voting_period: "15s",
      expedited_threshold: "0.666666666666666667",
      expedited_min_deposit: coins("2500000000"),
      burn_vote_quorum: false,
      burn_proposal_deposit_prevote: false,
      burn_vote_veto: true,
      min_deposit_ratio: "0.010000000000000000",
    }),
  });
};

/**
 * LocalSecret's parameters, except the jail: one minute instead of ten. A developer with several
 * validators tries a jail and its end.
 */
const slashingPart: Json = object({
  params: object({
    signed_blocks_window: "100",
    min_signed_per_window: "0.500000000000000000",
    downtime_jail_duration: "60s",
    slash_fraction_double_sign: "0.050000000000000000",
    slash_fraction_downtime: "0.010000000000000000",
  }),
});

/** The parts by the names of their modules. */
export const validatorParts = (denom: string, validators: readonly LocalValidator[]): ReadonlyMap<string, Json> =>
  new Map([
    ["staking", stakingPart(denom, validators)],
    ["mint", mintPart(denom)],
    ["gov", govPart(denom)],
    ...(validators.length > 1 ? ([["slashing", slashingPart]] as const) : []),
  ]);
