// SPDX-License-Identifier: Apache-2.0
/**
 * The vectors of tools/sdkapp: the script of each block, and the SDK's answers. Bytes are hex
 * unless stated otherwise.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";
import { fromBase64, fromHex } from "@sotto/bytes";

/** A set row, or only the key of a removed row. */
export type Row = readonly [key: string, value?: string];
export type Rows = Readonly<Record<string, readonly Row[]>>;
type Attribute = readonly [key: string, value: string];
export type WireEvent = readonly [type: string, ...attributes: Attribute[]];

export interface ScriptVote {
  readonly address: string;
  readonly power: number;
  readonly flag: "commit" | "absent" | "nil";
}

export interface ScriptMisbehavior {
  readonly type: "duplicate_vote" | "light_client_attack";
  readonly address: string;
  readonly power: number;
  readonly height: number;
  readonly time: string;
  readonly total_power: number;
}

export interface ScriptTx {
  readonly about?: string;
  /** Base64. */
  readonly tx: string;
}

export interface ScriptQuery {
  readonly path: string;
  /** Base64. */
  readonly request: string | null;
  readonly height?: number;
  readonly prove?: boolean;
}

export interface ScriptBlock {
  readonly height: number;
  readonly time: string;
  readonly hash: string;
  readonly proposer: string;
  readonly next_validators_hash: string;
  readonly votes: readonly ScriptVote[];
  readonly misbehavior?: readonly ScriptMisbehavior[];
  /** Names for which a handler exists from this block on. */
  readonly upgrade_handlers?: readonly string[];
  readonly txs: readonly ScriptTx[];
  readonly queries?: readonly ScriptQuery[];
  readonly simulate?: readonly ScriptTx[];
  readonly dump?: readonly string[];
}

export interface TxOut {
  readonly code: number;
  readonly codespace?: string;
  readonly log?: string;
  readonly gas_wanted: number;
  readonly gas_used: number;
  readonly data?: string;
  readonly events: readonly WireEvent[];
  /** One line for each charge, from the ante chain on. */
  readonly trace?: readonly string[];
}

export interface QueryOut {
  readonly code: number;
  readonly codespace?: string;
  readonly log?: string;
  readonly height?: number;
  /** Base64. */
  readonly key?: string;
  /** Base64. */
  readonly value: string | null;
}

export interface SimulationOut {
  readonly gas_used: number;
  readonly error?: string;
}

export interface UpdateOut {
  readonly pub_key: string;
  readonly power: number;
}

export interface BlockOut {
  readonly height: number;
  readonly app_hash: string;
  readonly results_hash: string;
  readonly stores: Readonly<Record<string, string>>;
  readonly events: readonly WireEvent[];
  readonly txs: readonly TxOut[];
  readonly validator_updates?: readonly UpdateOut[];
  readonly consensus_params?: string;
  readonly writes?: Rows;
  readonly queries?: readonly QueryOut[];
  readonly simulate?: readonly SimulationOut[];
  readonly dump?: Rows;
}

/** What a chain is fed with. */
export interface Script {
  readonly chain_id: string;
  /** `bank`: auth, bank and consensus alone live. */
  readonly options: { readonly modules?: "bank"; readonly trace?: boolean; readonly gas?: string };
  readonly blocks: readonly ScriptBlock[];
}

/** What the SDK's chain answers. */
export interface Out {
  readonly genesis_rows: Rows;
  readonly genesis_validators: readonly UpdateOut[] | null;
  readonly blocks: readonly BlockOut[];
}

export interface SdkVector {
  readonly name: string;
  readonly seed: number;
  readonly about: string;
  /** Accounts, and validators with the keys of their operators. */
  readonly keys: readonly { readonly name: string; readonly address: string; readonly private?: string }[];
  readonly genesis: {
    readonly genesis_time: string;
    readonly chain_id: string;
    readonly initial_height: string;
    readonly app_hash: string;
    readonly consensus_params: {
      readonly block: { readonly max_bytes: string; readonly max_gas: string };
      readonly evidence: {
        readonly max_age_num_blocks: string;
        readonly max_age_duration: string;
        readonly max_bytes: string;
      };
      readonly validator: { readonly pub_key_types: readonly string[] };
      readonly version: { readonly app: string };
      readonly abci: { readonly vote_extensions_enable_height: string };
    };
    readonly app_state: Readonly<Record<string, unknown>>;
  };
  readonly script: Script;
  readonly out: Out;
}

/** Every field by the name of its object: an unknown field would be data that no code compares. */
const FIELDS = {
  vector: ["name", "seed", "about", "keys", "genesis", "script", "out"],
  script: ["chain_id", "options", "blocks"],
  options: ["modules", "trace"],
  block: [
    ...["height", "time", "hash", "proposer", "next_validators_hash", "votes", "misbehavior"],
    ...["upgrade_handlers", "txs", "queries", "simulate", "dump"],
  ],
  vote: ["address", "power", "flag"],
  misbehavior: ["type", "address", "power", "height", "time", "total_power"],
  tx: ["about", "tx"],
  query: ["path", "request", "height", "prove"],
  out: ["genesis_rows", "genesis_validators", "blocks"],
  blockOut: [
    ...["height", "app_hash", "results_hash", "stores", "events", "txs", "validator_updates"],
    ...["consensus_params", "writes", "queries", "simulate", "dump"],
  ],
  txOut: ["code", "codespace", "log", "gas_wanted", "gas_used", "data", "events", "trace"],
  update: ["pub_key", "power"],
  queryOut: ["code", "codespace", "log", "height", "key", "value"],
  simulation: ["gas_used", "error"],
} as const;

function assertKnown(what: keyof typeof FIELDS, ...values: readonly (object | undefined)[]): void {
  const known: readonly string[] = FIELDS[what];
  for (const value of values) {
    const unknown = Object.keys(value ?? {}).filter((key) => !known.includes(key));
    if (unknown.length > 0) throw new Error(`the vector has unknown fields in its ${what}: ${unknown.join(", ")}`);
  }
}

function assertKnownFields(vector: SdkVector): void {
  const { script, out } = vector;
  assertKnown("vector", vector);
  assertKnown("script", script);
  assertKnown("options", script.options);
  assertKnown("out", out);
  assertKnown("update", ...(out.genesis_validators ?? []));
  for (const block of script.blocks) {
    assertKnown("block", block);
    assertKnown("vote", ...block.votes);
    assertKnown("misbehavior", ...(block.misbehavior ?? []));
    assertKnown("tx", ...block.txs, ...(block.simulate ?? []));
    assertKnown("query", ...(block.queries ?? []));
  }
  for (const block of out.blocks) {
    assertKnown("blockOut", block);
    assertKnown("txOut", ...block.txs);
    assertKnown("update", ...(block.validator_updates ?? []));
    assertKnown("queryOut", ...(block.queries ?? []));
    assertKnown("simulation", ...(block.simulate ?? []));
  }
}

/** Throws for a file that is not a vector, and for one with fields that nobody compares. */
export function readVector(path: string | URL): SdkVector {
  const vector: SdkVector = JSON.parse(gunzipSync(readFileSync(path)).toString("utf8"));
  assertKnownFields(vector);
  const { script, out } = vector;
  if (script.blocks.length !== out.blocks.length)
    throw new Error(`${script.blocks.length} blocks in the script, ${out.blocks.length} answers`);
  return vector;
}

/** Writes a vector as `readVector` and `sdkapp check` read it. */
export function writeVector(path: string, vector: SdkVector): void {
  writeFileSync(path, gzipSync(JSON.stringify(vector)));
}

export function base64(text: string | null): Uint8Array {
  const bytes = fromBase64(text ?? "");
  if (bytes === undefined) throw new Error(`not base64: ${text}`);
  return bytes;
}

export function hex(text: string): Uint8Array {
  const bytes = fromHex(text);
  if (bytes === undefined) throw new Error(`not hex: ${text}`);
  return bytes;
}

const NANOS = 1_000_000_000n;

/** RFC 3339 with up to nine digits of a second. */
export function timeOf(text: string): { seconds: number; nanos: number } {
  const [, whole, fraction = ""] = /^(.*?)(?:\.([0-9]+))?Z$/.exec(text) ?? [];
  return { seconds: Date.parse(`${whole}Z`) / 1000, nanos: Number(fraction.padEnd(9, "0")) };
}

/** Nanoseconds since 1970. */
export function nanosOf(text: string): bigint {
  const { seconds, nanos } = timeOf(text);
  return BigInt(seconds) * NANOS + BigInt(nanos);
}
