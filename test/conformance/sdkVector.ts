// SPDX-License-Identifier: Apache-2.0
/**
 * The vectors of tools/sdkapp on a chain of Cosmos SDK modules: the script of each block, and the
 * SDK's answers.
 */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

/** A set row, or only the key of a removed row; hex. */
export type Row = readonly [key: string, value?: string];
export type Rows = Readonly<Record<string, readonly Row[]>>;
type Attribute = readonly [key: string, value: string];
export type WireEvent = readonly [type: string, ...attributes: Attribute[]];

export interface ScriptBlock {
  height: number;
  time: string;
  hash: string;
  proposer: string;
  next_validators_hash: string;
  votes: unknown[];
  /** Base64. */
  txs: { about: string; tx: string }[];
  simulate?: { tx: string }[];
}

export interface TxOut {
  code: number;
  codespace?: string;
  log?: string;
  gas_wanted: number;
  gas_used: number;
  data?: string;
  events: WireEvent[];
  /** One line for each charge, from the ante chain on. */
  trace?: string[];
}

export interface BlockOut {
  height: number;
  app_hash: string;
  results_hash: string;
  stores: Record<string, string>;
  events: WireEvent[];
  txs: TxOut[];
  writes?: Rows;
  simulate?: { gas_used: number; error?: string }[];
}

export interface SdkVector {
  name: string;
  seed: number;
  about: string;
  keys: unknown;
  genesis: {
    genesis_time: string;
    chain_id: string;
    initial_height: string;
    app_hash: string;
    consensus_params: {
      block: { max_bytes: string; max_gas: string };
      evidence: { max_age_num_blocks: string; max_age_duration: string; max_bytes: string };
      validator: { pub_key_types: string[] };
      version: { app: string };
      abci: { vote_extensions_enable_height: string };
    };
    app_state: Record<string, unknown>;
  };
  script: { chain_id: string; options: { modules: string; trace: boolean }; blocks: ScriptBlock[] };
  out: { genesis_rows: Rows; genesis_validators: null; blocks: BlockOut[] };
}

export const loadSdkVector = (name: string): SdkVector =>
  JSON.parse(gunzipSync(readFileSync(new URL(`../../vectors/sdk/${name}.json.gz`, import.meta.url))).toString("utf8"));
