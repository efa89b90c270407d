// SPDX-License-Identifier: Apache-2.0
/** The genesis of a chain with inflation. */
import { mintPart, stakeBalance, stakingPart } from "./stake.ts";
import { accounts, FUNDS } from "./testChain.ts";

export { operator, STAKE, staker } from "./stake.ts";

/** `parts` replace the genesis of modules; others keep their default. */
export function stakedGenesis(parts: Readonly<Record<string, unknown>> = {}): Map<string, string> {
  const base = accounts.map(({ address }) => ({ "@type": "/cosmos.auth.v1beta1.BaseAccount", address }));
  const coins = [{ denom: "uscrt", amount: String(FUNDS) }];
  const balances = accounts.map(({ address }) => ({ address, coins }));
  const all: Readonly<Record<string, unknown>> = {
    auth: { accounts: base },
    bank: { params: { default_send_enabled: true }, balances: [...balances, stakeBalance] },
    staking: stakingPart,
    mint: mintPart("0.130000000000000000"),
    ...parts,
  };
  return new Map(Object.entries(all).map(([name, part]) => [name, JSON.stringify(part)]));
}
