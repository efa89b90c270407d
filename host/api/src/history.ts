// SPDX-License-Identifier: Apache-2.0
import { create, type DescMethod, type MessageInitShape, type MessageShape } from "@bufbuild/protobuf";
import type { Form, Search, StoredBlock, StoredTx } from "@sotto/backend";
import { NodeError } from "@sotto/backend/errors";
import { type Pieces, PieceWriter } from "@sotto/backend/pieces";
import { Code, StatusError, statusOf } from "@sotto/backend/status";
import { noBlock } from "@sotto/backend/stored";
import { fromHex } from "@sotto/bytes";
import { decode, encode, gatewayJsonParts, type TypeRegistry } from "@sotto/codec";
import { ChainError, SdkError } from "@sotto/errors";
import { Service as CometService } from "@sotto/proto/cosmos.base.tendermint.v1beta1";
import {
  type GetBlockWithTxsRequest,
  type GetTxsEventRequest,
  OrderBy,
  type TxSchema,
  Service as TxService,
} from "@sotto/proto/cosmos.tx.v1beta1";
import { committedResponse, protoBlock, protoBlockId, protoTx, sdkBlock } from "./stored.ts";

// Source of behaviour and texts: cosmos-sdk v0.50, x/auth/tx/service.go, x/auth/tx/query.go and
// client/grpc/cmtservice.

/** A job in steps, each of which yields its work in rows of the index (1 to 2 us). */
type Steps<T> = Generator<number, T, void>;

/** The data source of the history routes. */
export interface HistoryReader {
  readonly registry: TypeRegistry;
  /** First height that the node has. */
  readonly first: number;
  block(height: number): Steps<StoredBlock | undefined>;
  tx(hash: Uint8Array): Steps<StoredTx | undefined>;
  /** Throws as `ApiBackend.searchTxsJson`. */
  searchTxs(search: Search): Steps<{ readonly total: number; readonly txs: readonly StoredTx[] }>;
}

/** An answer that may cross threads. */
export type HistoryAnswer =
  | { readonly pieces: Pieces }
  | { readonly refused: { readonly code: number; readonly message: string } };

const DEFAULT_LIMIT = 100;
/** Limit: CometBFT rpc/core/env.go maxPerPage, which the reference's own search goes through. */
const MAX_PER_PAGE = 100;
/** Bytes of a transaction that are decoded and printed in the time of a row. */
const BYTES_PER_ROW = 64;

const invalid = (message: string): StatusError => new StatusError(Code.invalidArgument, message);

/** A block that must exist; otherwise throws the status for its absence. */
function* mustBlock(reader: HistoryReader, height: number): Steps<StoredBlock> {
  const stored = height > 0 ? yield* reader.block(height) : undefined;
  if (stored === undefined) throw noBlock(height, reader.first);
  return stored;
}

function* blockAt(reader: HistoryReader, height: number) {
  const stored = yield* mustBlock(reader, height);
  const block = protoBlock(stored);
  return { blockId: protoBlockId(stored), block, sdkBlock: sdkBlock(block, stored) };
}

/** The height of a request. */
export function knownHeight(latest: number, height: bigint): number {
  if (height > BigInt(latest)) {
    throw new StatusError(Code.invalidArgument, "requested block height is bigger then the chain length");
  }
  if (height < 1n) throw new StatusError(Code.unknown, `height must be greater than 0, but got ${height}`);
  return Number(height);
}

function* getTx(reader: HistoryReader, hash: string) {
  if (hash === "") throw invalid("tx hash cannot be empty");
  const bytes = fromHex(hash);
  if (bytes === undefined) throw invalid("tx hash is not hex");
  const found = yield* reader.tx(bytes);
  if (found === undefined) throw new StatusError(Code.notFound, `tx not found: ${hash}`);
  return { tx: protoTx(found.tx), txResponse: committedResponse(found) };
}

/**
 * `query`, `page` and `limit` count; clients of older chains send `events` and `pagination`
 * instead.
 */
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

/** Refusals of the node itself have their own status. */
const NODE = NodeError.busy.codespace;

function* search(reader: HistoryReader, wanted: Search) {
  try {
    return yield* reader.searchTxs(wanted);
  } catch (thrown) {
    if (!(thrown instanceof ChainError) || thrown.codespace === NODE) throw thrown;
    throw new StatusError(Code.internal, `failed to search for txs: ${thrown.detail ?? thrown.summary}`);
  }
}

/** Transactions as messages, one a step. */
function* protoTxs(list: readonly Uint8Array[]): Steps<MessageShape<typeof TxSchema>[]> {
  const out: MessageShape<typeof TxSchema>[] = [];
  for (const tx of list) {
    out.push(protoTx(tx));
    yield Math.ceil(tx.length / BYTES_PER_ROW);
  }
  return out;
}

function* getTxsEvent(reader: HistoryReader, request: GetTxsEventRequest) {
  const { total, txs } = yield* search(reader, searchOf(request));
  return {
    txs: yield* protoTxs(txs.map(({ tx }) => tx)),
    txResponses: txs.map(committedResponse),
    total: BigInt(total),
  };
}

function* getBlockWithTxs(reader: HistoryReader, latest: number, { height, pagination }: GetBlockWithTxsRequest) {
  if (height < 1n || height > BigInt(latest)) {
    throw SdkError.invalidHeight(
      `requested height ${height} but height must not be less than 1 or greater than the current height ${latest}`,
    );
  }
  const stored = yield* mustBlock(reader, Number(height));
  const all = stored.block.txs;
  const { offset = 0n, limit = BigInt(DEFAULT_LIMIT), reverse = false } = pagination ?? {};
  if (offset >= BigInt(all.length) && all.length !== 0) {
    throw SdkError.invalidRequest(
      `out of range: cannot paginate ${all.length} txs with offset ${offset} and limit ${limit}`,
    );
  }
  const from = Number(offset);
  const count = limit > BigInt(all.length) ? all.length : Number(limit);
  // Compat: backwards starts at the offset and never reaches the first transaction
  // (x/auth/tx/service.go).
  const page = reverse ? all.slice(Math.max(1, from + 1 - count), from + 1).reverse() : all.slice(from, from + count);
  return {
    txs: yield* protoTxs(page),
    blockId: protoBlockId(stored),
    block: protoBlock(stored),
    pagination: { total: BigInt(all.length) },
  };
}

interface HistoryRoute<M extends DescMethod = DescMethod> {
  readonly method: M;
  readonly answer: (
    reader: HistoryReader,
    request: MessageShape<M["input"]>,
    latest: number,
  ) => Steps<MessageInitShape<M["output"]>>;
}

const route = <M extends DescMethod>(method: M, answer: HistoryRoute<M>["answer"]): [string, HistoryRoute] => [
  `/${method.parent.typeName}/${method.name}`,
  // The request of `answer` is that of `method`, which decodes it.
  { method, answer } as unknown as HistoryRoute,
];

const { getTx: TX, getTxsEvent: TXS, getBlockWithTxs: BLOCK_TXS } = TxService.method;
const { getLatestBlock: LATEST, getBlockByHeight: BLOCK } = CometService.method;

/** Routes that read blocks and transactions, by path: their answers may be large. */
const historyRoutes: ReadonlyMap<string, HistoryRoute> = new Map([
  route(TX, (reader, { hash }) => getTx(reader, hash)),
  route(TXS, getTxsEvent),
  route(BLOCK_TXS, (reader, request, latest) => getBlockWithTxs(reader, latest, request)),
  route(LATEST, (reader, _request, latest) => blockAt(reader, latest)),
  route(BLOCK, (reader, { height }, latest) => blockAt(reader, knownHeight(latest, height))),
]);

function* written(
  { registry }: HistoryReader,
  { output }: DescMethod,
  message: MessageShape<DescMethod["output"]>,
  form: Form,
): Steps<Pieces> {
  if (form === "proto") return [new Uint8Array(encode(output, message))];
  const out = new PieceWriter();
  for (const part of gatewayJsonParts(output, message, registry)) {
    out.write(part);
    yield Math.ceil(part.length / BYTES_PER_ROW);
  }
  return out.finish();
}

/**
 * Answers a history route; `latest` is the caller's last height. Throws only for a fault of the
 * node.
 */
export function* answerHistory(
  reader: HistoryReader,
  path: string,
  request: Uint8Array,
  form: Form,
  latest: number,
): Steps<HistoryAnswer> {
  const found = historyRoutes.get(path);
  if (found === undefined) throw new TypeError(`${path} is no history route`);
  const { method, answer } = found;
  try {
    const message = create(method.output, yield* answer(reader, decode(method.input, request), latest));
    return { pieces: yield* written(reader, method, message, form) };
  } catch (thrown) {
    if (!(thrown instanceof ChainError) && !(thrown instanceof StatusError)) throw thrown;
    const { code, message } = statusOf(thrown);
    return { refused: { code, message } };
  }
}

/** The pieces of an answer. Throws StatusError. */
export function openHistoryAnswer(answer: HistoryAnswer): Pieces {
  if ("refused" in answer) throw new StatusError(answer.refused.code, answer.refused.message);
  return answer.pieces;
}
