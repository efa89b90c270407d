// SPDX-License-Identifier: Apache-2.0
import { fromUtf8 } from "@sotto/bytes";
import { sha256 } from "@sotto/crypto";
import { deriveAccount, accounts as localAccounts } from "@sotto/local";
import { DevChainError } from "./errors.ts";
import { type Account, accountOf } from "./parts/signing.ts";

/** An account of a DevChain, with its keys. */
export interface DevAccount {
  readonly name: string;
  /** Bech32. */
  readonly address: string;
  /** Of the accounts of the local network only. */
  readonly mnemonic?: string;
  /** secp256k1, 32 bytes. */
  readonly privateKey: Uint8Array;
  /** secp256k1, compressed, 33 bytes. */
  readonly publicKey: Uint8Array;
}

/** Names that have funds from the first block on, beside the accounts of the local network. */
export const FUNDED = ["alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi", "ivan", "judy"];

/** The accounts of the local network that a test may use. */
export const LOCAL = localAccounts.filter(({ name }) => name !== "validator");

/** Local accounts by name. They take tens of milliseconds each to derive. */
const derived = new Map<string, DevAccount>();

function devAccount(account: Account, mnemonic?: string): DevAccount {
  const { publicKey, secret, name, address } = account;
  if (publicKey.kind !== "secp256k1") throw new DevChainError(`the account ${name} has no secp256k1 key`);
  const keys = { name, address, privateKey: secret, publicKey: publicKey.key };
  return mnemonic === undefined ? keys : { ...keys, mnemonic };
}

function localAccount(name: string): DevAccount | undefined {
  const known = derived.get(name);
  const found = LOCAL.find((each) => each.name === name);
  if (known !== undefined || found === undefined) return known;
  const account = devAccount(accountOf(name, deriveAccount(found.mnemonic).secretKey), found.mnemonic);
  derived.set(name, account);
  return account;
}

/** The name of the account that funds others. */
export const FAUCET = "contract-test faucet";

/** The faucet has no name for tests: with its funds spent, new accounts would get nothing. */
export function assertFree(name: string): void {
  if (name === FAUCET) throw new DevChainError(`the name "${FAUCET}" is the chain's own: take another`);
}

/** The account of a name: of the local network, or derived from seed and name. */
export function accountNamed(seed: string, name: string): DevAccount {
  if (typeof name !== "string" || name === "")
    throw new DevChainError('an account has a name: chain.account("alice"), not an empty text');
  return localAccount(name) ?? devAccount(accountOf(name, sha256(fromUtf8(`contract-test account ${seed}/${name}`))));
}

/** Signers by account: their public key takes 20 us. */
const signers = new WeakMap<DevAccount, Account>();

/** The account in the form that signs. */
export function signerOf(account: DevAccount): Account {
  const known = signers.get(account);
  if (known !== undefined) return known;
  const made = accountOf(account.name, account.privateKey);
  signers.set(account, made);
  return made;
}
