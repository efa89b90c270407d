// SPDX-License-Identifier: Apache-2.0
/** Validators of a genesis file, and the votes of consensus for them. */
import { fromHex, fromUtf8, toBase64, toHex } from "@sotto/bytes";
import { sha256 } from "@sotto/crypto";
import type { ValidatorUpdate, VoteInfo } from "@sotto/kernel";

export const consensusKey = (name: string): Uint8Array => sha256(fromUtf8(`consensus key ${name}`));

const DEC = "0".repeat(18);

/** One validator of a genesis file, unbonded: the genesis bonds those with the most tokens. */
export const genesisValidator = (name: string, operator: string, tokens: bigint) => ({
  operator_address: operator,
  consensus_pubkey: { "@type": "/cosmos.crypto.ed25519.PubKey", key: toBase64(consensusKey(name)) },
  jailed: false,
  status: "BOND_STATUS_UNBONDED",
  tokens: String(tokens),
  delegator_shares: `${tokens}.${DEC}`,
  description: { moniker: name, identity: "", website: "", security_contact: "", details: "" },
  unbonding_height: "0",
  unbonding_time: "1970-01-01T00:00:00Z",
  commission: {
    commission_rates: {
      rate: `0.1${DEC.slice(1)}`,
      max_rate: `0.2${DEC.slice(1)}`,
      max_change_rate: `0.01${DEC.slice(2)}`,
    },
    update_time: "1970-01-01T00:00:00Z",
  },
  min_self_delegation: "1",
  unbonding_on_hold_ref_count: "0",
  unbonding_ids: [],
});

/** The sets of consensus: it takes over updates two heights later, as CometBFT. */
export class ConsensusSets {
  /** Powers by key in hex, by height. */
  readonly #sets = new Map<number, ReadonlyMap<string, bigint>>();

  /** `initial`: of the genesis, at the chain's first height. */
  constructor(firstHeight: number, initial: readonly ValidatorUpdate[]) {
    const first = after(new Map(), initial);
    this.#sets.set(firstHeight, first).set(firstHeight + 1, first);
  }

  /** Takes over the updates of a block. */
  update(height: number, updates: readonly ValidatorUpdate[]): void {
    this.#sets.set(height + 2, after(this.#sets.get(height + 1) ?? new Map(), updates));
  }

  /**
   * The votes for the block of a height; none before the first block. `absent`: consensus addresses
   * in hex.
   */
  votes(height: number, absent: ReadonlySet<string>): VoteInfo[] {
    return Array.from(this.#sets.get(height) ?? [], ([key, power]) => {
      const address = sha256(fromHex(key) ?? new Uint8Array(0)).slice(0, 20);
      return { address, power, flag: absent.has(toHex(address)) ? "absent" : "commit" };
    });
  }
}

function after(set: ReadonlyMap<string, bigint>, updates: readonly ValidatorUpdate[]): Map<string, bigint> {
  const next = new Map(set);
  for (const { pubKey, power } of updates) {
    if (power === 0n) next.delete(toHex(pubKey));
    else next.set(toHex(pubKey), power);
  }
  return next;
}
