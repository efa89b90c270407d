import { create, type MessageShape } from "@bufbuild/protobuf";
import { fromHex } from "@sotto/bytes";
import { decode, encode } from "@sotto/codec";
import { ChainError, SdkError } from "@sotto/errors";
import { TxMsgDataSchema } from "@sotto/proto/cosmos.base.abci.v1beta1";
import {
  AuthInfoSchema,
  BroadcastMode,
  type GetBlockWithTxsRequest,
  type GetTxsEventRequest,
  OrderBy,
  Service,
  type SimulateRequest,
  TxBodySchema,
  type TxSchema,
} from "@sotto/proto/cosmos.tx.v1beta1";
import { decodeTx, encodeTxRaw } from "@sotto/tx";
import { decodeStdTx, encodeStdTx } from "./amino/stdTx.ts";
import type { ApiBackend, Search } from "./backend.ts";
import { NodeError } from "./errors.ts";
import { type ApiRoute, serviceRoutes } from "./route.ts";
import { Code, StatusError } from "./status.ts";
import {
  abciEvents,
  checkedResponse,
  committedResponse,
  mustBlock,
  protoBlock,
  protoBlockId,
  protoTx,
} from "./stored.ts";

// Source of behaviour and texts: cosmos-sdk v0.50, x/auth/tx/service.go, x/auth/tx/query.go and client/broadcast.go.

const DEFAULT_LIMIT = 100;
/** Limit: CometBFT rpc/core/env.go maxPerPage, which the reference's own search goes through. */
const MAX_PER_PAGE = 100;

const invalid = (message: string): StatusError => new StatusError(Code.invalidArgument, message);

/** The bytes of a transaction given as a message. */
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

async function getTx(backend: ApiBackend, hash: string) {
  if (hash === "") throw invalid("tx hash cannot be empty");
  const bytes = fromHex(hash);
  if (bytes === undefined) throw invalid("tx hash is not hex");
  const found = await backend.tx(bytes);
  if (found === undefined) throw new StatusError(Code.notFound, `tx not found: ${hash}`);
  return { tx: protoTx(found.tx), txResponse: committedResponse(found) };
}

/** What the mempool refuses before any check is still an answer with a code (SDK client/broadcast.go CheckCometError). */
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

/** `query`, `page` and `limit` count; clients of older chains send `events` and `pagination` instead. */
function searchOf(request: GetTxsEventRequest): Search {
  const { query, events, pagination } = request;
  const text = query === "" ? events.join(" AND ") : query;
  if (text === "") throw new StatusError(Code.internal, "query cannot be empty");
  const asked = request.limit > 0n ? request.limit : (pagination?.limit ?? 0n);
  const limit = asked === 0n ? DEFAULT_LIMIT : asked > BigInt(MAX_PER_PAGE) ? MAX_PER_PAGE : Number(asked);
  const skipped = query === "" && request.page === 0n ? (pagination?.offset ?? 0n) / BigInt(limit) : 0n;
  const page = request.page > 0n ? request.page : skipped + 1n;
  if (page > BigInt(Number.MAX_SAFE_INTEGER)) throw invalid("page is out of range");
  const order = request.orderBy === OrderBy.DESC ? ("desc" as const) : ("asc" as const);
  return { query: text, perPage: limit, page: Number(page), order, prove: false };
}

/** Refusals of the node itself have a status of their own. */
const NODE = NodeError.busy.codespace;

async function search(backend: ApiBackend, wanted: Search) {
  try {
    return await backend.searchTxs(wanted);
  } catch (thrown) {
    if (!(thrown instanceof ChainError) || thrown.codespace === NODE) throw thrown;
    throw new StatusError(Code.internal, `failed to search for txs: ${thrown.detail ?? thrown.summary}`);
  }
}

async function getTxsEvent(backend: ApiBackend, request: GetTxsEventRequest) {
  const { total, txs } = await search(backend, searchOf(request));
  return {
    txs: txs.map(({ tx }) => protoTx(tx)),
    txResponses: txs.map(committedResponse),
    total: BigInt(total),
  };
}

async function getBlockWithTxs(backend: ApiBackend, { height, pagination }: GetBlockWithTxsRequest) {
  const latest = backend.latestHeight();
  if (height < 1n || height > BigInt(latest)) {
    throw SdkError.invalidHeight(
      `requested height ${height} but height must not be less than 1 or greater than the current height ${latest}`,
    );
  }
  const stored = await mustBlock(backend, Number(height));
  const all = stored.block.txs;
  const { offset = 0n, limit = BigInt(DEFAULT_LIMIT), reverse = false } = pagination ?? {};
  if (offset >= BigInt(all.length) && all.length !== 0) {
    throw SdkError.invalidRequest(
      `out of range: cannot paginate ${all.length} txs with offset ${offset} and limit ${limit}`,
    );
  }
  const from = Number(offset);
  const count = limit > BigInt(all.length) ? all.length : Number(limit);
  // Compat: backwards starts at the offset and never reaches the first transaction (x/auth/tx/service.go).
  const page = reverse ? all.slice(Math.max(1, from + 1 - count), from + 1).reverse() : all.slice(from, from + count);
  return {
    txs: page.map(protoTx),
    blockId: protoBlockId(stored),
    block: protoBlock(stored),
    pagination: { total: BigInt(all.length) },
  };
}

/** Routes of cosmos.tx.v1beta1.Service. */
export const txRoutes = (backend: ApiBackend): ApiRoute[] =>
  serviceRoutes(backend, Service, {
    simulate: (request) => simulate(backend, request),
    getTx: ({ hash }) => getTx(backend, hash),
    broadcastTx: ({ txBytes, mode }) => broadcast(backend, txBytes, mode),
    getTxsEvent: (request) => getTxsEvent(backend, request),
    getBlockWithTxs: (request) => getBlockWithTxs(backend, request),
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
