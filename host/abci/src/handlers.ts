// SPDX-License-Identifier: Apache-2.0
import type { DescMessage, MessageInitShape } from "@bufbuild/protobuf";
import type {
  RequestApplySnapshotChunk,
  RequestCheckTx,
  RequestCommit,
  RequestFinalizeBlock,
  RequestInfo,
  RequestInitChain,
  RequestListSnapshots,
  RequestLoadSnapshotChunk,
  RequestOfferSnapshot,
  RequestPrepareProposal,
  RequestProcessProposal,
  RequestQuery,
  ResponseApplySnapshotChunkSchema,
  ResponseCheckTxSchema,
  ResponseCommitSchema,
  ResponseFinalizeBlockSchema,
  ResponseInfoSchema,
  ResponseInitChainSchema,
  ResponseListSnapshotsSchema,
  ResponseLoadSnapshotChunkSchema,
  ResponseOfferSnapshotSchema,
  ResponsePrepareProposalSchema,
  ResponseProcessProposalSchema,
  ResponseQuerySchema,
} from "@sotto/proto/tendermint.abci";

/**
 * A response: its fields, or its encoding, when another thread has made it. The encoding is sent as
 * it is, so it must not change afterwards.
 */
export type Response<S extends DescMessage> = MessageInitShape<S> | { readonly encoded: Uint8Array };

export type Answer<S extends DescMessage> = Response<S> | Promise<Response<S>>;

/**
 * The application as CometBFT calls it (ABCI 2.0, CometBFT 0.38).
 *
 * Order: requests of one connection come one after the other, in the order of their arrival;
 * checkTx may be called again before its answer. Requests of consensus (initChain, prepareProposal,
 * processProposal, finalizeBlock, commit) never overlap, also when CometBFT ends in the middle of a
 * call and another one connects: its first request, info too, waits for the end of that call.
 * Requests of the other connections run beside them.
 *
 * A handler that throws, or whose promise fails, ends CometBFT (over gRPC it halts): bad
 * transactions and queries are answers with a code. Vote extensions are the server's: they are
 * empty.
 */
export interface AbciHandlers {
  info(request: RequestInfo): Answer<typeof ResponseInfoSchema>;
  query(request: RequestQuery): Answer<typeof ResponseQuerySchema>;
  checkTx(request: RequestCheckTx): Answer<typeof ResponseCheckTxSchema>;
  initChain(request: RequestInitChain): Answer<typeof ResponseInitChainSchema>;
  prepareProposal(request: RequestPrepareProposal): Answer<typeof ResponsePrepareProposalSchema>;
  /** A proposal of more than MOST_TXS transactions is refused without a call. */
  processProposal(request: RequestProcessProposal): Answer<typeof ResponseProcessProposalSchema>;
  finalizeBlock(request: RequestFinalizeBlock): Answer<typeof ResponseFinalizeBlockSchema>;
  commit(request: RequestCommit): Answer<typeof ResponseCommitSchema>;
  listSnapshots(request: RequestListSnapshots): Answer<typeof ResponseListSnapshotsSchema>;
  offerSnapshot(request: RequestOfferSnapshot): Answer<typeof ResponseOfferSnapshotSchema>;
  loadSnapshotChunk(request: RequestLoadSnapshotChunk): Answer<typeof ResponseLoadSnapshotChunkSchema>;
  applySnapshotChunk(request: RequestApplySnapshotChunk): Answer<typeof ResponseApplySnapshotChunkSchema>;
}
