// SPDX-License-Identifier: Apache-2.0
import { ChainError, EnvironmentFault } from "@sotto/errors";
import type { LightBlocks } from "./lightPath.ts";
import { lightBlocks } from "./rpc/light.ts";
import { orStopped } from "./stopping.ts";

export interface HonestServers {
  readonly urls: readonly string[];
  readonly chainId: string;
  /** Told for each order of servers that does not lead to the end. */
  readonly onLie: (text: string) => void;
  /** Ends what waits. */
  readonly signal: AbortSignal;
  /** Of one request. */
  readonly timeoutMs?: number;
}

/**
 * Orders in which servers are asked: each one first, because an honest server with all blocks gives
 * a whole answer by itself; then all but one, because several honest ones may have parts each.
 */
function ordersOf(urls: readonly string[]): readonly (readonly string[])[] {
  const all = [...new Set(urls)];
  const rotated = all.map((_, i) => [...all.slice(i), ...all.slice(0, i)]);
  return all.length < 3 ? rotated : [...rotated, ...all.map((left) => all.filter((url) => url !== left))];
}

/**
 * Runs `use` with the light blocks of servers, of which some may lie: when its checks fail, servers
 * are asked in another order. Throws EnvironmentFault with the reason of each order.
 */
export async function withHonest<T>(servers: HonestServers, use: (blocks: LightBlocks) => Promise<T>): Promise<T> {
  const { urls, chainId, onLie, signal, timeoutMs } = servers;
  const reasons: string[] = [];
  for (const order of ordersOf(urls)) {
    const blocks = lightBlocks(order, chainId, timeoutMs === undefined ? {} : { timeoutMs });
    try {
      return await orStopped(signal, use(blocks));
    } catch (thrown) {
      if (signal.aborted || !(thrown instanceof EnvironmentFault || thrown instanceof ChainError)) throw thrown;
      reasons.push(`${order.join(", then ")}: ${thrown.message}`);
      onLie(`the headers of ${reasons.at(-1)}`);
    } finally {
      blocks.close();
    }
  }
  throw new EnvironmentFault(
    `no order of the servers of --comet-others leads to headers that hold:\n  ${reasons.join("\n  ")}\nName servers of this chain that you trust and that have the blocks`,
  );
}
