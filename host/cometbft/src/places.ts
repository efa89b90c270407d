// SPDX-License-Identifier: Apache-2.0
import { setTimeout as sleep } from "node:timers/promises";
import { toHex } from "@sotto/bytes";
import { EnvironmentFault } from "@sotto/errors";
import { assertAsked, type BlockSource, type DecidedParts } from "./decided.ts";
import { orStopped, STOPPED } from "./stopping.ts";

/** What a place said when it did not give a block. */
export interface Said {
  readonly name: string;
  readonly said: string;
  /** It has another block, which does not change by waiting. */
  readonly isFinal: boolean;
}

/** What a user of parts makes of them, or why they cannot be those of the decided block. */
export type Taken<T> = { readonly value: T } | { readonly refused: string };

/**
 * Asks places in their order until the parts of one are taken; those after it are released.
 */
async function askEach<T>(
  sources: readonly BlockSource[],
  height: number,
  hash: Uint8Array,
  take: (parts: DecidedParts) => Promise<Taken<T>>,
): Promise<{ readonly answers: readonly Said[]; readonly found?: { readonly value: T } }> {
  const answers: Said[] = [];
  for (const [i, source] of sources.entries()) {
    const answer = await askOne(source, height, hash);
    if (!("header" in answer)) {
      answers.push(answer);
      continue;
    }
    const taken = await take(answer);
    if ("value" in taken) {
      for (const later of sources.slice(i + 1)) await later.release?.();
      return { answers, found: taken };
    }
    answers.push({ name: source.name, said: `gives false parts: ${taken.refused}`, isFinal: true });
  }
  return { answers };
}

async function askOne(source: BlockSource, height: number, hash: Uint8Array): Promise<DecidedParts | Said> {
  const { name } = source;
  try {
    const found = await (source.look === undefined ? source.find(height, hash) : source.look(height, hash));
    if (typeof found !== "object") return { name, said: found ?? "does not have it", isFinal: false };
    assertAsked(name, height, hash, found.header, found.commit);
    return found;
  } catch (error) {
    if (!(error instanceof EnvironmentFault)) throw error;
    return { name, said: error.message, isFinal: true };
  }
}

/** Default of `waitMs`: longer than CometBFT takes from its first call to an open RPC. */
const WAIT_MS = 30_000;
const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 1000;
const TELL_MS = 60_000;

export interface Waiting {
  /** How long places are asked again; one request more may end after it. Default 30 s. */
  readonly waitMs?: number;
  /** Told that a place has another block, or false parts; of each place once a minute at most. */
  readonly onLie?: (text: string) => void;
}

/** Places of decided blocks, in the order in which they are asked. */
export interface DecidedBlocks {
  /**
   * The block that CometBFT executes. Asks again when no place has it, because the RPC may not be
   * up yet. Throws EnvironmentFault, which lists each place and its answer, after the bound, or at
   * once when every place has another block, or when it is closed.
   */
  must(height: number, hash: Uint8Array): Promise<DecidedParts>;
  /**
   * The same for a user who checks more than hashes: `take` gets the parts of one place, and those
   * of the next when it refuses them.
   */
  use<T>(height: number, hash: Uint8Array, take: (parts: DecidedParts) => Promise<Taken<T>>): Promise<T>;
  /** Ends what waits, and gives back files and connections. */
  close(): Promise<void>;
}

/**
 * Decided blocks from several places. The order: the node's own log, the RPC of its CometBFT, the
 * copy of the block store, other nodes.
 */
export function blockSources(
  sources: readonly BlockSource[],
  { waitMs = WAIT_MS, onLie = () => {} }: Waiting = {},
): DecidedBlocks {
  const stopping = new AbortController();
  const { signal } = stopping;
  /** When each place was told of. */
  const told = new Map<string, number>();

  async function search<T>(
    height: number,
    hash: Uint8Array,
    take: (parts: DecidedParts) => Promise<Taken<T>>,
  ): Promise<T> {
    const until = performance.now() + waitMs;
    for (let pause = FIRST_PAUSE_MS; !signal.aborted; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      const { answers, found } = await askEach(sources, height, hash, take);
      for (const { name, said, isFinal } of answers) {
        if (!isFinal || performance.now() - (told.get(name) ?? Number.NEGATIVE_INFINITY) < TELL_MS) continue;
        told.set(name, performance.now());
        onLie(`for block ${height}, ${name} is not used: ${said}`);
      }
      if (found !== undefined) return found.value;
      if (answers.every(({ isFinal }) => isFinal) || performance.now() + pause > until) {
        throw notFound(height, hash, answers);
      }
      await sleep(pause);
    }
    throw new EnvironmentFault(STOPPED);
  }

  const use: DecidedBlocks["use"] = (height, hash, take) => orStopped(signal, search(height, hash, take));
  return {
    use,
    must: (height, hash) => use(height, hash, async (value) => ({ value })),
    close: async () => {
      stopping.abort();
      for (const source of sources) await source.release?.();
    },
  };
}

function notFound(height: number, hash: Uint8Array, answers: readonly Said[]): EnvironmentFault {
  const list = answers.map(({ name, said }) => `\n  ${name}: ${said}`).join("");
  return new EnvironmentFault(
    `no place has block ${height} (${toHex(hash).toUpperCase()}), which CometBFT executes:${list}\nTo go on: give the node the RPC address of its own CometBFT (rpc.laddr in CometBFT's config.toml), give it CometBFT's folder, whose data/blockstore.db it reads while CometBFT replays blocks before its RPC is up, or give it the RPC address of another node that has block ${height}; then start the node and CometBFT again`,
  );
}
