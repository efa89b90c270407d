// SPDX-License-Identifier: Apache-2.0
import { HDKey } from "@scure/bip32";
import { mnemonicToSeedSync } from "@scure/bip39";
import { formatAddress } from "@sotto/address";
import { secp256k1PublicKey } from "@sotto/crypto";
import { EnvironmentFault } from "@sotto/errors";
import { type PublicKey, publicKeyAddress } from "@sotto/tx";

/**
 * An account of the developer's network. Its secret is public: it must never hold anything of
 * value.
 */
export interface LocalAccount {
  readonly name: string;
  /** Bech32, at m/44'/529'/0'/0/0 of the mnemonic. */
  readonly address: string;
  readonly mnemonic: string;
}

// The public test keys of LocalSecret (spec/local-network.md 2). The addresses are constants, so
// that a start does not derive them; a test derives them.
export const accounts: readonly LocalAccount[] = [
  {
    name: "validator",
    address: "secret14aj08vd2ntty7dvskdmdu4zhf23mcwgtute8dz",
    mnemonic:
      "push certain add next grape invite tobacco bubble text romance again lava crater pill genius vital fresh guard great patch knee series era tonight",
  },
  {
    name: "a",
    address: "secret1ap26qrlp8mcq2pg6r47w43l0y8zkqm8a450s03",
    mnemonic:
      "grant rice replace explain federal release fix clever romance raise often wild taxi quarter soccer fiber love must tape steak together observe swap guitar",
  },
  {
    name: "b",
    address: "secret1fc3fzy78ttp0lwuujw7e52rhspxn8uj52zfyne",
    mnemonic:
      "jelly shadow frog dirt dragon use armed praise universe win jungle close inmate rain oil canvas beauty pioneer chef soccer icon dizzy thunder meadow",
  },
  {
    name: "c",
    address: "secret1ajz54hz8azwuy34qwy9fkjnfcrvf0dzswy0lqq",
    mnemonic:
      "chair love bleak wonder skirt permit say assist aunt credit roast size obtain minute throw sand usual age smart exact enough room shadow charge",
  },
  {
    name: "d",
    address: "secret1ldjxljw7v4vk6zhyduywh04hpj0jdwxsmrlatf",
    mnemonic:
      "word twist toast cloth movie predict advance crumble escape whale sail such angry muffin balcony keen move employ cook valve hurt glimpse breeze brick",
  },
];

/** Secret Network's coin type is 529 (SLIP-44; spec/local-network.md 1). */
export const PARENT_PATH = "m/44'/529'/0'/0";
const PATH = `${PARENT_PATH}/0`;

/** Keys of an account. */
export interface AccountKey {
  readonly secretKey: Uint8Array;
  readonly publicKey: PublicKey;
  /** 20 bytes. */
  readonly address: Uint8Array;
  /** Bech32. */
  readonly text: string;
}

/** Throws unless the secret is in range. */
export function accountKey(secretKey: Uint8Array): AccountKey {
  const key = secp256k1PublicKey(secretKey);
  if (key === undefined) throw new EnvironmentFault("an account's secret key is not in range");
  const publicKey: PublicKey = { kind: "secp256k1", key };
  const address = publicKeyAddress(publicKey);
  return { secretKey, publicKey, address, text: formatAddress(address) };
}

/**
 * The key of a mnemonic. Cost: tens of milliseconds, because the derivation from a mnemonic takes
 * 2048 rounds.
 */
export function deriveAccount(mnemonic: string): AccountKey {
  const { privateKey } = HDKey.fromMasterSeed(mnemonicToSeedSync(mnemonic)).derive(PATH);
  if (privateKey === null) throw new EnvironmentFault("the mnemonic has no private key at its path");
  return accountKey(privateKey);
}
