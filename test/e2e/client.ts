// SPDX-License-Identifier: Apache-2.0
/**
 * Unmodified secretjs clients of the public test accounts, and the contracts of this repository on
 * a chain.
 */
import { readFileSync } from "node:fs";
import { accounts } from "@sotto/local";
import { type CreateClientOptions, SecretNetworkClient, type TxOptions, type TxResponse, Wallet } from "secretjs";
import { expect } from "vitest";
import type { TestNode } from "./node.ts";

export const CHAIN_ID = "secretdev-1";

/** Looks for the transaction after 25 ms, then every 50 ms. */
export const quick: TxOptions = { broadcastCheckIntervalMs: 50 };
export const withGas = (gasLimit: number): TxOptions => ({ ...quick, gasLimit });

export const mnemonicOf = (name: string): string => {
  const found = accounts.find((account) => account.name === name);
  if (found === undefined) throw new Error(`no account ${name}`);
  return found.mnemonic;
};

const wallets = new Map<string, Wallet>();
/** Making a wallet takes a while, because a mnemonic is stretched. */
export function walletOf(name: string): Wallet {
  const known = wallets.get(name) ?? new Wallet(mnemonicOf(name));
  wallets.set(name, known);
  return known;
}

export interface ClientOptions {
  readonly chainId?: string;
  readonly encryptionSeed?: Uint8Array;
}

/** The part of a node that its clients need. */
export type Server = Pick<TestNode, "rest">;

/** A client of one of the five funded accounts. */
export const clientOf = (node: Server, name: string, options?: ClientOptions): SecretNetworkClient =>
  clientWith(node, walletOf(name), options);

/** A client that signs with a wallet, in any sign mode. */
export const clientWith = (
  node: Server,
  wallet: NonNullable<CreateClientOptions["wallet"]> & { readonly address: string },
  options?: ClientOptions,
): SecretNetworkClient =>
  new SecretNetworkClient({ url: node.rest, chainId: CHAIN_ID, wallet, walletAddress: wallet.address, ...options });

export function must(tx: TxResponse): TxResponse {
  expect(tx.rawLog).toBe("");
  expect(tx.code).toBe(0);
  return tx;
}

/** The only value of an attribute in the decrypted log. */
export function attribute(tx: TxResponse, type: string, key: string): string {
  const found = tx.arrayLog?.find((log) => log.type === type && log.key === key);
  if (found === undefined) throw new Error(`no ${type}.${key} in ${tx.transactionHash}`);
  return found.value;
}

export const wasmOf = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../../contracts/built/${name}.wasm`, import.meta.url)));

export interface Code {
  readonly id: string;
  readonly hash: string;
}

/**
 * secretjs packs unpacked messages, but for amino JSON it signs before the packing is done: such a
 * client has to `pack`.
 */
export async function store(
  client: SecretNetworkClient,
  name: string,
  pack: (wasm: Uint8Array) => Uint8Array = (wasm) => wasm,
): Promise<Code> {
  const params = { sender: client.address, wasm_byte_code: pack(wasmOf(name)), source: "", builder: "" };
  const tx = must(await client.tx.compute.storeCode(params, withGas(10_000_000)));
  const id = attribute(tx, "message", "code_id");
  const { code_hash } = await client.query.compute.codeHashByCodeId({ code_id: id });
  return { id, hash: code_hash ?? "" };
}

/** As secretjs's calls take it. */
export interface Contract {
  readonly contract_address: string;
  readonly code_hash: string;
}

let labels = 0;

export async function make(client: SecretNetworkClient, code: Code, init: object, admin?: string): Promise<Contract> {
  const params = {
    sender: client.address,
    code_id: code.id,
    code_hash: code.hash,
    label: `contract ${process.pid} ${++labels}`,
    init_msg: init,
    ...(admin === undefined ? {} : { admin }),
  };
  const tx = must(await client.tx.compute.instantiateContract(params, withGas(2_000_000)));
  return { contract_address: attribute(tx, "message", "contract_address"), code_hash: code.hash };
}

export const execute = (
  client: SecretNetworkClient,
  contract: Contract,
  msg: object,
  gasLimit = 500_000,
  options: TxOptions = {},
): Promise<TxResponse> =>
  client.tx.compute.executeContract(
    { sender: client.address, ...contract, msg, sent_funds: [] },
    { ...withGas(gasLimit), ...options },
  );

/** A private token whose whole supply `owner` holds. */
export const tokenInit = (owner: string, amount = "1000000") => ({
  name: "Private Token",
  symbol: "PRIV",
  decimals: 6,
  prng_seed: "c2VlZA==",
  initial_balances: [{ address: owner, amount }],
  config: { public_total_supply: true },
});

/** The balance that a viewing key opens. */
export async function tokenBalance(
  client: SecretNetworkClient,
  token: Contract,
  address: string,
  key: string,
): Promise<bigint> {
  const answer = await client.query.compute.queryContract<object, { balance?: { amount: string } }>({
    ...token,
    query: { balance: { address, key } },
  });
  if (answer.balance === undefined) throw new Error(`no balance: ${JSON.stringify(answer)}`);
  return BigInt(answer.balance.amount);
}

export async function nativeBalance(client: SecretNetworkClient, address: string): Promise<bigint> {
  const { balance } = await client.query.bank.balance({ address, denom: "uscrt" });
  return BigInt(balance?.amount ?? "0");
}

/** Makes a validator of a consensus key, with a delegation of the client's account in uscrt. */
export async function createValidator(
  client: SecretNetworkClient,
  publicKey: Uint8Array,
  moniker: string,
  stake: string,
): Promise<void> {
  const tx = await client.tx.staking.createValidator(
    {
      description: { moniker, identity: "", website: "", security_contact: "", details: "" },
      commission: { rate: 0.1, max_rate: 0.2, max_change_rate: 0.01 },
      min_self_delegation: "1",
      delegator_address: client.address,
      pubkey: Buffer.from(publicKey).toString("base64"),
      initial_delegation: { amount: stake, denom: "uscrt" },
    },
    withGas(500_000),
  );
  must(tx);
}
