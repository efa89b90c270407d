// SPDX-License-Identifier: Apache-2.0
/**
 * The fields of a genesis file beside the modules' parts: CometBFT's GenesisDoc, or the SDK's
 * AppGenesis, which has validators and parameters under `consensus`.
 */
import { create } from "@bufbuild/protobuf";
import type { ChainGenesis } from "@sotto/blocks";
import { equals, fromBase64, fromUtf8, toBase64, toHex } from "@sotto/bytes";
import { compactJson, encode, type Json, type JsonObject } from "@sotto/codec";
import type { JsonSource } from "@sotto/codec/stream";
import { consensusAddress, formatTime, parseTime } from "@sotto/comet";
import { EnvironmentFault } from "@sotto/errors";
import { readGenesisDocument, readGenesisFields } from "@sotto/local";
import { ConsensusParamsSchema } from "@sotto/proto/tendermint.types";
import { isChainId } from "./config.ts";

/** The fields of the form that a home stores, in its order; the modules' parts follow. */
const FIELDS = ["genesis_time", "chain_id", "initial_height", "consensus_params", "validators"] as const;

const NANOS = 1_000_000_000n;
/** Go's int64. */
const MOST = (1n << 63n) - 1n;
/** CometBFT types/validator_set.go MaxTotalVotingPower. */
const MOST_POWER = (1n << 63n) / 8n;

const isObject = (value: Json | undefined): value is JsonObject => value instanceof Map;

const fault = (field: string, need: string): EnvironmentFault =>
  new EnvironmentFault(`the genesis file's field ${field} ${need}`);

function integerOf(value: Json | undefined, field: string, least: bigint, most: bigint): bigint {
  const text = typeof value === "number" || typeof value === "bigint" ? String(value) : value;
  const number = typeof text === "string" && /^-?[0-9]{1,19}$/.test(text) ? BigInt(text) : undefined;
  if (number !== undefined && number >= least && number <= most) return number;
  throw fault(field, `must be a whole number from ${least} to ${most}`);
}

/** Nanoseconds since 1970 of RFC 3339 text in UTC (cometbft libs/json decode.go takes no other). */
function timeOf(value: Json | undefined): bigint {
  const found = typeof value === "string" && value.endsWith("Z") ? parseTime(value) : undefined;
  if (found === undefined) throw new EnvironmentFault("the genesis file has no readable genesis_time");
  const time = BigInt(found.seconds) * NANOS + BigInt(found.nanos);
  // Beyond these years Go's nanoseconds overflow, and stored times have no sign.
  if (time < 0n || time > MOST) throw fault("genesis_time", "must be from 1970 to 2262");
  return time;
}

/** The fields of a part; none for a part that is absent. Throws for other JSON. */
function partOf(parent: JsonObject, name: string, field: string): JsonObject {
  const part = parent.get(name) ?? new Map();
  if (isObject(part)) return part;
  throw fault(`${field}.${name}`, "must be an object");
}

function encodeParams(value: Json | undefined): { readonly bytes: Uint8Array; readonly maxGas: bigint } {
  const name = "consensus_params";
  if (!isObject(value)) throw fault(name, "is missing");
  const [block, evidence, validator, version, abci] = (
    ["block", "evidence", "validator", "version", "abci"] as const
  ).map((part) => partOf(value, part, name)) as [JsonObject, JsonObject, JsonObject, JsonObject, JsonObject];
  const age = integerOf(evidence.get("max_age_duration"), `${name}.evidence.max_age_duration`, 1n, MOST);
  const types = validator.get("pub_key_types");
  if (!Array.isArray(types) || !types.every((type): type is string => typeof type === "string") || types.length === 0) {
    throw fault(`${name}.validator.pub_key_types`, "must list types of keys");
  }
  const maxBytes = integerOf(block.get("max_bytes"), `${name}.block.max_bytes`, -1n, 104_857_600n);
  const maxGas = integerOf(block.get("max_gas"), `${name}.block.max_gas`, -1n, MOST);
  if (maxBytes === 0n) throw fault(`${name}.block.max_bytes`, "cannot be 0");
  const app = integerOf(version.get("app") ?? version.get("app_version") ?? "0", `${name}.version.app`, 0n, MOST);
  const extensions = "vote_extensions_enable_height";
  const params = create(ConsensusParamsSchema, {
    block: { maxBytes, maxGas },
    evidence: {
      maxAgeNumBlocks: integerOf(evidence.get("max_age_num_blocks"), `${name}.evidence.max_age_num_blocks`, 1n, MOST),
      maxAgeDuration: { seconds: age / NANOS, nanos: Number(age % NANOS) },
      maxBytes: integerOf(evidence.get("max_bytes"), `${name}.evidence.max_bytes`, 0n, MOST),
    },
    validator: { pubKeyTypes: [...types] },
    version: { app },
    abci: {
      voteExtensionsEnableHeight: integerOf(abci.get(extensions) ?? "0", `${name}.abci.${extensions}`, 0n, MOST),
    },
  });
  return { bytes: encode(ConsensusParamsSchema, params), maxGas };
}

function validatorOf(value: Json, field: string): ChainGenesis["validators"][number] {
  const fields: JsonObject = isObject(value) ? value : new Map();
  const key = partOf(fields, "pub_key", field);
  const text = key.get("value");
  const pubKey = typeof text === "string" ? fromBase64(text) : undefined;
  if (key.get("type") !== "tendermint/PubKeyEd25519" || pubKey?.length !== 32) {
    throw fault(`${field}.pub_key`, "must be an ed25519 key: type tendermint/PubKeyEd25519 and 32 bytes in base64");
  }
  const address = toHex(consensusAddress({ type: "ed25519", bytes: pubKey })).toUpperCase();
  const given = fields.get("address") ?? "";
  if (given !== "" && given !== address) throw fault(`${field}.address`, `must be ${address}, that of its key`);
  return { pubKey, power: integerOf(fields.get("power"), `${field}.power`, 1n, MOST_POWER) };
}

function validatorsOf(value: Json | undefined): ChainGenesis["validators"] {
  const list = value ?? [];
  if (!Array.isArray(list)) throw fault("validators", "must be a list");
  const validators = list.map((each: Json, i) => validatorOf(each, `validators[${i}]`));
  const seen = new Map<string, number>();
  for (const [i, { pubKey }] of validators.entries()) {
    const key = toHex(pubKey);
    const first = seen.get(key);
    if (first !== undefined) throw fault(`validators[${i}]`, `has the key of validators[${first}]`);
    seen.set(key, i);
  }
  return validators;
}

/** What consensus takes of a genesis file. */
export interface GenesisHead extends ChainGenesis {
  /** -1: blocks have no limit. */
  readonly maxGas: bigint;
}

function headOf(fields: JsonObject): GenesisHead {
  const chainId = fields.get("chain_id");
  if (typeof chainId !== "string" || !isChainId(chainId)) {
    throw fault("chain_id", "must have 1 to 50 letters, digits, dots, hyphens or underscores");
  }
  const { bytes, maxGas } = encodeParams(fields.get("consensus_params"));
  // CometBFT types/genesis.go: 0 means 1.
  const height = integerOf(
    fields.get("initial_height") ?? "1",
    "initial_height",
    0n,
    BigInt(Number.MAX_SAFE_INTEGER) / 2n,
  );
  return {
    chainId,
    time: timeOf(fields.get("genesis_time")),
    initialHeight: Math.max(1, Number(height)),
    consensusParams: bytes,
    validators: validatorsOf(fields.get("validators")),
    maxGas,
  };
}

/**
 * The fields of a file in the form that a home stores. Throws EnvironmentFault with the field.
 * Cost: does not read the modules' parts behind them.
 */
export const readGenesisHead = (source: JsonSource): GenesisHead => headOf(readGenesisFields(source, FIELDS));

/** Fields of both forms that a chain can begin with. */
const KNOWN: ReadonlySet<string> = new Set([...FIELDS, "app_hash", "app_name", "app_version", "consensus"]);

/** The fields of either form in CometBFT's form. */
function cometFields(fields: JsonObject): JsonObject {
  const unknown = [...fields.keys()].find((name) => !KNOWN.has(name));
  if (unknown !== undefined) throw fault(unknown.slice(0, 80), "is not one of a genesis file");
  if (!["", null, undefined].includes(fields.get("app_hash") as string | null | undefined)) {
    throw fault("app_hash", "must be empty: the hash follows from app_state");
  }
  if (fields.get("consensus") === undefined) return fields;
  const consensus = partOf(fields, "consensus", "");
  return new Map([
    ...fields,
    ["consensus_params", consensus.get("params") ?? null],
    ["validators", consensus.get("validators") ?? []],
  ]);
}

/** A genesis file whose form is right; its modules are not read. */
export interface GenesisFile {
  readonly head: GenesisHead;
  readonly appState: ReadonlyMap<string, JsonSource>;
  /** The file as a home stores it, in pieces. */
  stored(): Iterable<Uint8Array>;
}

/**
 * Reads a genesis file of either form. Throws EnvironmentFault with the field, CodecError with the
 * position. Cost: two passes over the file, in windows.
 */
export function readGenesisFile(source: JsonSource): GenesisFile {
  const document = readGenesisDocument(source);
  const fields = cometFields(document.fields);
  const head = headOf(fields);
  const { time, chainId, initialHeight } = head;
  const kept = new Map<string, Json>([
    ["genesis_time", formatTime({ seconds: Number(time / NANOS), nanos: Number(time % NANOS) })],
    ["chain_id", chainId],
    ["initial_height", String(initialHeight)],
    ["consensus_params", fields.get("consensus_params") ?? null],
    ["validators", fields.get("validators") ?? []],
    ["app_hash", ""],
  ]);
  return { head, appState: document.appState, stored: () => storedGenesis(kept, document.appState) };
}

/** Bytes of one piece. */
const PIECE = 1 << 20;

/** A genesis file in pieces: its fields, then the text of each module's part. */
function* storedGenesis(fields: JsonObject, appState: ReadonlyMap<string, JsonSource>): Generator<Uint8Array> {
  let before = `${compactJson(fields).slice(0, -1)},"app_state":{`;
  for (const [name, part] of appState) {
    yield fromUtf8(`${before}${compactJson(name)}:`);
    for (let at = part.start; at < part.end; at += PIECE) yield part.read(at, Math.min(part.end, at + PIECE));
    before = ",";
  }
  yield fromUtf8(appState.size === 0 ? `${before}}}` : "}}");
}

/** Whether a file has exactly these bytes. */
export function hasBytes(source: JsonSource, pieces: Iterable<Uint8Array>): boolean {
  let at = source.start;
  for (const piece of pieces) {
    if (at + piece.length > source.end || !equals(source.read(at, at + piece.length), piece)) return false;
    at += piece.length;
  }
  return at === source.end;
}

/** A validator as CometBFT writes it into a genesis file. */
export const validatorJson = (pubKey: Uint8Array, power: bigint, name: string): Json =>
  new Map<string, Json>([
    ["address", toHex(consensusAddress({ type: "ed25519", bytes: pubKey })).toUpperCase()],
    [
      "pub_key",
      new Map([
        ["type", "tendermint/PubKeyEd25519"],
        ["value", toBase64(pubKey)],
      ]),
    ],
    ["power", String(power)],
    ["name", name],
  ]);
