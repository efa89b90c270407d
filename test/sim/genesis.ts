// SPDX-License-Identifier: Apache-2.0
/**
 * The genesis of the simulation: validators, accounts of every kind, short periods, permissions.
 */
import { create } from "@bufbuild/protobuf";
import { formatAddress, moduleAddress, prefix } from "@sotto/address";
import { encode } from "@sotto/codec";
import { ConsensusParamsSchema } from "@sotto/proto/tendermint.types";
import { accounts } from "../determinism/recordedChain.ts";
import { GENESIS_SECONDS } from "../support/blockMaker.ts";
import { namedValidator } from "../support/votes.ts";

/** In byte order. A further denomination cannot be sent. */
export const DENOMS = ["ibc/27394FB092D2ECCD56123C74F36E4C1F926001CEADA9CA97EA622B25F41E5EB2", "uscrt", "usilk"];
const FROZEN = "ufrozen";

/** The first accounts are operators of validators. */
const VALIDATORS = 5;
/** Powers of 20 to 24. */
const tokensOf = (i: number): bigint => BigInt(20 + i) * 1_000_000n + BigInt(i);

const dec = (percent: number): string => (percent / 100).toFixed(18);
const uscrt = (amount: bigint | number) => [{ denom: "uscrt", amount: String(amount) }];

/** Accounts at the end of the list vest; the amounts are parts of their balances. */
function accountPart(address: string, fromEnd: number) {
  const base = { address };
  const end = String(GENESIS_SECONDS + 1200);
  const vesting = (endTime: string) => ({
    base_account: base,
    original_vesting: uscrt(900_000_000),
    delegated_free: [],
    delegated_vesting: [],
    end_time: endTime,
  });
  const [start, of] = [String(GENESIS_SECONDS), "/cosmos.vesting.v1beta1."];
  const periods = [400, 300, 500].map((length) => ({ length: String(length), amount: uscrt(300_000_000) }));
  const kinds: Readonly<Record<number, object>> = {
    1: { "@type": `${of}ContinuousVestingAccount`, base_vesting_account: vesting(end), start_time: start },
    2: { "@type": `${of}DelayedVestingAccount`, base_vesting_account: vesting(end) },
    3: {
      "@type": `${of}PeriodicVestingAccount`,
      base_vesting_account: vesting(end),
      start_time: start,
      vesting_periods: periods,
    },
    4: { "@type": `${of}PermanentLockedAccount`, base_vesting_account: vesting("0") },
  };
  return kinds[fromEnd] ?? { "@type": "/cosmos.auth.v1beta1.BaseAccount", ...base };
}

const operatorOf = (i: number): string => formatAddress(accounts[i]?.raw ?? new Uint8Array(20), prefix.validator);

const validators = Array.from({ length: VALIDATORS }, (_, i) =>
  namedValidator(`simulated ${i}`, operatorOf(i), tokensOf(i)),
);
const staked = validators.reduce((sum, { tokens }) => sum + BigInt(tokens), 0n);

const parts: Readonly<Record<string, object>> = {
  auth: { accounts: accounts.map(({ address }, i) => accountPart(address, accounts.length - i)) },
  bank: {
    params: { default_send_enabled: true },
    balances: [
      ...accounts.map(({ address }) => ({
        address,
        coins: [...DENOMS, FROZEN].sort().map((denom) => ({ denom, amount: "1000000000" })),
      })),
      { address: formatAddress(moduleAddress("not_bonded_tokens_pool")), coins: uscrt(staked) },
    ],
    send_enabled: [{ denom: FROZEN, enabled: false }],
  },
  staking: {
    params: {
      unbonding_time: "120s",
      max_validators: VALIDATORS,
      max_entries: 4,
      historical_entries: 3,
      bond_denom: "uscrt",
      min_commission_rate: dec(0),
    },
    validators,
    delegations: validators.map(({ operator_address, delegator_shares }, i) => ({
      delegator_address: accounts[i]?.address,
      validator_address: operator_address,
      shares: delegator_shares,
    })),
  },
  slashing: {
    params: {
      signed_blocks_window: "12",
      min_signed_per_window: dec(50),
      downtime_jail_duration: "40s",
      slash_fraction_double_sign: dec(5),
      slash_fraction_downtime: dec(1),
    },
  },
  distribution: {
    params: {
      community_tax: dec(2),
      base_proposer_reward: dec(0),
      bonus_proposer_reward: dec(0),
      withdraw_addr_enabled: true,
      secret_foundation_tax: dec(5),
      secret_foundation_address: accounts[9]?.address,
      minimum_restake_threshold: "5.000000000000000000",
      restake_period: "1000",
    },
    fee_pool: { community_pool: [] },
  },
  mint: {
    minter: { inflation: dec(13), annual_provisions: dec(0) },
    params: {
      mint_denom: "uscrt",
      inflation_rate_change: dec(13),
      inflation_max: dec(20),
      inflation_min: dec(7),
      goal_bonded: dec(67),
      blocks_per_year: "5000",
    },
  },
  gov: {
    starting_proposal_id: "1",
    params: {
      min_deposit: uscrt(10_000),
      max_deposit_period: "60s",
      voting_period: "90s",
      quorum: dec(10),
      threshold: dec(50),
      veto_threshold: dec(50),
      min_initial_deposit_ratio: dec(0),
      proposal_cancel_ratio: dec(50),
      proposal_cancel_dest: "",
      expedited_voting_period: "40s",
      expedited_threshold: dec(60),
      expedited_min_deposit: uscrt(20_000),
      burn_vote_quorum: false,
      burn_proposal_deposit_prevote: false,
      burn_vote_veto: true,
      min_deposit_ratio: dec(1),
    },
  },
  circuit: {
    account_permissions: [
      { address: accounts[5]?.address, permissions: { level: "LEVEL_SUPER_ADMIN" } },
      { address: accounts[6]?.address, permissions: { level: "LEVEL_ALL_MSGS" } },
      {
        address: accounts[7]?.address,
        permissions: { level: "LEVEL_SOME_MSGS", limit_type_urls: ["/cosmos.authz.v1beta1.MsgRevoke"] },
      },
    ],
  },
  emergencybutton: { params: { switch_status: "off", pauser_address: accounts[8]?.address } },
};

/** The least period of restakes is 1000 blocks, so that height 1000 is in a run of 500 blocks. */
export const FIRST_HEIGHT = 800;

/** JSON of each module's part. */
export const simState: ReadonlyMap<string, string> = new Map(
  Object.entries(parts).map(([name, part]) => [name, JSON.stringify(part)]),
);

/** Evidence is too old after 40 blocks and 60 seconds. */
export const simConsensus: Uint8Array = encode(
  ConsensusParamsSchema,
  create(ConsensusParamsSchema, {
    block: { maxBytes: 22_020_096n, maxGas: -1n },
    evidence: { maxAgeNumBlocks: 40n, maxAgeDuration: { seconds: 60n, nanos: 0 }, maxBytes: 1_048_576n },
    validator: { pubKeyTypes: ["ed25519"] },
  }),
);
