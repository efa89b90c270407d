// SPDX-License-Identifier: Apache-2.0
import { fromBase64, fromHex } from "@sotto/bytes";
import { goJson, goJsonString, type Json } from "@sotto/codec";
import {
  type BlockId,
  type Commit,
  type Header,
  NIL_BLOCK_ID,
  type PublicKey,
  parseTime,
  type Time,
  type Vote,
  ZERO_TIME,
} from "@sotto/comet";
import type { SentValidator } from "@sotto/comet/evidence";
import { ArgumentError } from "./argumentError.ts";

// Source: CometBFT v0.38.19, libs/json and the JSON names of its types. An absent field is a zero.

const NOTHING = new Uint8Array(0);
/** Ranges of Go's integers. */
const INT32 = [-(2n ** 31n), 2n ** 31n - 1n] as const;
const UINT32 = [0n, 2n ** 32n - 1n] as const;
const INT64 = [-(2n ** 63n), 2n ** 63n - 1n] as const;

export const wrong = (message: string): ArgumentError => new ArgumentError(message);
/** The text of an input value, in Go's %q. */
const quoted = (value: Json): string => goJsonString(goJson(value));

export type Fields = ReadonlyMap<string, Json>;

export function fieldsOf(value: Json, what: string): Fields {
  if (value === null) return new Map();
  if (!(value instanceof Map)) throw wrong(`json: cannot unmarshal into Go value of type types.${what}`);
  return value;
}

function inRange(value: Json | undefined, [least, most]: readonly [bigint, bigint], name: string): bigint {
  const number = typeof value === "number" || typeof value === "bigint" ? BigInt(value) : undefined;
  if (number === undefined || number < least || number > most) {
    throw wrong(`json: cannot unmarshal ${goJson(value ?? null)} into Go value of type ${name}`);
  }
  return number;
}

const present = (fields: Fields, name: string): Json | undefined => fields.get(name) ?? undefined;

export function int32(fields: Fields, name: string): number {
  const value = present(fields, name);
  return value === undefined ? 0 : Number(inRange(value, INT32, "int32"));
}

export function int64(fields: Fields, name: string): bigint {
  const value = present(fields, name);
  if (value === undefined) return 0n;
  if (typeof value !== "string") throw wrong(`invalid 64-bit integer encoding ${quoted(value)}, expected string`);
  return inRange(/^-?[0-9]{1,20}$/.test(value) ? BigInt(value) : value, INT64, "int64");
}

export function time(fields: Fields, name: string): Time {
  const value = present(fields, name);
  if (value === undefined) return ZERO_TIME;
  if (typeof value !== "string") throw wrong(`JSON time must be an RFC3339 string, but got ${quoted(value)}`);
  if (!value.endsWith("Z")) throw wrong(`JSON time must be UTC and end with 'Z', but got ${quoted(value)}`);
  const parsed = parseTime(value);
  if (parsed === undefined) throw wrong(`parsing time ${quoted(value)} as "2006-01-02T15:04:05Z07:00": cannot parse`);
  return parsed;
}

function bytes(fields: Fields, name: string, read: (text: string) => Uint8Array | undefined, what: string): Uint8Array {
  const value = present(fields, name);
  if (value === undefined) return NOTHING;
  const parsed = typeof value === "string" ? read(value) : undefined;
  if (parsed === undefined) throw wrong(`invalid ${what} string: ${goJson(value)}`);
  return parsed;
}

const hex = (fields: Fields, name: string): Uint8Array => bytes(fields, name, fromHex, "hex");
const base64 = (fields: Fields, name: string): Uint8Array => bytes(fields, name, fromBase64, "base64");

export function readBlockId(value: Json | undefined): BlockId {
  if (value === undefined || value === null) return NIL_BLOCK_ID;
  const id = fieldsOf(value, "BlockID");
  const parts = fieldsOf(id.get("parts") ?? null, "PartSetHeader");
  const total = present(parts, "total");
  return {
    hash: hex(id, "hash"),
    parts: { total: total === undefined ? 0 : Number(inRange(total, UINT32, "uint32")), hash: hex(parts, "hash") },
  };
}

/** Limit: heights and versions are safe integers; no chain has a block with another one. */
export function safeInt(fields: Fields, name: string): number {
  const value = int64(fields, name);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw wrong(`${name} ${value} is out of range`);
  return Number(value);
}

export function readVote(value: Json | undefined): Vote | undefined {
  if (value === undefined || value === null) return undefined;
  const vote = fieldsOf(value, "Vote");
  return {
    type: int32(vote, "type"),
    height: safeInt(vote, "height"),
    round: int32(vote, "round"),
    blockId: readBlockId(vote.get("block_id")),
    timestamp: time(vote, "timestamp"),
    validatorAddress: hex(vote, "validator_address"),
    validatorIndex: int32(vote, "validator_index"),
    signature: base64(vote, "signature"),
    extension: base64(vote, "extension"),
    extensionSignature: base64(vote, "extension_signature"),
  };
}

function text(fields: Fields, name: string): string {
  const value = present(fields, name);
  if (value === undefined) return "";
  if (typeof value !== "string") throw wrong(`json: cannot unmarshal ${goJson(value)} into Go value of type string`);
  return value;
}

export function listOf<T>(value: Json | undefined, read: (item: Json) => T): T[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw wrong("json: cannot unmarshal into Go value of type []json.RawMessage");
  return (value as readonly Json[]).map(read);
}

export function readHeader(value: Json | undefined): Header | undefined {
  if (value === undefined || value === null) return undefined;
  const header = fieldsOf(value, "Header");
  const version = fieldsOf(header.get("version") ?? null, "Consensus");
  return {
    version: { block: safeInt(version, "block"), app: safeInt(version, "app") },
    chainId: text(header, "chain_id"),
    height: safeInt(header, "height"),
    time: time(header, "time"),
    lastBlockId: readBlockId(header.get("last_block_id")),
    lastCommitHash: hex(header, "last_commit_hash"),
    dataHash: hex(header, "data_hash"),
    validatorsHash: hex(header, "validators_hash"),
    nextValidatorsHash: hex(header, "next_validators_hash"),
    consensusHash: hex(header, "consensus_hash"),
    appHash: hex(header, "app_hash"),
    lastResultsHash: hex(header, "last_results_hash"),
    evidenceHash: hex(header, "evidence_hash"),
    proposerAddress: hex(header, "proposer_address"),
  };
}

export function readCommit(value: Json | undefined): Commit | undefined {
  if (value === undefined || value === null) return undefined;
  const commit = fieldsOf(value, "Commit");
  return {
    height: safeInt(commit, "height"),
    round: int32(commit, "round"),
    blockId: readBlockId(commit.get("block_id")),
    signatures: listOf(commit.get("signatures"), (item) => {
      const sig = fieldsOf(item, "CommitSig");
      return {
        flag: int32(sig, "block_id_flag"),
        validatorAddress: hex(sig, "validator_address"),
        timestamp: time(sig, "timestamp"),
        signature: base64(sig, "signature"),
      };
    }),
  };
}

const KEYS: ReadonlyMap<Json | undefined, readonly [type: PublicKey["type"], size: number]> = new Map([
  ["tendermint/PubKeyEd25519", ["ed25519", 32] as const],
  ["tendermint/PubKeySecp256k1", ["secp256k1", 33] as const],
]);

function readKey(value: Json | undefined): PublicKey | undefined {
  if (value === undefined || value === null) return undefined;
  const wrapper = fieldsOf(value, "interfaceWrapper");
  const kind = KEYS.get(wrapper.get("type"));
  if (kind === undefined) throw wrong(`unknown type ${goJson(wrapper.get("type") ?? "")}`);
  const [type, size] = kind;
  const key = base64(wrapper, "value");
  if (key.length !== size) throw wrong(`a key of ${key.length} bytes, expected ${size}`);
  return { type, bytes: key };
}

export function readValidator(value: Json | undefined): SentValidator | undefined {
  if (value === undefined || value === null) return undefined;
  const validator = fieldsOf(value, "Validator");
  return {
    address: hex(validator, "address"),
    publicKey: readKey(validator.get("pub_key")),
    votingPower: int64(validator, "voting_power"),
    proposerPriority: int64(validator, "proposer_priority"),
  };
}
