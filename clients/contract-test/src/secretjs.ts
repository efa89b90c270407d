// SPDX-License-Identifier: Apache-2.0
import { fromUtf8 } from "@sotto/bytes";
import { sha256 } from "@sotto/crypto";
import type { DevAccount } from "./accounts.ts";
import type { Actor } from "./actor.ts";
import type { DevChain } from "./chain.ts";

/**
 * The parts of the module secretjs that are used: the caller passes the module, so that its version
 * is the caller's, and this package does not depend on it.
 */
export interface SecretJs<Client> {
  readonly SecretNetworkClient: new (options: never) => Client;
  readonly Wallet: { readonly prototype: object };
}

/** Milliseconds between two looks for a transaction; secret.js waits six seconds by default. */
const INTERVAL_MS = 10;

/** Without it every transaction takes three seconds, although its block is there at once. */
function lookOften(client: object): void {
  const broadcast: unknown = Reflect.get(client, "broadcastTx");
  if (typeof broadcast !== "function") return;
  const often = (tx: Uint8Array, timeoutMs: number, intervalMs: number, ...rest: unknown[]) =>
    broadcast.call(client, tx, timeoutMs, Math.min(intervalMs, INTERVAL_MS), ...rest);
  Reflect.set(client, "broadcastTx", often);
}

/** A wallet with the key of an account that may have no mnemonic: the constructor needs one. */
function walletOf(prototype: object, { privateKey, publicKey, address, mnemonic = "" }: DevAccount): object {
  const keys = { mnemonic, privateKey, publicKey, address, hdAccountIndex: 0, coinType: 529, bech32Prefix: "secret" };
  return Object.assign(Object.create(prototype), keys);
}

/**
 * A client of secret.js over a chain in this process. With an account it signs, also permits;
 * without one it reads. Its requests are answered without sockets. `secretjs`: the module, as
 * `import * as secretjs from "secretjs"`.
 */
export function connect<Client extends object>(
  chain: DevChain,
  by: DevAccount | Actor | undefined,
  { SecretNetworkClient, Wallet }: SecretJs<Client>,
): Client {
  const { chainId, url } = chain;
  // The cast: the options have the form that every version of secret.js takes.
  const Connected = SecretNetworkClient as new (options: object) => Client;
  if (by === undefined) return new Connected({ chainId, url });
  const account = "account" in by ? by.account : by;
  const client = new Connected({
    chainId,
    url,
    wallet: walletOf(Wallet.prototype, account),
    walletAddress: account.address,
    encryptionSeed: sha256(fromUtf8(`secretjs ${account.address}`)),
  });
  lookOften(client);
  return client;
}
