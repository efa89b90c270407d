// SPDX-License-Identifier: Apache-2.0
import { OWN_BYTES, ProtoReader, ProtoWriter } from "@sotto/codec";
import { resultsHash } from "@sotto/comet";
import type { BlockResult, ChainAttribute, ChainEvent, TxResult, ValidatorUpdate } from "@sotto/kernel";
import { ReusedWriter } from "./reusedWriter.ts";

// Field numbers: tendermint.abci (types.proto: ResponseFinalizeBlock, ExecTxResult, Event,
// EventAttribute, ValidatorUpdate). Written by hand because a block has tens of thousands of
// attributes.

const BYTES = 2;

/** Name of the row beside the state that holds the results of a height. */
export const resultsKey = (height: number): string => `results/${height}`;

function writeEvent(w: ProtoWriter, field: number, event: ChainEvent): void {
  const mark = w.tag(field, BYTES).begin();
  w.string(1, event.type);
  for (const [key, value, encrypted] of event.attributes) {
    const inner = w.tag(2, BYTES).begin();
    // `index` with this node's meaning. Clients see true for all, as the SDK marks them (ADR 57).
    w.string(1, key)
      .string(2, value)
      .bool(3, encrypted !== true)
      .end(inner);
  }
  w.end(mark);
}

function writeTxResult(w: ProtoWriter, result: TxResult): void {
  w.uint32(1, result.code).bytes(2, result.data).string(3, result.log);
  w.int64(5, result.gasWanted).int64(6, result.gasUsed);
  for (const event of result.events) writeEvent(w, 7, event);
  w.string(8, result.codespace);
}

/** Protobuf of a tendermint.abci.ExecTxResult. */
export function encodeTxResult(result: TxResult): Uint8Array {
  const w = new ProtoWriter(1024);
  writeTxResult(w, result);
  return w.finish();
}

const kept = new ReusedWriter();

/**
 * Protobuf of a tendermint.abci.ResponseFinalizeBlock, without the application hash, which is known
 * only later. A view that the next call overwrites.
 */
export function encodeBlockResult(result: BlockResult): Uint8Array {
  const w = kept.next();
  for (const event of result.events) writeEvent(w, 1, event);
  for (const each of result.txResults) {
    const mark = w.tag(2, BYTES).begin();
    writeTxResult(w, each);
    w.end(mark);
  }
  for (const { pubKey, power } of result.validatorUpdates) {
    w.message(3, (update) => update.message(1, (key) => key.bytesAlways(1, pubKey)).int64(2, power));
  }
  if (result.consensusParamUpdates !== undefined) w.bytesAlways(4, result.consensusParamUpdates);
  return w.view();
}

function readAttribute(r: ProtoReader): ChainAttribute {
  const outer = r.enter();
  let key = "";
  let value = "";
  let indexed = false;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    if (tag === 0x0a) key = r.string();
    else if (tag === 0x12) value = r.string();
    else if (tag === 0x18) indexed = r.bool();
    else r.skip(tag);
  }
  r.leave(outer);
  return indexed ? [key, value] : [key, value, true];
}

function readEvent(r: ProtoReader): ChainEvent {
  const outer = r.enter();
  let type = "";
  const attributes: ChainAttribute[] = [];
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    if (tag === 0x0a) type = r.string();
    else if (tag === 0x12) attributes.push(readAttribute(r));
    else r.skip(tag);
  }
  r.leave(outer);
  return { type, attributes };
}

function readTxResult(r: ProtoReader): TxResult {
  const outer = r.enter();
  const events: ChainEvent[] = [];
  const found = { code: 0, codespace: "", data: NOTHING, log: "", gasWanted: 0n, gasUsed: 0n, events };
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    if (tag === 0x08) found.code = r.uint32();
    else if (tag === 0x12) found.data = r.bytesCopy();
    else if (tag === 0x1a) found.log = r.string();
    else if (tag === 0x28) found.gasWanted = r.int64();
    else if (tag === 0x30) found.gasUsed = r.int64();
    else if (tag === 0x3a) events.push(readEvent(r));
    else if (tag === 0x42) found.codespace = r.string();
    else r.skip(tag);
  }
  r.leave(outer);
  return found;
}

const NOTHING: Uint8Array = new Uint8Array(0);

function readPublicKey(r: ProtoReader): Uint8Array {
  const outer = r.enter();
  let key = NOTHING;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    if (tag === 0x0a) key = r.bytesCopy();
    else r.skip(tag);
  }
  r.leave(outer);
  return key;
}

function readUpdate(r: ProtoReader): ValidatorUpdate {
  const outer = r.enter();
  let pubKey = NOTHING;
  let power = 0n;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    if (tag === 0x0a) pubKey = readPublicKey(r);
    else if (tag === 0x10) power = r.int64();
    else r.skip(tag);
  }
  r.leave(outer);
  return { pubKey, power };
}

/** Reads what `encodeBlockResult` wrote. Throws CodecError.protobuf. */
export function decodeBlockResult(bytes: Uint8Array): BlockResult {
  const r = new ProtoReader(bytes, OWN_BYTES);
  const events: ChainEvent[] = [];
  const txResults: TxResult[] = [];
  const validatorUpdates: ValidatorUpdate[] = [];
  let consensusParamUpdates: Uint8Array | undefined;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    if (tag === 0x0a) events.push(readEvent(r));
    else if (tag === 0x12) txResults.push(readTxResult(r));
    else if (tag === 0x1a) validatorUpdates.push(readUpdate(r));
    else if (tag === 0x22) consensusParamUpdates = r.bytesCopy();
    else r.skip(tag);
  }
  return { events, txResults, validatorUpdates, consensusParamUpdates };
}

/**
 * Events of the block itself, from the bytes of `encodeBlockResult`. Cost: the results of
 * transactions are skipped.
 */
export function decodeBlockEvents(bytes: Uint8Array): ChainEvent[] {
  const r = new ProtoReader(bytes, OWN_BYTES);
  const events: ChainEvent[] = [];
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    if (tag === 0x0a) events.push(readEvent(r));
    else r.skip(tag);
  }
  return events;
}

/**
 * The same with the changes of validators and parameters: all except the results of transactions.
 */
export function decodeBlockRest(bytes: Uint8Array): Omit<BlockResult, "txResults"> {
  const r = new ProtoReader(bytes);
  const events: ChainEvent[] = [];
  const validatorUpdates: ValidatorUpdate[] = [];
  let consensusParamUpdates: Uint8Array | undefined;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    if (tag === 0x0a) events.push(readEvent(r));
    else if (tag === 0x1a) validatorUpdates.push(readUpdate(r));
    else if (tag === 0x22) consensusParamUpdates = r.bytesCopy();
    else r.skip(tag);
  }
  return { events, validatorUpdates, consensusParamUpdates };
}

/** Results of the transactions, from the bytes of `encodeBlockResult`, each read on demand. */
export function* eachTxResult(bytes: Uint8Array): Generator<TxResult> {
  const r = new ProtoReader(bytes, OWN_BYTES);
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    if (tag === 0x12) yield readTxResult(r);
    else r.skip(tag);
  }
}

/**
 * Result of one transaction of a block; undefined after the last. Cost: the others are skipped, not
 * read.
 */
export function decodeTxResultAt(bytes: Uint8Array, index: number): TxResult | undefined {
  const r = new ProtoReader(bytes, OWN_BYTES);
  let at = 0;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    if (tag === 0x12 && at++ === index) return readTxResult(r);
    r.skip(tag);
  }
  return undefined;
}

/** The hash of these results in the header of the next height. */
export const lastResultsHash = (results: readonly TxResult[]): Uint8Array => resultsHash(results);
