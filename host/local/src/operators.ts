// SPDX-License-Identifier: Apache-2.0
import { HDKey } from "@scure/bip32";
import { mnemonicToSeedSync } from "@scure/bip39";
import { formatAddress } from "@sotto/address";
import { secp256k1PublicKey } from "@sotto/crypto";
import { EnvironmentFault } from "@sotto/errors";
import { publicKeyAddress } from "@sotto/tx";
import { accounts, PARENT_PATH } from "./accounts.ts";

/** A validator of the developer's network. */
export interface LocalValidator {
  /** Bech32 address of the account that operates it. */
  readonly account: string;
  readonly moniker: string;
  /** ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
}

/** The account of the first validator. */
const FIRST = accounts[0] ?? { address: "", mnemonic: "" };

const monikerOf = (number: number): string => (number === 1 ? "sotto" : `sotto-${number}`);

/**
 * Bech32 addresses of the accounts that operate the first `count` validators: addresses 0, 1, 2,
 * ... of the mnemonic of account `validator`. Cost: tens of milliseconds, a millisecond an address;
 * nothing for one.
 */
export function operatorAccounts(count: number): readonly string[] {
  if (count <= 1) return [FIRST.address].slice(0, count);
  const parent = HDKey.fromMasterSeed(mnemonicToSeedSync(FIRST.mnemonic)).derive(PARENT_PATH);
  return Array.from({ length: count }, (_, index) => {
    const { privateKey } = parent.deriveChild(index);
    const key = privateKey === null ? undefined : secp256k1PublicKey(privateKey);
    if (key === undefined) throw new EnvironmentFault(`the mnemonic has no key of address ${index}`);
    return formatAddress(publicKeyAddress({ kind: "secp256k1", key }));
  });
}

/** The validators of these keys, in the order of their numbers. */
export function localValidators(publicKeys: readonly Uint8Array[]): readonly LocalValidator[] {
  const operators = operatorAccounts(publicKeys.length);
  return publicKeys.map((publicKey, i) => ({
    account: operators[i] ?? "",
    moniker: monikerOf(i + 1),
    publicKey,
  }));
}
