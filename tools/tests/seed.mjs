// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from "node:child_process";
import { root } from "../source/files.mjs";

export const VARIABLE = "SOTTO_SEED";
const LIMIT = 2 ** 31;

/**
 * The seed of a run: SOTTO_SEED, or else a number from the commit, so that each commit tries other
 * values and a run of one commit repeats (ADR 80). Throws RangeError unless SOTTO_SEED is a natural
 * number below 2^31.
 * @param {Readonly<Record<string, string | undefined>>} env
 * @param {() => string} [commit] hash of the commit, in hex
 */
export const seedOf = (env, commit = headCommit) => givenSeed(env) ?? Number.parseInt(commit().slice(0, 7), 16);

/**
 * The seed in SOTTO_SEED, or undefined. Throws RangeError unless it is a natural number below 2^31.
 * @param {Readonly<Record<string, string | undefined>>} env
 */
export function givenSeed(env) {
  const said = env[VARIABLE];
  if (said === undefined || said === "") return undefined;
  if (!/^\d{1,10}$/.test(said) || Number(said) >= LIMIT)
    throw new RangeError(`${VARIABLE} is no number below 2^31: ${said}`);
  return Number(said);
}

/** "1" without git or a commit, as in an archive of the sources. */
function headCommit() {
  try {
    return execFileSync("git", ["rev-parse", "HEAD"], {
      cwd: root,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
  } catch {
    return "1";
  }
}

/** The seed of this run. */
export const SEED = seedOf(process.env);

/**
 * Numbers from 0 to 1, the same for the same seed.
 * @param {number} [seed]
 * @returns {() => number}
 */
export function randomOf(seed = SEED) {
  let state = BigInt(seed);
  return () => {
    state = (state * 6_364_136_223_846_793_005n + 1_442_695_040_888_963_407n) & ((1n << 64n) - 1n);
    return Number(state >> 32n) / 2 ** 32;
  };
}
