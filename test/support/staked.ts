// SPDX-License-Identifier: Apache-2.0
/**
 * The genesis of a complete chain: the validator of `BlockMaker` bonds what account `a` delegated.
 */
import { formatAddress, moduleAddress, prefix } from "@sotto/address";
import { toBase64 } from "@sotto/bytes";
import { validatorKey } from "./blockMaker.ts";
import { a, accounts, FUNDS } from "./testChain.ts";

/** Power 10, as `validatorSet` has it. */
export const STAKE = 10_000_000n;

/** Bech32 of the validator's operator. */
export const operator: string = formatAddress(a.raw, prefix.validator);

const DEC_ZERO = "0.000000000000000000";
const EPOCH = "1970-01-01T00:00:00Z";

const validator = {
  operator_address: operator,
  consensus_pubkey: { "@type": "/cosmos.crypto.ed25519.PubKey", key: toBase64(validatorKey().publicKey) },
  jailed: false,
  // Bonded by InitGenesis itself, as after transactions of a genesis file.
  status: "BOND_STATUS_UNBONDED",
  tokens: String(STAKE),
  delegator_shares: `${STAKE}.000000000000000000`,
  description: { moniker: "one" },
  unbonding_height: "0",
  unbonding_time: EPOCH,
  commission: {
    commission_rates: { rate: "0.100000000000000000", max_rate: "0.500000000000000000", max_change_rate: DEC_ZERO },
    update_time: EPOCH,
  },
  min_self_delegation: "1",
};

const delegation = {
  delegator_address: a.address,
  validator_address: operator,
  shares: `${STAKE}.000000000000000000`,
};

/** Parts of modules, in place of the default genesis; others keep their default. */
export function stakedGenesis(parts: Readonly<Record<string, unknown>> = {}): Map<string, string> {
  const base = accounts.map(({ address }) => ({ "@type": "/cosmos.auth.v1beta1.BaseAccount", address }));
  const uscrt = (amount: bigint) => [{ denom: "uscrt", amount: String(amount) }];
  const pool = formatAddress(moduleAddress("not_bonded_tokens_pool"));
  const balances = accounts.map(({ address }) => ({ address, coins: uscrt(FUNDS) }));
  const all: Readonly<Record<string, unknown>> = {
    auth: { accounts: base },
    bank: { params: { default_send_enabled: true }, balances: [...balances, { address: pool, coins: uscrt(STAKE) }] },
    staking: {
      params: {
        unbonding_time: "120s",
        max_validators: 100,
        max_entries: 7,
        historical_entries: 0,
        bond_denom: "uscrt",
        min_commission_rate: DEC_ZERO,
      },
      validators: [validator],
      delegations: [delegation],
    },
    mint: {
      minter: { inflation: "0.130000000000000000", annual_provisions: DEC_ZERO },
      params: {
        mint_denom: "uscrt",
        inflation_rate_change: "0.130000000000000000",
        inflation_max: "0.200000000000000000",
        inflation_min: "0.070000000000000000",
        goal_bonded: "0.670000000000000000",
        blocks_per_year: "6311520",
      },
    },
    ...parts,
  };
  return new Map(Object.entries(all).map(([name, part]) => [name, JSON.stringify(part)]));
}
