// SPDX-License-Identifier: Apache-2.0
import { equals, toHex } from "@sotto/bytes";
import { withHonest } from "@sotto/cometbft";
import { EnvironmentFault } from "@sotto/errors";
import { encodeAnchor, verifyAnchor } from "@sotto/sequencer";
import { type ApplyAnswer, type OfferAnswer, OfferResult, type SnapshotInfo } from "@sotto/store";
import type { FollowHandlers } from "../threads/follow.ts";
import type { Calls } from "../threads/port.ts";
import { type HeadersOptions, headersOf } from "./headers.ts";

export interface StateSyncOptions extends HeadersOptions {
  readonly follow: Calls<FollowHandlers>;
}

/** A state sync, as CometBFT asks for it. Each throws EnvironmentFault when it cannot go on. */
export interface StateSync {
  /** `appHash`: of the snapshot's height, which CometBFT has verified. */
  offer(info: SnapshotInfo, appHash: Uint8Array): Promise<OfferAnswer>;
  apply(index: number, chunk: Uint8Array, sender: string): Promise<ApplyAnswer>;
  /** Ends what waits for servers. */
  close(): void;
}

const NO_SERVERS =
  "CometBFT begins a state sync, and the node does not know where to get the headers that its enclave must verify: name the rpc_servers of CometBFT's config.toml with --comet-others URL URL";

/**
 * Restores snapshots on the thread `follow`. The headers that prove them come from the servers, and
 * nothing of them holds by the servers' word: the enclave verifies the way from the genesis.
 */
export function createStateSync({ follow, genesis, others, log }: StateSyncOptions): StateSync {
  const { chainId } = genesis;
  const stopping = new AbortController();
  const { servers, path } = headersOf({ genesis, others, log }, stopping.signal);

  async function proofOf(height: number, appHash: Uint8Array) {
    if (others.length === 0) throw new EnvironmentFault(NO_SERVERS);
    return withHonest(servers, async (blocks) => {
      const [last, next] = [await blocks.must(height), await blocks.must(height + 1)];
      if (!equals(next.header.appHash, appHash)) {
        throw new EnvironmentFault(
          `the servers of --comet-others have the application hash ${toHex(next.header.appHash)} after block ${height}, those of CometBFT's rpc_servers ${toHex(appHash)}: name the same servers of this chain in both`,
        );
      }
      verifyAnchor({ last, next }, chainId);
      return { anchor: encodeAnchor({ last, next }), steps: await path(blocks, height) };
    });
  }

  const tell = (what: string, { result, reason }: OfferAnswer | ApplyAnswer): void => {
    if (result !== OfferResult.accept) log.warn(`${what} is refused: ${reason ?? "no reason is known"}`);
  };

  return {
    async offer(info, appHash) {
      const what = `the snapshot of height ${info.height}`;
      const refused = await follow.call("refusedOffer", info);
      const answer =
        refused ?? (await follow.call("offer", info, appHash, await proofOf(Number(info.height), appHash)));
      tell(what, answer);
      if (answer.result === OfferResult.accept) log.warn(`${what} is being restored: ${info.chunks} chunks`);
      return answer;
    },
    async apply(index, chunk, sender) {
      const bytes = new Uint8Array(chunk);
      const answer = await follow.callWith([bytes.buffer], "apply", index, bytes, sender);
      tell(`chunk ${index}`, answer);
      if (answer.restored !== undefined) log.warn(`the state of height ${answer.restored.version} is restored`);
      return answer;
    },
    close: () => stopping.abort(),
  };
}
