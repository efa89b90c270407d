// SPDX-License-Identifier: Apache-2.0
import { assertKnown } from "./arguments.ts";
import { DevChainError } from "./errors.ts";
import type { Coin } from "./parts/signing.ts";
import { parseMoment } from "./time.ts";

/** The options of `DevChain.create`. Each has a default. */
export interface DevChainOptions {
  /** Default: secretdev-1. */
  readonly chainId?: string;
  /** Keys, addresses, secrets of the enclave and nonces are derived from it. Default: "sotto". */
  readonly seed?: string;
  /** Time of the first block that a test makes. Default: 2026-01-01. */
  readonly time?: Date;
  /** Balances by name in place of 10^18 uscrt; names that are not here have that. */
  readonly accounts?: Readonly<Record<string, readonly Coin[]>>;
  /** Whether each transaction makes a block, or `mine` does. Default: automatic. */
  readonly blocks?: "automatic" | "manual";
  /** Uscrt per gas, as "0.0125uscrt"; transactions pay it. Default: no fees. */
  readonly gasPrice?: string;
  /**
   * Whether the enclave takes rows of contracts only with proofs, or believes its host (ADR 112): a
   * host of a simulated enclave can start it so. Default: proven.
   */
  readonly rows?: "proven" | "believed";
}

/** Amount of `denom` per 10^6 gas. */
export interface GasPrice {
  readonly denom: string;
  readonly perMillion: bigint;
}

export interface CheckedOptions {
  readonly chainId: string;
  readonly seed: string;
  readonly timeMs: number;
  readonly accounts: ReadonlyMap<string, readonly Coin[]>;
  readonly blocks: "automatic" | "manual";
  readonly gasPrice: GasPrice | undefined;
  /** For the node and its enclave. */
  readonly node: { readonly minimumGasPrice: GasPrice | undefined; readonly believesRows: boolean };
}

const KNOWN = ["chainId", "seed", "time", "accounts", "blocks", "gasPrice", "rows"];
const CHAIN_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{2,47}$/;
const PRICE = /^(\d{1,12})(?:\.(\d{1,6}))?([a-zA-Z][a-zA-Z0-9/:._-]{2,127})$/;
const DENOM = /^[a-zA-Z][a-zA-Z0-9/:._-]{2,127}$/;
const AMOUNT = /^\d{1,38}$/;
const FIRST = new Date("2026-01-01T00:00:00Z");

const refuse = (option: string, value: unknown, form: string): never => {
  throw new DevChainError(`the option ${option} is ${JSON.stringify(value)}: give ${form}`);
};

function priceOf(text: string | undefined): GasPrice | undefined {
  if (text === undefined) return undefined;
  const match = typeof text === "string" ? PRICE.exec(text) : null;
  if (match === null) return refuse("gasPrice", text, 'a text as "0.0125uscrt", with at most six decimals');
  const [, whole = "", decimals = "", denom = ""] = match;
  return { denom, perMillion: BigInt(whole + decimals.padEnd(6, "0")) };
}

/** Throws DevChainError. */
export function assertCoins(option: string, coins: readonly Coin[]): void {
  const form = 'a list as [{ denom: "uscrt", amount: "1000" }]';
  if (!Array.isArray(coins)) refuse(option, coins, form);
  for (const coin of coins) {
    const { denom, amount } = (coin ?? {}) as Partial<Coin>; // callers without types
    if (!DENOM.test(String(denom)) || typeof amount !== "string" || !AMOUNT.test(amount)) refuse(option, coins, form);
  }
}

/** The options with their defaults. Throws DevChainError that names the wrong option. */
export function checkOptions(options: DevChainOptions): CheckedOptions {
  if (typeof options !== "object" || options === null || Array.isArray(options))
    throw new DevChainError(`the options are ${JSON.stringify(options)}: give an object, as { seed: "mine" }`);
  assertKnown(options, KNOWN);
  const { chainId = "secretdev-1", seed = "sotto", time = FIRST, accounts = {} } = options;
  const { blocks = "automatic", rows = "proven" } = options;
  if (!CHAIN_ID.test(String(chainId))) refuse("chainId", chainId, "3 to 48 letters, digits, - and _");
  if (typeof seed !== "string") refuse("seed", seed, "a text");
  if (!["automatic", "manual"].includes(blocks)) refuse("blocks", blocks, '"automatic" or "manual"');
  if (!["proven", "believed"].includes(rows)) refuse("rows", rows, '"proven" or "believed"');
  if (typeof accounts !== "object" || accounts === null || Array.isArray(accounts))
    refuse("accounts", accounts, 'balances by name, as { zoe: [{ denom: "uscrt", amount: "1000" }] }');
  for (const [name, coins] of Object.entries(accounts)) {
    assertCoins(`accounts.${name}`, coins);
    if (new Set(coins.map(({ denom }) => denom)).size < coins.length)
      refuse(`accounts.${name}`, coins, "each denom once");
  }
  const gasPrice = priceOf(options.gasPrice);
  return {
    chainId,
    seed,
    timeMs: parseMoment(time),
    accounts: new Map(Object.entries(accounts)),
    blocks,
    gasPrice,
    node: { minimumGasPrice: gasPrice, believesRows: rows === "believed" },
  };
}
