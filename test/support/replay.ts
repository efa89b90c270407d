// SPDX-License-Identifier: Apache-2.0
/** A stock CometBFT that sends the blocks of a stored chain to an application, step by step. */
import { cometSettings } from "@sotto/abci";
import type { ChainQueries } from "@sotto/app";
import type { BlockLog, ChainGenesis } from "@sotto/blocks";
import { toBase64 } from "@sotto/bytes";
import type { NetworkApplication } from "@sotto/kernel";
import { makeComet, type TestComet } from "./cometbft.ts";
import { ReplayedApp } from "./replayedApp.ts";
import { type StoredBlock, storeChain } from "./storedChain.ts";

export interface ReplayParts {
  readonly genesis: ChainGenesis;
  /** CometBFT's genesis.json of it. */
  readonly genesisText: string;
  /** At least two, from the first height on. */
  readonly blocks: readonly StoredBlock[];
  /** Without a block. The caller closes it, after the replay. */
  readonly app: NetworkApplication;
  readonly queries: Pick<ChainQueries, "query">;
  /** The form of ABCI. */
  readonly form: "socket" | "grpc";
}

/** The blocks of a log from its first height on, as CometBFT stores them. */
export function storedBlocks(log: BlockLog): StoredBlock[] {
  const must = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error("the log has no such block");
    return value;
  };
  return Array.from({ length: log.height - log.first + 1 }, (_, i) => {
    const height = log.first + i;
    const { blockId, commit, validators } = must(log.meta(height));
    return {
      block: must(log.block(height)),
      id: blockId,
      seen: commit,
      validators,
      nextValidators: must(log.validators(height + 1)),
      consensusParams: must(log.consensusParams(height)),
    };
  });
}

export class Replay {
  readonly comet: TestComet;
  readonly #served: ReplayedApp;
  readonly #app: NetworkApplication;
  readonly #last: number;

  private constructor(comet: TestComet, served: ReplayedApp, { app, blocks }: ReplayParts) {
    this.comet = comet;
    this.#served = served;
    this.#app = app;
    this.#last = blocks.at(-1)?.block.header.height ?? 0;
  }

  /** Starts CometBFT, and waits until the application has the genesis. */
  static async open(parts: ReplayParts): Promise<Replay> {
    const { genesis, genesisText, blocks } = parts;
    const { chainId, initialHeight } = genesis;
    const comet = await makeComet({ genesis: genesisText });
    try {
      await storeChain(comet.home, { chainId, initialHeight, blocks });
      const served = await ReplayedApp.open({ ...parts, sender: comet });
      const replay = new Replay(comet, served, parts);
      try {
        const { abci, proxyApp } = cometSettings(served.address);
        const process = await comet.start(["--abci", abci, "--proxy_app", proxyApp]);
        void process.exited.then(({ reason }) => served.fail(new Error(`CometBFT ended: ${reason}`)));
        await served.arrival();
        return replay;
      } catch (thrown) {
        await served.close();
        throw thrown;
      }
    } catch (thrown) {
      await comet.remove();
      throw thrown;
    }
  }

  /**
   * Waits for the commit of the next block. The state stays as it is until the next call. Returns
   * the answer to FinalizeBlock (tendermint.abci.ResponseFinalizeBlock). `prepare` runs before the
   * block.
   */
  async next(prepare: () => void = () => {}): Promise<Uint8Array> {
    this.#served.go(prepare);
    const response = await this.#served.arrival();
    if (response === undefined) throw new Error("CometBFT began the chain again");
    return response;
  }

  /**
   * After the last block: waits for CometBFT's RPC. CometBFT has then verified the last block as
   * one that it got from the network.
   */
  async end(): Promise<void> {
    this.#served.go(undefined);
    await Promise.race([this.comet.reached(this.#last), this.#served.arrival()]);
    const { result } = await this.comet.ask("/abci_info");
    const told = result?.["response"];
    const [height, hash] = [told?.["last_block_height"], told?.["last_block_app_hash"]];
    const want = toBase64(this.#app.appHash);
    if (Number(height) !== this.#last || hash !== want) {
      throw new Error(`CometBFT knows height ${height} with application hash ${hash}, not ${this.#last} with ${want}`);
    }
  }

  async close(): Promise<void> {
    // CometBFT first: without its application it would end with an error.
    await this.comet.remove();
    await this.#served.close();
  }
}
