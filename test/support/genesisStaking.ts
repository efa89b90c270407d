// SPDX-License-Identifier: Apache-2.0
/** Validators and parameters of staking, as genesis files have them. */
import { toBase64 } from "@sotto/bytes";

const EPOCH = "1970-01-01T00:00:00Z";
const ZERO = "0.000000000000000000";

/** Text of shares or of whole tokens, as a decimal. */
export const sharesOf = (tokens: bigint): string => `${tokens}.000000000000000000`;

export interface GenesisValidator {
  readonly moniker: string;
  /** Bech32. */
  readonly operator: string;
  /** Of consensus, ed25519. */
  readonly pubKey: Uint8Array;
  readonly tokens: bigint;
}

/**
 * A validator before InitGenesis bonds it, which takes those with the most tokens. Its commission
 * is 10 %, at most 20 %.
 */
export const genesisValidator = ({ moniker, operator, pubKey, tokens }: GenesisValidator) => ({
  operator_address: operator,
  consensus_pubkey: { "@type": "/cosmos.crypto.ed25519.PubKey", key: toBase64(pubKey) },
  jailed: false,
  status: "BOND_STATUS_UNBONDED",
  tokens: String(tokens),
  delegator_shares: sharesOf(tokens),
  description: { moniker, identity: "", website: "", security_contact: "", details: "" },
  unbonding_height: "0",
  unbonding_time: EPOCH,
  commission: {
    commission_rates: {
      rate: "0.100000000000000000",
      max_rate: "0.200000000000000000",
      max_change_rate: "0.010000000000000000",
    },
    update_time: EPOCH,
  },
  min_self_delegation: "1",
  unbonding_on_hold_ref_count: "0",
  unbonding_ids: [],
});

/** Parameters of staking with the coin of the test's accounts, and these changes. */
export const stakingParams = (
  changes: { readonly unbonding_time?: string; readonly max_validators?: number } = {},
) => ({
  unbonding_time: "1814400s",
  max_validators: 100,
  max_entries: 7,
  historical_entries: 0,
  bond_denom: "uscrt",
  min_commission_rate: ZERO,
  ...changes,
});
