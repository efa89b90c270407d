// SPDX-License-Identifier: Apache-2.0
import { create, type MessageShape } from "@bufbuild/protobuf";
import { type ApiBackend, type ApiRoute, Code, HISTORY, StatusError, serviceRoutes } from "@sotto/backend";
import { decode, encode } from "@sotto/codec";
import { SdkError } from "@sotto/errors";
import { TxMsgDataSchema } from "@sotto/proto/cosmos.base.abci.v1beta1";
import {
  AuthInfoSchema,
  BroadcastMode,
  Service,
  type SimulateRequest,
  TxBodySchema,
  type TxSchema,
} from "@sotto/proto/cosmos.tx.v1beta1";
import { decodeTx, encodeTxRaw } from "@sotto/tx";
import { decodeStdTx, encodeStdTx } from "./amino/stdTx.ts";
import { abciEvents, checkedResponse, protoTx } from "./stored.ts";

// Source of behaviour and texts: cosmos-sdk v0.50, x/auth/tx/service.go and client/broadcast.go.

const invalid = (message: string): StatusError => new StatusError(Code.invalidArgument, message);

/** The bytes of a transaction in the form of a message. */
const packTx = ({ body, authInfo, signatures }: MessageShape<typeof TxSchema>): Uint8Array =>
  encodeTxRaw({
    bodyBytes: encode(TxBodySchema, body ?? create(TxBodySchema)),
    authInfoBytes: encode(AuthInfoSchema, authInfo ?? create(AuthInfoSchema)),
    signatures,
  });

async function simulate(backend: ApiBackend, { tx, txBytes }: SimulateRequest) {
  const bytes = txBytes.length === 0 && tx !== undefined ? packTx(tx) : txBytes;
  if (bytes.length === 0) throw invalid("empty txBytes is not allowed");
  const result = await backend.simulate(bytes);
  if (result.code !== 0) {
    throw new StatusError(Code.unknown, `${result.log} with gas used: '${result.gasUsed}'`);
  }
  return {
    // The meter of a simulation has no limit, which the result's signed number shows as -1.
    gasInfo: { gasUsed: result.gasUsed, gasWanted: BigInt.asUintN(64, result.gasWanted) },
    result: {
      data: result.data,
      log: result.log,
      events: abciEvents(result.events),
      msgResponses: decode(TxMsgDataSchema, result.data).msgResponses,
    },
  };
}

/**
 * A refusal of the mempool before any check is still an answer with a code (SDK client/broadcast.go
 * CheckCometError).
 */
const REFUSALS = [
  ["tx already exists in cache", SdkError.txInMempoolCache],
  ["mempool is full", SdkError.mempoolIsFull],
  ["tx too large", SdkError.txTooLarge],
] as const;

async function broadcast(backend: ApiBackend, bytes: Uint8Array, mode: BroadcastMode) {
  if (bytes.length === 0) throw invalid("invalid empty tx");
  if (mode !== BroadcastMode.SYNC && mode !== BroadcastMode.ASYNC) {
    throw new StatusError(Code.unknown, "unsupported return type unspecified; supported types: sync, async");
  }
  const { hash, result, refused } = await backend.broadcast(bytes);
  if (refused === undefined) {
    return { txResponse: checkedResponse(hash, mode === BroadcastMode.SYNC ? result : undefined) };
  }
  const known = REFUSALS.find(([text]) => refused.toLowerCase().includes(text))?.[1];
  if (known === undefined) throw new StatusError(Code.unknown, refused);
  return { txResponse: { ...checkedResponse(hash, undefined), code: known.code, codespace: known.codespace } };
}

/** Routes of cosmos.tx.v1beta1.Service. */
export const txRoutes = (backend: ApiBackend): ApiRoute[] =>
  serviceRoutes(backend, Service, {
    simulate: (request) => simulate(backend, request),
    getTx: HISTORY,
    broadcastTx: ({ txBytes, mode }) => broadcast(backend, txBytes, mode),
    getTxsEvent: HISTORY,
    getBlockWithTxs: HISTORY,
    async txDecode({ txBytes }) {
      if (txBytes.length === 0) throw invalid("invalid empty tx bytes");
      decodeTx(txBytes, backend.registry);
      return { tx: protoTx(txBytes) };
    },
    async txEncode({ tx }) {
      if (tx === undefined) throw invalid("invalid empty tx");
      return { txBytes: packTx(tx) };
    },
    async txEncodeAmino({ aminoJson }) {
      if (aminoJson === "") throw invalid("invalid empty tx json");
      return { aminoBinary: encodeStdTx(aminoJson) };
    },
    async txDecodeAmino({ aminoBinary }) {
      if (aminoBinary.length === 0) throw invalid("invalid empty tx bytes");
      return { aminoJson: decodeStdTx(aminoBinary) };
    },
  });
