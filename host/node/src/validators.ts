// SPDX-License-Identifier: Apache-2.0
import { EnvironmentFault } from "@sotto/errors";
import type { Misses } from "@sotto/sequencer";

/** Limit: `max_validators` of the developer's genesis; more would not be bonded. */
export const MOST_VALIDATORS = 100;

/** Blocks that a validator does not sign, as if it were down. */
export interface MissedBlocks {
  /** Number of the validator, from 1. */
  readonly validator: number;
  /** First and last height. */
  readonly from: number;
  readonly to: number;
}

const sumOf = (powers: readonly bigint[]): bigint => powers.reduce((sum, power) => sum + power, 0n);

const numbersText = (numbers: readonly number[]): string =>
  numbers.length === 1
    ? `validator ${numbers[0]}`
    : `validators ${numbers.slice(0, -1).join(", ")} and ${numbers[numbers.length - 1]}`;

/** The powers of a new chain's validators. */
export const equalPowers = (count: number): readonly bigint[] => Array.from({ length: count }, () => 1n);

/**
 * Refuses misses of unknown validators, and those that leave not more than two thirds of the
 * genesis's power. `powers`: of this node's validators in the order of their numbers, 0 for one
 * that is not in the set; `total`: of the whole set. A set that blocks have changed is judged by
 * the sequencer.
 */
export function assertMisses(misses: readonly MissedBlocks[], powers: readonly bigint[], total = sumOf(powers)): void {
  const count = powers.length;
  const unknown = misses.find(({ validator }) => validator > count);
  if (unknown !== undefined) {
    const all = count === 1 ? "one validator" : `${count} validators`;
    throw new EnvironmentFault(
      `--miss: there is no validator ${unknown.validator}, the chain has ${all}; a new chain has more with --validators N`,
    );
  }
  const powerOf = (number: number): bigint => powers[number - 1] ?? 0n;
  // Most validators are absent at a height at which a range begins.
  for (const { from: height } of misses) {
    const found = misses.filter(({ from, to }) => from <= height && height <= to).map(({ validator }) => validator);
    const absent = [...new Set(found)].filter((number) => powerOf(number) > 0n).sort((a, b) => a - b);
    const left = total - sumOf(absent.map(powerOf));
    if (left * 3n > total * 2n) continue;
    throw new EnvironmentFault(
      `--miss: the chain would stop at block ${height}, because ${numbersText(absent)} of ${count} would be absent and a block needs more than two thirds of the power; let them miss other blocks, or make a chain with --validators ${3 * absent.length + 1} or more`,
    );
  }
}

/** For the sequencer, whose keys are in the order of the validators' numbers. */
export function missesOf(misses: readonly MissedBlocks[]): Misses {
  return (key, height) =>
    misses.some(({ validator, from, to }) => validator === key + 1 && from <= height && height <= to);
}
