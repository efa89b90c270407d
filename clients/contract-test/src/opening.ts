// SPDX-License-Identifier: Apache-2.0
import { concat, fromUtf8 } from "@sotto/bytes";
import { Ed25519Key, sha256 } from "@sotto/crypto";
import { type LocalGenesis, localGenesis } from "@sotto/local";
import { accountNamed, assertFree, type DevAccount, FAUCET, FUNDED, LOCAL } from "./accounts.ts";
import type { CheckedOptions } from "./options.ts";

const DENOM = "uscrt";
/** Pays for accounts that the genesis does not have. */
const FAUCET_FUNDS = 10n ** 30n;
/** The balance of an account that the options do not name: as on the local network. */
export const FUNDS = { denom: DENOM, amount: String(10n ** 18n) };
const MILLION = 1_000_000n;
export const SECOND = 1_000n * MILLION;

/** The fixed parts of a chain: all follow from its options. */
export interface Opening {
  readonly genesis: LocalGenesis;
  readonly validator: Ed25519Key;
  readonly faucet: DevAccount;
  /** The enclave's. */
  readonly secret: Uint8Array;
  /** Names of accounts with funds. */
  readonly funded: ReadonlySet<string>;
  /** Time of the second block, in nanoseconds. */
  readonly begin: bigint;
}

export function openingOf(options: CheckedOptions): Opening {
  const { chainId, seed, timeMs, accounts } = options;
  for (const name of accounts.keys()) assertFree(name);
  const secretOf = (use: string) => sha256(concat(fromUtf8(`contract-test ${use} `), fromUtf8(seed)));
  const validator = new Ed25519Key(secretOf("validator"));
  const faucet = accountNamed(seed, FAUCET);
  const named = FUNDED.filter((name) => !accounts.has(name));
  const local = LOCAL.filter(({ name }) => !accounts.has(name));
  const given = [...accounts].map(([name, coins]) => ({
    address: accountNamed(seed, name).address,
    coins: coins.map(({ denom, amount }) => ({ denom, amount: BigInt(amount) })),
  }));
  const begin = BigInt(timeMs) * MILLION;
  const genesis = localGenesis({
    chainId,
    // A second before, for the first block. Clients count digits from the end of a time.
    timeNs: begin - SECOND + 1n,
    validatorPubKey: validator.publicKey,
    funded: [...local.map(({ address }) => address), ...named.map((name) => accountNamed(seed, name).address)],
    extra: [{ address: faucet.address, coins: [{ denom: DENOM, amount: FAUCET_FUNDS }] }, ...given],
  });
  const funded = new Set([...FUNDED, ...LOCAL.map(({ name }) => name), ...accounts.keys()]);
  return { genesis, validator, faucet, secret: secretOf("enclave"), funded, begin };
}
