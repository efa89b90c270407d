// SPDX-License-Identifier: Apache-2.0
/**
 * The network of `npm start`, its public accounts, and what everybody sees of a contract's calls.
 * Importing it ends the process with advice when no node answers.
 */
import { readFileSync } from "node:fs";
import { SecretNetworkClient, Wallet } from "secretjs";

const url = process.env["SOTTO_URL"] ?? "http://127.0.0.1:1317";
const chainId = process.env["SOTTO_CHAIN_ID"] ?? "secretdev-1";

/** Public test keys: the banner of `npm start` shows them. Use them on this network only. */
const MNEMONICS = {
  a: "grant rice replace explain federal release fix clever romance raise often wild taxi quarter soccer fiber love must tape steak together observe swap guitar",
  b: "jelly shadow frog dirt dragon use armed praise universe win jungle close inmate rain oil canvas beauty pioneer chef soccer icon dizzy thunder meadow",
  c: "chair love bleak wonder skirt permit say assist aunt credit roast size obtain minute throw sand usual age smart exact enough room shadow charge",
  d: "word twist toast cloth movie predict advance crumble escape whale sail such angry muffin balcony keen move employ cook valve hurt glimpse breeze brick",
} as const;

/** Looks for a transaction every 100 ms. */
export const fast = { broadcastCheckIntervalMs: 100 };
/** The same, for clients of `@sotto/contract-client`. */
export const fastClient = { pollMs: 100 };

/** A client of secret.js for a funded account. */
export function account(name: keyof typeof MNEMONICS): SecretNetworkClient {
  const wallet = new Wallet(MNEMONICS[name]);
  return new SecretNetworkClient({ url, chainId, wallet, walletAddress: wallet.address });
}

/** A built contract of this repository. */
export const wasmOf = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../../contracts/built/${name}.wasm`, import.meta.url)));

/** A transaction that took effect. Throws the chain's text for another. */
export function must<T extends { readonly code: number; readonly rawLog: string }>(tx: T): T {
  if (tx.code !== 0) throw new Error(`transaction failed: ${tx.rawLog}`);
  return tx;
}

/** One line of the story. */
export const say = (label: string, text: string): void => console.log(`${label.padEnd(10)}${text}`);

export const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A transaction that called a contract, as the REST endpoint shows it to everybody. */
export interface PublicCall {
  readonly height: string;
  readonly sender: string;
  readonly gasUsed: string;
  /** The encrypted message in base64. */
  readonly message: string;
  /** Bytes of the encrypted message. */
  readonly bytes: number;
}

interface SearchAnswer {
  readonly txs: readonly {
    readonly body: { readonly messages: readonly { readonly sender: string; readonly msg?: string }[] };
  }[];
  readonly tx_responses: readonly { readonly height: string; readonly gas_used: string }[];
}

/** All calls that a contract got so far, in order. */
export async function publicCalls(contract: string): Promise<PublicCall[]> {
  const query = encodeURIComponent(`wasm.contract_address='${contract}'`);
  const answer = await fetch(`${url}/cosmos/tx/v1beta1/txs?query=${query}&order_by=ORDER_BY_ASC&pagination.limit=100`);
  // The form of the REST endpoint for a search of transactions.
  const { txs, tx_responses } = (await answer.json()) as SearchAnswer;
  return txs.flatMap(({ body }, i) => {
    const [first] = body.messages;
    const { height = "", gas_used: gasUsed = "" } = tx_responses[i] ?? {};
    if (first?.msg === undefined) return [];
    return [{ height, sender: first.sender, gasUsed, message: first.msg, bytes: atob(first.msg).length }];
  });
}

/** Prints a contract's calls as everybody sees them. */
export async function sayPublic(contract: string): Promise<void> {
  for (const { height, sender, gasUsed, message, bytes } of await publicCalls(contract)) {
    const from = `${sender.slice(0, 10)}...${sender.slice(-4)}`;
    say("public", `block ${height}, ${from}, gas ${gasUsed}, ${bytes} bytes ${message.slice(0, 24)}...`);
  }
}

try {
  await fetch(`${url}/cosmos/base/tendermint/v1beta1/node_info`);
} catch {
  console.error(`No node answers at ${url}. Start one in another terminal and wait for its banner:\n\n  npm start\n`);
  process.exit(1);
}
