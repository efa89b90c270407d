// SPDX-License-Identifier: Apache-2.0
import { fromUtf8 } from "@sotto/bytes";
import type { Dialect } from "@sotto/check";
import { jsonString } from "@sotto/codec";

/** The block data of a call. */
export interface BlockEnv {
  readonly height: number;
  /** Decimal nanoseconds since 1970: more than a double holds. */
  readonly time: string;
  readonly chainId: string;
}

export interface Coin {
  readonly denom: string;
  /** Decimal. */
  readonly amount: string;
}

export interface EnvInput {
  readonly block: BlockEnv;
  /** Base64 text; only for v1 contracts that require the feature `random`. */
  readonly random?: string | undefined;
  /** Absent in queries and outside of transactions. */
  readonly transaction?: { readonly index: number; readonly hash: string } | undefined;
  /** Bech32. */
  readonly contract: string;
  /** Lower-case hex. */
  readonly codeHash: string;
  /** Bech32; empty except for instantiate, execute and migrate. */
  readonly sender: string;
  readonly funds: readonly Coin[];
}

const NOTHING = new Uint8Array(0);

/** The funds as JSON: `[]` or `[{"denom":"uscrt","amount":"1"},...]` in the input's order. */
export function formatCoins(coins: readonly Coin[]): string {
  let out = "[";
  for (const { denom, amount } of coins) {
    out += `${out.length === 1 ? "" : ","}{"denom":${jsonString(denom)},"amount":${jsonString(amount)}}`;
  }
  return `${out}]`;
}

/**
 * The JSON texts env and info. Their length costs gas, so each byte is consensus. Source:
 * spec/contract-interface.md 4.
 */
export function formatEnv(dialect: Dialect, input: EnvInput): { readonly env: Uint8Array; readonly info: Uint8Array } {
  if (dialect === "v010") return { env: fromUtf8(envV010(input)), info: NOTHING };
  const info = `{"sender":${jsonString(input.sender)},"funds":${formatCoins(input.funds)}}`;
  return { env: fromUtf8(envV1(input)), info: fromUtf8(info) };
}

function envV010({ block, sender, funds, contract, codeHash }: EnvInput): string {
  const seconds = block.time.length > 9 ? block.time.slice(0, -9) : "0";
  return (
    `{"block":{"height":${block.height},"time":${seconds},"chain_id":${jsonString(block.chainId)}},` +
    `"message":{"sender":${jsonString(sender)},"sent_funds":${formatCoins(funds)}},` +
    `"contract":{"address":${jsonString(contract)}},"contract_key":null,` +
    `"contract_code_hash":"${codeHash}","transaction":null}`
  );
}

function envV1({ block, random, transaction, contract, codeHash }: EnvInput): string {
  const dice = random === undefined ? "" : `,"random":"${random}"`;
  const tx =
    transaction === undefined ? "null" : `{"index":${transaction.index},"hash":${jsonString(transaction.hash)}}`;
  return (
    `{"block":{"height":${block.height},"time":"${block.time}","chain_id":${jsonString(block.chainId)}${dice}},` +
    `"contract":{"address":${jsonString(contract)},"code_hash":"${codeHash}"},"transaction":${tx}}`
  );
}
