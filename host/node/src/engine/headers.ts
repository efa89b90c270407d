// SPDX-License-Identifier: Apache-2.0
import { type ChainGenesis, genesisSet } from "@sotto/blocks";
import { validatorSetHash } from "@sotto/comet";
import { type HonestServers, type LightBlocks, lightPath, type TrustStep } from "@sotto/cometbft";
import type { Logger } from "../log.ts";
import { TRUSTING_PERIOD } from "../threads/trusting.ts";

export interface HeadersOptions {
  readonly genesis: ChainGenesis;
  /** RPC servers of other nodes. */
  readonly others: readonly string[];
  readonly log: Logger;
}

/** Headers of the chain from other nodes. */
export interface Headers {
  readonly servers: HonestServers;
  /** The way of the enclave's light client from the genesis to a height. */
  path(blocks: LightBlocks, height: number): Promise<readonly TrustStep[]>;
}

/** `signal`: ends what waits for the servers. */
export function headersOf({ genesis, others, log }: HeadersOptions, signal: AbortSignal): Headers {
  const { chainId, initialHeight, validators } = genesis;
  const firstSet = validators.length === 0 ? undefined : validatorSetHash(genesisSet(validators));
  return {
    servers: { urls: others, chainId, signal, onLie: (text: string) => log.warn(text) },
    path: (blocks, height) =>
      lightPath(blocks, {
        from: initialHeight,
        to: height,
        trustingPeriod: TRUSTING_PERIOD,
        genesisSet: firstSet,
      }),
  };
}
