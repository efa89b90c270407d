// SPDX-License-Identifier: Apache-2.0
import type { StoredBlock, StoredMeta, StoredResults, StoredTx } from "@sotto/backend";
import { toBase64, toHex } from "@sotto/bytes";
import { decode, goJsonString } from "@sotto/codec";
import {
  type Block,
  type BlockId,
  type Commit,
  formatTime,
  type Header,
  type PublicKey,
  type Time,
  type Validator,
} from "@sotto/comet";
import { assert } from "@sotto/errors";
import type { ChainEvent, QueryResult, TxResult, ValidatorUpdate } from "@sotto/kernel";
import type { Proof, ProofOp } from "@sotto/merkle";
import { ConsensusParamsSchema } from "@sotto/proto/tendermint.types";

// CometBFT's JSON: libs/json (64-bit integers as strings, registered types in an envelope), and for
// some ABCI types gogoproto's jsonpb. Each writer here was compared with the output of v0.38.19
// (test/rpcFacts.json).

/**
 * Fields of an object; undefined ones are omitted. Names are constants of the code unless `quote`
 * is present.
 */
export function object(
  fields: readonly (readonly [name: string, json: string | undefined])[],
  quote: (name: string) => string = (name) => `"${name}"`,
): string {
  let out = "{";
  for (const [name, json] of fields) {
    if (json !== undefined) out += `${out.length === 1 ? "" : ","}${quote(name)}:${json}`;
  }
  return `${out}}`;
}

export const list = <T>(items: readonly T[], show: (item: T) => string): string => `[${items.map(show).join(",")}]`;
/** A 64-bit integer. */
export const int = (value: number | bigint): string => `"${value}"`;
export const text = goJsonString;
export const hex = (bytes: Uint8Array): string => `"${toHex(bytes).toUpperCase()}"`;
/** Base64, where Go prints null for no bytes. */
export const base64 = (bytes: Uint8Array): string => (bytes.length === 0 ? "null" : `"${toBase64(bytes)}"`);
export const time = (value: Time): string => `"${formatTime(value)}"`;

/** Left out when it is zero or empty (Go's omitempty). */
const orNothing = (json: string, zero: string): string | undefined => (json === zero ? undefined : json);

export const blockIdJson = ({ hash, parts }: BlockId): string =>
  `{"hash":${hex(hash)},"parts":{"total":${parts.total},"hash":${hex(parts.hash)}}}`;

export const headerJson = (header: Header): string =>
  object([
    [
      "version",
      object([
        ["block", orNothing(int(header.version.block), '"0"')],
        ["app", orNothing(int(header.version.app), '"0"')],
      ]),
    ],
    ["chain_id", text(header.chainId)],
    ["height", int(header.height)],
    ["time", time(header.time)],
    ["last_block_id", blockIdJson(header.lastBlockId)],
    ["last_commit_hash", hex(header.lastCommitHash)],
    ["data_hash", hex(header.dataHash)],
    ["validators_hash", hex(header.validatorsHash)],
    ["next_validators_hash", hex(header.nextValidatorsHash)],
    ["consensus_hash", hex(header.consensusHash)],
    ["app_hash", hex(header.appHash)],
    ["last_results_hash", hex(header.lastResultsHash)],
    ["evidence_hash", hex(header.evidenceHash)],
    ["proposer_address", hex(header.proposerAddress)],
  ]);

export const commitJson = ({ height, round, blockId, signatures }: Commit): string =>
  object([
    ["height", int(height)],
    ["round", String(round)],
    ["block_id", blockIdJson(blockId)],
    [
      "signatures",
      list(signatures, (sig) =>
        object([
          ["block_id_flag", String(sig.flag)],
          ["validator_address", hex(sig.validatorAddress)],
          ["timestamp", time(sig.timestamp)],
          ["signature", base64(sig.signature)],
        ]),
      ),
    ],
  ]);

/** A block in parts, one for each transaction. */
export function* blockParts({ header, txs, evidence, lastCommit }: Block): Generator<string, void, void> {
  // A chain of one validator has no evidence of misbehaviour: blocks of the sequencer never have
  // it.
  assert(evidence.length === 0, "evidence has no JSON form in this node");
  yield `{"header":${headerJson(header)},"data":{"txs":[`;
  for (let i = 0; i < txs.length; i++) yield (i > 0 ? "," : "") + base64(txs[i] as Uint8Array);
  yield `]},"evidence":{"evidence":[]},"last_commit":${lastCommit === undefined ? "null" : commitJson(lastCommit)}}`;
}

/** The same with its id, as `block` answers it. */
export function* storedBlockParts({ blockId, block }: StoredBlock): Generator<string, void, void> {
  yield `{"block_id":${blockIdJson(blockId)},"block":`;
  yield* blockParts(block);
  yield "}";
}

export const blockJson = (block: Block): string => [...blockParts(block)].join("");

/** The answer for a hash that no block has. */
export const NO_BLOCK = '{"block_id":{"hash":"","parts":{"total":0,"hash":""}},"block":null}';

/** For blocks that the backend caches, because many clients request the newest one repeatedly. */
const metaTexts = new WeakMap<StoredMeta, string>();

export function blockMetaJson(meta: StoredMeta): string {
  const known = metaTexts.get(meta);
  if (known !== undefined) return known;
  const { blockId, header, size, txCount } = meta;
  const json = object([
    ["block_id", blockIdJson(blockId)],
    ["block_size", int(size)],
    ["header", headerJson(header)],
    ["num_txs", int(txCount)],
  ]);
  metaTexts.set(meta, json);
  return json;
}

const attributesJson = ({ attributes }: ChainEvent): string =>
  list(attributes, ([key, value]) => `{"key":${text(key)},"value":${text(value)},"index":true}`);

/** An event as jsonpb prints it. */
const eventJson = (event: ChainEvent): string => `{"type":${text(event.type)},"attributes":${attributesJson(event)}}`;

/** An event as libs/json prints it: empty attributes are omitted. */
export const plainEventJson = (event: ChainEvent): string =>
  object([
    ["type", orNothing(text(event.type), '""')],
    ["attributes", orNothing(attributesJson(event), "[]")],
  ]);

/** A result as jsonpb prints it: with all fields. */
export const txResultJson = (result: TxResult): string =>
  object([
    ["code", String(result.code)],
    ["data", base64(result.data)],
    ["log", text(result.log)],
    ["info", '""'],
    ["gas_wanted", int(result.gasWanted)],
    ["gas_used", int(result.gasUsed)],
    ["events", list(result.events, eventJson)],
    ["codespace", text(result.codespace)],
  ]);

export const NO_RESULT: TxResult = {
  code: 0,
  codespace: "",
  data: new Uint8Array(0),
  log: "",
  gasWanted: 0n,
  gasUsed: 0n,
  events: [],
};

/** A result inside an event: libs/json, zero values omitted. */
export const plainTxResultJson = (result: TxResult): string =>
  object([
    ["code", orNothing(String(result.code), "0")],
    ["data", orNothing(base64(result.data), "null")],
    ["log", orNothing(text(result.log), '""')],
    ["gas_wanted", orNothing(int(result.gasWanted), '"0"')],
    ["gas_used", orNothing(int(result.gasUsed), '"0"')],
    ["events", orNothing(list(result.events, plainEventJson), "[]")],
    ["codespace", orNothing(text(result.codespace), '""')],
  ]);

const updateJson = ({ pubKey, power }: ValidatorUpdate): string =>
  object([
    ["pub_key", `{"Sum":{"type":"tendermint.crypto.PublicKey_Ed25519","value":{"ed25519":"${toBase64(pubKey)}"}}}`],
    ["power", orNothing(int(power), '"0"')],
  ]);

export const updatesJson = (updates: readonly ValidatorUpdate[]): string =>
  updates.length === 0 ? "null" : list(updates, updateJson);

/**
 * Consensus parameters as types.ConsensusParams (`full`) or as the protobuf message of an update.
 */
export function paramsJson(bytes: Uint8Array, full: boolean): string {
  const { block, evidence, validator, version, abci } = decode(ConsensusParamsSchema, bytes);
  const zero = (json: string) => (full ? json : orNothing(json, '"0"'));
  const duration = evidence?.maxAgeDuration;
  const nanos = (duration?.seconds ?? 0n) * 1_000_000_000n + BigInt(duration?.nanos ?? 0);
  return object([
    [
      "block",
      object([
        ["max_bytes", zero(int(block?.maxBytes ?? 0n))],
        ["max_gas", zero(int(block?.maxGas ?? 0n))],
      ]),
    ],
    [
      "evidence",
      object([
        ["max_age_num_blocks", zero(int(evidence?.maxAgeNumBlocks ?? 0n))],
        ["max_age_duration", int(nanos)],
        ["max_bytes", zero(int(evidence?.maxBytes ?? 0n))],
      ]),
    ],
    ["validator", `{"pub_key_types":${list(validator?.pubKeyTypes ?? [], text)}}`],
    ["version", object([["app", zero(int(version?.app ?? 0n))]])],
    ["abci", object([["vote_extensions_enable_height", zero(int(abci?.voteExtensionsEnableHeight ?? 0n))]])],
  ]);
}

/** The answer of `block_results`, in parts, one for each transaction's result. */
export function* resultsParts(
  results: Omit<StoredResults, "txResults">,
  txResults: Iterable<TxResult>,
): Generator<string, void, void> {
  yield `{"height":${int(results.height)},"txs_results":`;
  let before = "[";
  for (const one of txResults) {
    yield before + txResultJson(one);
    before = ",";
  }
  const rest = object([
    ["finalize_block_events", results.events.length === 0 ? "null" : list(results.events, plainEventJson)],
    ["validator_updates", updatesJson(results.validatorUpdates)],
    [
      "consensus_param_updates",
      results.consensusParamUpdates === undefined ? "null" : paramsJson(results.consensusParamUpdates, false),
    ],
    ["app_hash", base64(results.appHash)],
  ]);
  yield `${before === "[" ? "null" : "]"},${rest.slice(1)}`;
}

export const publicKeyJson = ({ type, bytes }: PublicKey): string =>
  `{"type":"tendermint/PubKey${type === "ed25519" ? "Ed25519" : "Secp256k1"}","value":"${toBase64(bytes)}"}`;

export const validatorJson = (validator: Validator): string =>
  object([
    ["address", hex(validator.address)],
    ["pub_key", publicKeyJson(validator.publicKey)],
    ["voting_power", int(validator.votingPower)],
    ["proposer_priority", int(validator.proposerPriority)],
  ]);

const proofJson = ({ total, index, leafHash, aunts }: Proof): string =>
  `{"total":${int(total)},"index":${int(index)},"leaf_hash":${base64(leafHash)},"aunts":${list(aunts, base64)}}`;

/** A transaction; with the proof that it is in its block when it has one. */
export const storedTxJson = ({ hash, height, index, tx, result, proof }: StoredTx): string =>
  object([
    ["hash", hex(hash)],
    ["height", int(height)],
    ["index", String(index)],
    ["tx_result", txResultJson(result)],
    ["tx", base64(tx)],
    [
      "proof",
      proof === undefined
        ? undefined
        : `{"root_hash":${hex(proof.root)},"data":${base64(tx)},"proof":${proofJson(proof.proof)}}`,
    ],
  ]);

const proofOpJson = ({ type, key, data }: ProofOp): string =>
  `{"type":${text(type)},"key":${base64(key)},"data":${base64(data)}}`;

export const queryResultJson = (result: QueryResult): string =>
  object([
    ["code", String(result.code)],
    ["log", text(result.log)],
    ["info", '""'],
    ["index", '"0"'],
    ["key", base64(result.key)],
    ["value", base64(result.value)],
    ["proofOps", result.ops.length === 0 ? "null" : `{"ops":${list(result.ops, proofOpJson)}}`],
    ["height", int(result.height)],
    ["codespace", text(result.codespace)],
  ]);
