// SPDX-License-Identifier: Apache-2.0
/** Answers as CometBFT gets them: read by another implementation of protobuf than the node's. */
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import type { BlockResult, ChainEvent, QueryResult } from "@sotto/kernel";
import { type Event, ResponseFinalizeBlockSchema } from "@sotto/proto/tendermint.abci";
import { ConsensusParamsSchema } from "@sotto/proto/tendermint.types";
import { base64 } from "../vector.ts";

const eventsOf = (events: readonly Event[]): ChainEvent[] =>
  events.map(({ type, attributes }) => ({ type, attributes: attributes.map(({ key, value }) => [key, value]) }));

/** The result in a tendermint.abci.ResponseFinalizeBlock. */
export function finalizedOf(response: Uint8Array): BlockResult & { readonly appHash: Uint8Array } {
  const { txResults, events, validatorUpdates, consensusParamUpdates, appHash } = fromBinary(
    ResponseFinalizeBlockSchema,
    response,
  );
  return {
    txResults: txResults.map((result) => ({ ...result, events: eventsOf(result.events) })),
    events: eventsOf(events),
    validatorUpdates: validatorUpdates.map(({ pubKey, power }) => {
      if (pubKey?.sum.case !== "ed25519") throw new Error("a validator's key is no ed25519 key");
      return { pubKey: pubKey.sum.value, power };
    }),
    consensusParamUpdates:
      consensusParamUpdates === undefined ? undefined : toBinary(ConsensusParamsSchema, consensusParamUpdates),
    appHash,
  };
}

/**
 * The answer to a query in the JSON of CometBFT's `abci_query`; it leaves out nothing but zeros.
 */
export function queryAnswerOf(response: Readonly<Record<string, unknown>>): QueryResult {
  const text = (name: string): string => String(response[name] ?? "");
  return {
    code: Number(response["code"] ?? 0),
    codespace: text("codespace"),
    log: text("log"),
    key: base64(text("key")),
    value: base64(text("value")),
    ops: [],
    height: Number(response["height"] ?? 0),
  };
}
