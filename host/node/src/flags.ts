// SPDX-License-Identifier: Apache-2.0
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import type { GenesisAccount } from "@sotto/local";
import { InvalidArgumentError } from "commander";
import { isChainId } from "./config.ts";
import { type LogLevels, parseLogLevels } from "./logLevels.ts";
import type { MissedBlocks } from "./validators.ts";

/** A whole number. */
export const integer =
  (least: number, most: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least || value > most) {
      throw new InvalidArgumentError(`a whole number from ${least} to ${most} is needed`);
    }
    return value;
  };

/** Levels of the log (`parseLogLevels`). */
export function logLevels(text: string): LogLevels {
  try {
    return parseLogLevels(text);
  } catch (thrown) {
    throw new InvalidArgumentError(thrown instanceof Error ? thrown.message : String(thrown));
  }
}

/** A name for a chain, and for its folder. */
export function chainId(text: string): string {
  if (isChainId(text)) return text;
  throw new InvalidArgumentError("a chain id has 1 to 50 letters, digits, dots, hyphens or underscores");
}

/**
 * A folder or file. `~` is the user's own folder: shells do not expand it after `--home=`, and a
 * folder of that name is never intended.
 */
export function path(text: string): string {
  if (text.trim() === "") throw new InvalidArgumentError("a name is needed");
  return resolve(/^~(?=\/|$)/.test(text) ? join(homedir(), text.slice(1)) : text);
}

/**
 * This checks the form; the bytes of an account's address are checked where the genesis is made.
 */
const ACCOUNT = /^([a-z]+1[a-z0-9]{38,90})=(.+)$/;
/**
 * An amount that can be added up a million times within 256 bits, and a denomination of the SDK
 * (types/coin.go).
 */
const COIN = /^([1-9][0-9]{0,59})([a-zA-Z][a-zA-Z0-9/:._-]{2,127})$/;

/** `ADDRESS=COINS`, added to the earlier values: the flag may be repeated. */
export function genesisAccount(text: string, before: readonly GenesisAccount[] = []): readonly GenesisAccount[] {
  const [, address, list] = ACCOUNT.exec(text) ?? [];
  if (address === undefined || list === undefined) {
    throw new InvalidArgumentError("an address and its coins are needed, for example secret1...=1000000uscrt,5utoken");
  }
  const coins = list.split(",").map((coin) => {
    const [, amount, denom] = COIN.exec(coin) ?? [];
    if (amount === undefined || denom === undefined) {
      throw new InvalidArgumentError(
        `"${coin}" is not a coin: a whole number above zero and a denomination are needed`,
      );
    }
    return { denom, amount: BigInt(amount) };
  });
  return [...before, { address, coins }];
}

/** Heights of at most 15 digits are exact. */
const MISSED = /^([1-9][0-9]{0,2})@([1-9][0-9]{0,14})(?:-([1-9][0-9]{0,14}))?$/;

/**
 * `VALIDATOR@FROM-TO` or `VALIDATOR@HEIGHT`, beside the earlier values: the flag may be repeated.
 */
export function missedBlocks(text: string, before: readonly MissedBlocks[] = []): readonly MissedBlocks[] {
  const [, validator, from, to = from] = MISSED.exec(text) ?? [];
  if (validator === undefined || from === undefined) {
    throw new InvalidArgumentError("the number of a validator and heights are needed, for example 3@100-150 or 3@120");
  }
  const range = { validator: Number(validator), from: Number(from), to: Number(to) };
  if (range.to < range.from) throw new InvalidArgumentError(`the range ends at ${to}, before it begins at ${from}`);
  return [...before, range];
}
