import { fromBase64, fromHex } from "@sotto/bytes";
import { goJson, goJsonString, type Json } from "@sotto/codec";
import { type BlockId, NIL_BLOCK_ID, parseTime, type Time, type Vote, ZERO_TIME } from "@sotto/comet";
import { ArgumentError } from "./argumentError.ts";
import type { DuplicateVote } from "./evidence.ts";

// Source: CometBFT v0.38.19, libs/json and the JSON names of types/evidence.go, types/vote.go. An absent field is a zero.

/** Evidence as a client sends it. Light client attacks are known by name only. */
export type EvidenceArgument =
  | { readonly kind: "duplicateVote"; readonly evidence: DuplicateVote }
  | { readonly kind: "lightClientAttack" };

const DUPLICATE_VOTE = "tendermint/DuplicateVoteEvidence";
const LIGHT_CLIENT_ATTACK = "tendermint/LightClientAttackEvidence";
/** Other names that libs/json knows, which are no evidence. */
const OTHER_TYPES = /^tendermint\/(PubKey|PrivKey)(Ed25519|Secp256k1)$/;
const NOTHING = new Uint8Array(0);
/** Ranges of Go's integers. */
const INT32 = [-(2n ** 31n), 2n ** 31n - 1n] as const;
const UINT32 = [0n, 2n ** 32n - 1n] as const;
const INT64 = [-(2n ** 63n), 2n ** 63n - 1n] as const;

const wrong = (message: string): ArgumentError => new ArgumentError(message);
/** The text of a value as it was sent, in Go's %q. */
const quoted = (value: Json): string => goJsonString(goJson(value));

type Fields = ReadonlyMap<string, Json>;

function fieldsOf(value: Json, what: string): Fields {
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

function int32(fields: Fields, name: string): number {
  const value = present(fields, name);
  return value === undefined ? 0 : Number(inRange(value, INT32, "int32"));
}

function int64(fields: Fields, name: string): bigint {
  const value = present(fields, name);
  if (value === undefined) return 0n;
  if (typeof value !== "string") throw wrong(`invalid 64-bit integer encoding ${quoted(value)}, expected string`);
  return inRange(/^-?[0-9]{1,20}$/.test(value) ? BigInt(value) : value, INT64, "int64");
}

function time(fields: Fields, name: string): Time {
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

function readBlockId(value: Json | undefined): BlockId {
  if (value === undefined || value === null) return NIL_BLOCK_ID;
  const id = fieldsOf(value, "BlockID");
  const parts = fieldsOf(id.get("parts") ?? null, "PartSetHeader");
  const total = present(parts, "total");
  return {
    hash: hex(id, "hash"),
    parts: { total: total === undefined ? 0 : Number(inRange(total, UINT32, "uint32")), hash: hex(parts, "hash") },
  };
}

/** Limit: heights are safe integers; one that is not names no block of any chain. */
function height(fields: Fields): number {
  const value = int64(fields, "height");
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw wrong(`height ${value} is out of range`);
  return Number(value);
}

function readVote(value: Json | undefined): Vote | undefined {
  if (value === undefined || value === null) return undefined;
  const vote = fieldsOf(value, "Vote");
  return {
    type: int32(vote, "type"),
    height: height(vote),
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

/** Evidence from its JSON; undefined for null. Throws ArgumentError with CometBFT's text. */
export function parseEvidence(value: Json): EvidenceArgument | undefined {
  if (value === null) return undefined;
  const wrapper = fieldsOf(value, "interfaceWrapper");
  const type = wrapper.get("type") ?? "";
  const inner = wrapper.get("value");
  if (type === "") throw wrong("interface type cannot be empty");
  if (inner === undefined) throw wrong("interface value cannot be empty");
  if (type === LIGHT_CLIENT_ATTACK) return { kind: "lightClientAttack" };
  if (type !== DUPLICATE_VOTE) {
    if (typeof type === "string" && OTHER_TYPES.test(type)) throw wrong(`invalid type "${type}" for this value`);
    throw wrong(`unknown type ${goJson(type)}`);
  }
  const fields = fieldsOf(inner, "DuplicateVoteEvidence");
  const evidence = {
    voteA: readVote(fields.get("vote_a")),
    voteB: readVote(fields.get("vote_b")),
    totalVotingPower: int64(fields, "TotalVotingPower"),
    validatorPower: int64(fields, "ValidatorPower"),
    timestamp: time(fields, "Timestamp"),
  };
  return { kind: "duplicateVote", evidence };
}
