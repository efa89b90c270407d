// SPDX-License-Identifier: Apache-2.0
import { type BlockNews, type StoredTx, upperHex } from "@sotto/backend";
import { fromUtf8, toBase64 } from "@sotto/bytes";
import { consensusAddress, type EventValues, txHash } from "@sotto/comet";
import type { ChainEvent, ValidatorUpdate } from "@sotto/kernel";
import {
  base64,
  blockIdJson,
  blockJson,
  headerJson,
  hex,
  int,
  list,
  object,
  paramsJson,
  plainEventJson,
  plainTxResultJson,
  publicKeyJson,
  text,
  txResultJson,
  updatesJson,
} from "./json.ts";

/** An event for subscribers. */
export interface RpcEvent {
  /** Attribute values by `type.key`, with `tm.event`, `tx.hash` and `tx.height`. */
  readonly values: EventValues;
  /** JSON of `data`, as bytes; made at the first use, for all subscribers. */
  readonly data: () => Uint8Array;
  /** JSON of `events`, as bytes. */
  readonly events: () => Uint8Array;
  /** Set for a transaction. */
  readonly tx?: StoredTx | undefined;
}

const once = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
};

/** Attribute values by `type.key` (types/event_bus.go validateAndStringifyEvents). */
function valuesOf(events: readonly ChainEvent[], own: readonly (readonly [string, string])[]): Map<string, string[]> {
  const out = new Map<string, string[]>();
  const add = (key: string, value: string) => {
    const known = out.get(key);
    if (known === undefined) out.set(key, [value]);
    else known.push(value);
  };
  for (const { type, attributes } of events) {
    if (type === "") continue;
    for (const [key, value] of attributes) if (key !== "") add(`${type}.${key}`, value);
  }
  for (const [key, value] of own) add(key, value);
  return out;
}

function event(
  name: string,
  chain: readonly ChainEvent[],
  own: readonly (readonly [string, string])[],
  value: () => string,
  tx?: StoredTx,
): RpcEvent {
  const values = valuesOf(chain, [["tm.event", name], ...own]);
  return {
    values,
    tx,
    data: once(() => fromUtf8(`{"type":"tendermint/event/${name}","value":${value()}}`)),
    events: once(() =>
      fromUtf8(
        object(
          [...values].map(([key, texts]) => [key, list(texts, text)] as const),
          text,
        ),
      ),
    ),
  };
}

const finalizeJson = ({ results }: BlockNews): string =>
  object([
    ["events", results.events.length === 0 ? undefined : list(results.events, plainEventJson)],
    ["tx_results", list(results.txResults, txResultJson)],
    ["validator_updates", updatesJson(results.validatorUpdates)],
    [
      "consensus_param_updates",
      results.consensusParamUpdates === undefined ? undefined : paramsJson(results.consensusParamUpdates, false),
    ],
    ["app_hash", `"${toBase64(results.appHash)}"`],
  ]);

const txEventJson = ({ height, index, tx, result }: StoredTx): string => {
  const fields = object([
    ["height", int(height)],
    ["index", index === 0 ? undefined : String(index)],
    ["tx", base64(tx)],
    ["result", plainTxResultJson(result)],
  ]);
  return `{"TxResult":${fields}}`;
};

const changedValidatorJson = ({ pubKey, power }: ValidatorUpdate): string => {
  const publicKey = { type: "ed25519", bytes: pubKey } as const;
  return object([
    ["address", hex(consensusAddress(publicKey))],
    ["pub_key", publicKeyJson(publicKey)],
    ["voting_power", int(power)],
    ["proposer_priority", int(0)],
  ]);
};

/** The events of a block itself, which come before those of its transactions. */
function blockEvents(news: BlockNews): RpcEvent[] {
  const { block, results } = news;
  const { header, txs } = block.block;
  return [
    event("NewBlock", results.events, [], () =>
      object([
        ["block", blockJson(block.block)],
        ["block_id", blockIdJson(block.blockId)],
        ["result_finalize_block", finalizeJson(news)],
      ]),
    ),
    event("NewBlockHeader", [], [], () => `{"header":${headerJson(header)}}`),
    event("NewBlockEvents", results.events, [], () =>
      object([
        ["height", int(header.height)],
        ["events", results.events.length === 0 ? "null" : list(results.events, plainEventJson)],
        ["num_txs", int(txs.length)],
      ]),
    ),
  ];
}

function txEvent({ block, results }: BlockNews, bytes: Uint8Array, index: number): RpcEvent | undefined {
  const { header } = block.block;
  const result = results.txResults[index];
  if (result === undefined) return undefined;
  const tx: StoredTx = { hash: txHash(bytes), height: header.height, index, time: header.time, tx: bytes, result };
  const own = [
    ["tx.hash", upperHex(tx.hash)],
    ["tx.height", String(header.height)],
  ] as const;
  return event("Tx", result.events, own, () => txEventJson(tx), tx);
}

/**
 * The events of a block for subscribers, in CometBFT's order (state/execution.go fireEvents), each
 * made on demand. Cost: each transaction is hashed and its attributes are collected, unless
 * `withTxs` says that there are no subscribers to transactions.
 */
export function* eventsOf(news: BlockNews, withTxs = true): Generator<RpcEvent, void, void> {
  yield* blockEvents(news);
  const { results, block } = news;
  if (withTxs) {
    for (const [index, bytes] of block.block.txs.entries()) {
      const made = txEvent(news, bytes, index);
      if (made !== undefined) yield made;
    }
  }
  if (results.validatorUpdates.length === 0) return;
  const json = () => `{"validator_updates":${list(results.validatorUpdates, changedValidatorJson)}}`;
  yield event("ValidatorSetUpdates", [], [], json);
}
