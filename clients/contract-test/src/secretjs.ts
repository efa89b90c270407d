// SPDX-License-Identifier: Apache-2.0
import { fromUtf8 } from "@sotto/bytes";
import { sha256 } from "@sotto/crypto";
import { SecretNetworkClient, Wallet } from "secretjs";
import type { DevAccount } from "./accounts.ts";
import type { Actor } from "./actor.ts";
import type { DevChain } from "./chain.ts";

/** Milliseconds between two looks for a transaction; secret.js waits six seconds by default. */
const INTERVAL_MS = 10;

/** Without it every transaction takes three seconds, although its block is there at once. */
function lookOften(client: SecretNetworkClient): void {
  const broadcast: unknown = Reflect.get(client, "broadcastTx");
  if (typeof broadcast !== "function") return;
  const often = (tx: Uint8Array, timeoutMs: number, intervalMs: number, ...rest: unknown[]) =>
    broadcast.call(client, tx, timeoutMs, Math.min(intervalMs, INTERVAL_MS), ...rest);
  Reflect.set(client, "broadcastTx", often);
}

/** A wallet of secret.js with the key of an account, which has no mnemonic. */
function walletOf({ privateKey, publicKey, address, mnemonic = "" }: DevAccount): Wallet {
  const keys = { mnemonic, privateKey, publicKey, address, hdAccountIndex: 0, coinType: 529, bech32Prefix: "secret" };
  // The cast: the constructor would derive the key from a mnemonic.
  return Object.assign(Object.create(Wallet.prototype) as Wallet, keys);
}

/**
 * A client of secret.js over a chain in this process. With an account it signs, also permits;
 * without one it reads. Its requests are answered without sockets.
 */
export function connect(chain: DevChain, by?: DevAccount | Actor): SecretNetworkClient {
  const { chainId, url } = chain;
  if (by === undefined) return new SecretNetworkClient({ chainId, url });
  const account = "account" in by ? by.account : by;
  const client = new SecretNetworkClient({
    chainId,
    url,
    wallet: walletOf(account),
    walletAddress: account.address,
    encryptionSeed: sha256(fromUtf8(`secretjs ${account.address}`)),
  });
  lookOften(client);
  return client;
}
