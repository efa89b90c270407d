// SPDX-License-Identifier: Apache-2.0
import type { BlockLog } from "@sotto/blocks";
import { type LightBlocks, lightPath, type TrustStep } from "@sotto/cometbft";
import { assert, ChainError, EnvironmentFault } from "@sotto/errors";
import type { EnclaveClient } from "@sotto/protocol";
import { BoundaryError } from "@sotto/protocol";

/** Limit of the enclave for one request (spec/calls.md 2.4). */
const STEPS_AT_ONCE = 64;

/** Seconds that a step of the enclave's light client may cross: its default, less one. */
export const TRUSTING_PERIOD = 14 * 24 * 3600 - 1;

/**
 * Moves the enclave's light client to a height; returns its sealed state. Throws EnvironmentFault.
 */
export function trust(enclave: EnclaveClient, steps: readonly TrustStep[], height: number): Uint8Array {
  let sealed: Uint8Array | undefined;
  let at = 0;
  try {
    for (let from = 0; from < steps.length; from += STEPS_AT_ONCE) {
      const answer = enclave.trust({ steps: steps.slice(from, from + STEPS_AT_ONCE) });
      sealed = answer.sealed;
      at = answer.height;
    }
  } catch (thrown) {
    if (!(thrown instanceof ChainError)) throw thrown;
    const isLate = ChainError.is(thrown, BoundaryError.trustExpired);
    const remedy = isLate
      ? "its trusting period is shorter than the time between two steps; let the node execute all blocks from the genesis"
      : "the servers of --comet-others may be of another chain, or the node has the genesis file of another one";
    throw new EnvironmentFault(
      `the enclave does not follow the headers to height ${height} (${thrown.message}): ${remedy}`,
      {
        cause: thrown,
      },
    );
  }
  assert(sealed !== undefined && at === height, "the steps of the light client end elsewhere");
  return sealed;
}

/** Light blocks of the node's own log. */
const logBlocks = (log: BlockLog): LightBlocks => ({
  async must(height) {
    const meta = log.meta(height);
    if (meta === undefined) throw new EnvironmentFault(`block ${height} is not in the node's block log`);
    const { header, commit, validators } = meta;
    return { header, commit, validators };
  },
  close() {},
});

/**
 * The way of the enclave's light client over the node's own blocks. Throws EnvironmentFault when
 * the log lacks one.
 */
export const ownPath = (log: BlockLog, from: number, to: number): Promise<TrustStep[]> =>
  lightPath(logBlocks(log), { from, to, trustingPeriod: TRUSTING_PERIOD });
