// SPDX-License-Identifier: Apache-2.0
/**
 * Sotto's application over the genesis and the blocks of a vector of tools/sdkapp, with its written
 * rows.
 */
import { create } from "@bufbuild/protobuf";
import { type ChainQueries, completeChain } from "@sotto/app";
import { fromBase64, toHex } from "@sotto/bytes";
import { encode } from "@sotto/codec";
import { listeningStore, openApplication } from "@sotto/contract-test/parts";
import type { Application, TxResult } from "@sotto/kernel";
import { ConsensusParamsSchema } from "@sotto/proto/tendermint.types";
import type { Changes, StateStore } from "@sotto/store";
import { onTestFinished } from "vitest";
import { BlockMaker } from "../support/blockMaker.ts";
import type { Row, Rows, ScriptBlock, SdkVector, WireEvent } from "./sdkVector.ts";

const NANOS = 1_000_000_000n;

/** RFC 3339 with up to nine digits of a second. */
export function timeOf(text: string): { seconds: number; nanos: number } {
  const [, whole, fraction = ""] = /^(.*?)(?:\.([0-9]+))?Z$/.exec(text) ?? [];
  return { seconds: Date.parse(`${whole}Z`) / 1000, nanos: Number(fraction.padEnd(9, "0")) };
}

const nanosOf = (text: string): bigint => {
  const { seconds, nanos } = timeOf(text);
  return BigInt(seconds) * NANOS + BigInt(nanos);
};

export const base64 = (text: string): Uint8Array => {
  const bytes = fromBase64(text);
  if (bytes === undefined) throw new Error(`not base64: ${text}`);
  return bytes;
};

export const wireEvents = (events: TxResult["events"]): WireEvent[] =>
  events.map(({ type, attributes }) => [type, ...attributes.map(([key, value]) => [key, value] as const)]);

function paramsOf({ consensus_params: params }: SdkVector["genesis"]): Uint8Array {
  const { block, evidence, validator, version, abci } = params;
  const age = BigInt(evidence.max_age_duration);
  const message = create(ConsensusParamsSchema, {
    block: { maxBytes: BigInt(block.max_bytes), maxGas: BigInt(block.max_gas) },
    evidence: {
      maxAgeNumBlocks: BigInt(evidence.max_age_num_blocks),
      maxAgeDuration: { seconds: age / NANOS, nanos: Number(age % NANOS) },
      maxBytes: BigInt(evidence.max_bytes),
    },
    validator: { pubKeyTypes: validator.pub_key_types },
    version: { app: BigInt(version.app) },
    abci: { voteExtensionsEnableHeight: BigInt(abci.vote_extensions_enable_height) },
  });
  return encode(ConsensusParamsSchema, message);
}

export class SdkChain {
  readonly store: StateStore;
  readonly queries: ChainQueries;
  readonly #app: Application;
  readonly #maker: BlockMaker;
  #written: Rows = {};

  constructor({ genesis, script }: SdkVector) {
    const { chain_id: chainId } = script;
    this.#maker = new BlockMaker(chainId);
    const wrapStore = (store: StateStore) =>
      listeningStore(store, (changes) => {
        this.#written = rowsOf(store, changes);
      });
    const opened = openApplication({
      chainId,
      definition: completeChain,
      validators: this.#maker.validators,
      wrapStore,
    });
    onTestFinished(() => opened.store.close());
    this.store = opened.store;
    this.#app = opened.app;
    this.queries = opened.queries;
    const { appHash } = this.#app.initChain({
      chainId,
      time: nanosOf(genesis.genesis_time),
      initialHeight: Number(genesis.initial_height),
      appState: new Map(Object.entries(genesis.app_state).map(([name, part]) => [name, JSON.stringify(part)])),
      consensusParams: paramsOf(genesis),
      validators: [],
    });
    this.#maker.start(appHash);
  }

  /**
   * Executes and commits the next block of the script. The test chooses the validators, because
   * auth and bank never read them.
   */
  run(block: ScriptBlock) {
    const header = { time: timeOf(block.time) };
    const decided = this.#maker.make(
      block.txs.map(({ tx }) => base64(tx)),
      { header },
    );
    const result = this.#app.finalizeBlock(decided);
    const appHash = this.#app.commit();
    this.#maker.accept(decided, result.txResults, appHash);
    const stores = this.store.commitInfo(this.store.version).stores;
    return {
      results: result.txResults,
      events: wireEvents(result.events),
      written: this.#written,
      roots: new Map(stores.map(({ name, hash }) => [name, toHex(hash)])),
    };
  }

  rows(name: string): Row[] {
    const snapshot = this.store.snapshot();
    try {
      return Array.from(snapshot.store(name).iterate(undefined, undefined), ([key, value]) => [
        toHex(key),
        toHex(value),
      ]);
    } finally {
      snapshot.close();
    }
  }
}

/**
 * Written rows, including rewrites of an equal value, without removals of absent rows, which have
 * no effect.
 */
function rowsOf(store: StateStore, changes: Changes): Rows {
  const before = store.snapshot();
  try {
    return Object.fromEntries(
      Array.from(changes, ([name, list]) => {
        const rows: Row[] = [];
        for (const [key, value] of list) {
          if (value !== undefined) rows.push([toHex(key), toHex(value)]);
          else if (before.store(name).has(key)) rows.push([toHex(key)]);
        }
        return [name, rows];
      }),
    );
  } finally {
    before.close();
  }
}
