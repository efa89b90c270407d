// SPDX-License-Identifier: Apache-2.0
/**
 * Runs a vector through a stock CometBFT. The vector's chain becomes the block store of a CometBFT
 * that stopped before it executed the last block (`recorded.ts`): at its start CometBFT sends all
 * blocks over ABCI to an application that has none.
 */

import type { ChainQueries } from "@sotto/app";
import { type ChainGenesis, genesisSet } from "@sotto/blocks";
import { equals, toBase64, toHex } from "@sotto/bytes";
import { consensusAddress } from "@sotto/comet";
import { COMETBFT_RELEASE } from "@sotto/cometbft";
import type { QueryRequest, QueryResult, TxResult, ValidatorUpdate } from "@sotto/kernel";
import { Refusal } from "../../../../tools/setup.mjs";
import { Replay } from "../../../support/replay.ts";
import type { StoredBlock } from "../../../support/storedChain.ts";
import { SdkChain } from "../chain.ts";
import type { Drive } from "../drive.ts";
import { genesisOf, type Listeners, type Ran, VectorApp } from "../opened.ts";
import type { ReplayedChain } from "../program.ts";
import type { Row, Rows, ScriptBlock, SdkVector } from "../vector.ts";
import { finalizedOf, queryAnswerOf } from "./answers.ts";
import { ConsensusKeys } from "./keys.ts";
import { Recorder } from "./recorded.ts";

export type AbciForm = "socket" | "grpc";

/** Of the only validator of a chain without staking, as tools/sdkapp counts it. */
const LONE_POWER = 10n;

/** A chain as it ran in this process. */
interface Recorded {
  readonly blocks: readonly StoredBlock[];
  readonly validators: readonly ValidatorUpdate[];
  /** Application hash after each block. */
  readonly appHashes: readonly Uint8Array[];
}

/** Runs the vector in this process, and makes its blocks. Throws Refusal. */
function record(vector: SdkVector, replayed: ReplayedChain, genesis: ChainGenesis): Recorded {
  const keys = new ConsensusKeys(vector);
  const chain = new SdkChain(vector, replayed, { onTransaction: () => {} });
  try {
    const begun = chain.start();
    const validators = begun.validators.length > 0 ? begun.validators : genesis.validators;
    const { chainId, initialHeight, consensusParams } = genesis;
    const recorder = new Recorder(
      { chainId, initialHeight, validators, consensusParams, appHash: begun.appHash },
      keys,
    );
    const appHashes = vector.script.blocks.map((block) => {
      const ran = chain.run(block);
      recorder.add(block, ran);
      return ran.appHash;
    });
    return { blocks: recorder.blocks, validators, appHashes };
  } finally {
    chain.close();
  }
}

/** The genesis as the node knows it. */
function chainGenesis(vector: SdkVector): ChainGenesis {
  const { appState: _, ...genesis } = genesisOf(vector);
  if (vector.script.options.modules !== "bank") return genesis;
  const validators = new ConsensusKeys(vector).named.map((pubKey) => ({ pubKey, power: LONE_POWER }));
  return { ...genesis, validators };
}

/** The genesis file of CometBFT. */
function genesisText({ genesis }: SdkVector, { validators }: ChainGenesis): string {
  const listed = validators.map(({ pubKey, power }) => ({
    address: toHex(consensusAddress({ type: "ed25519", bytes: pubKey })).toUpperCase(),
    pub_key: { type: "tendermint/PubKeyEd25519", value: toBase64(pubKey) },
    power: String(power),
    name: "",
  }));
  return JSON.stringify({ ...genesis, validators: listed });
}

export class CometDrive implements Drive {
  readonly asks = "after the end";
  readonly #parts: { vector: SdkVector; replayed: ReplayedChain; listeners: Listeners };
  readonly #form: AbciForm;
  #recorded: Recorded | undefined;
  #app: VectorApp | undefined;
  #replay: Replay | undefined;
  #height = 0;
  #ran = 0;

  constructor(vector: SdkVector, replayed: ReplayedChain, listeners: Listeners, form: AbciForm) {
    if (vector.script.blocks.length < 2) throw new Refusal("a chain through CometBFT has at least two blocks");
    this.#parts = { vector, replayed, listeners };
    this.#form = form;
  }

  get #opened(): VectorApp {
    if (this.#app === undefined) throw new Error("the chain has not begun");
    return this.#app;
  }

  get #begun(): Replay {
    if (this.#replay === undefined) throw new Error("the chain has not begun");
    return this.#replay;
  }

  async start(): Promise<readonly ValidatorUpdate[]> {
    const { vector, replayed, listeners } = this.#parts;
    const genesis = chainGenesis(vector);
    const recorded = record(vector, replayed, genesis);
    this.#recorded = recorded;
    const { blocks, validators } = recorded;
    this.#app = new VectorApp(vector, replayed, listeners, genesisSet(validators));
    const { app, queries } = this.#app;
    const chain = { genesis, genesisText: genesisText(vector, genesis), blocks };
    this.#replay = await Replay.open({ ...chain, app, queries, form: this.#form });
    return genesis.validators.length > 0 ? [] : validators;
  }

  async run(block: ScriptBlock): Promise<Ran> {
    const [replay, opened] = [this.#begun, this.#opened];
    const result = finalizedOf(await replay.next(() => opened.prepare(block)));
    const ran = opened.ran(result);
    const want = this.#recorded?.appHashes[this.#ran++] ?? new Uint8Array(0);
    for (const [what, hash] of [["answered", result.appHash] as const, ["committed", ran.appHash] as const]) {
      if (!equals(want, hash)) {
        throw new Error(`application hash: want ${toHex(want)}, as in process; ${what} ${toHex(hash)}`);
      }
    }
    this.#height = block.height;
    return ran;
  }

  async end(): Promise<void> {
    await this.#begun.end();
  }

  get genesisRows(): Rows {
    return this.#opened.genesisRows;
  }

  rows(name: string): readonly Row[] {
    return this.#opened.rows(name);
  }

  get routes(): ChainQueries["routes"] {
    return this.#opened.queries.routes;
  }

  /** Asks CometBFT's RPC. */
  async query(height: number, { path, data, prove, height: asked }: QueryRequest): Promise<QueryResult> {
    const params = { path, data: toHex(data), height: String(asked === 0 ? height : asked), prove };
    const response = await fetch(this.#begun.comet.rpc, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "abci_query", params }),
    });
    const { result, error } = (await response.json()) as Record<string, { response?: Record<string, unknown> }>;
    if (result?.response === undefined) throw new Error(`CometBFT refuses a query: ${JSON.stringify(error)}`);
    return queryAnswerOf(result.response);
  }

  simulate(tx: Uint8Array): TxResult {
    return this.#opened.queries.simulate(tx);
  }

  get way(): string {
    const hash = this.#recorded?.appHashes.at(-1) ?? new Uint8Array(0);
    return `CometBFT ${COMETBFT_RELEASE} sent ${this.#ran} blocks over ABCI (${this.#form}), and is at height ${this.#height} with application hash ${toHex(hash)}`;
  }

  async close(): Promise<void> {
    await this.#replay?.close();
    this.#app?.close();
  }
}
