// SPDX-License-Identifier: Apache-2.0
import { ChainError } from "@sotto/errors";
import type { FrameHandler, Peer } from "./channel.ts";
import { Ask, answer, HostAborted, Method, refusal, request, SERVED } from "./client.ts";
import { BoundaryError, EnclaveError } from "./errors.ts";
import type { Frame } from "./frame.ts";
import {
  type AdmitAnswer,
  AdmitAnswer as AdmitAnswerFrame,
  AdmitRequest,
  type CallAnswer,
  CallAnswer as CallAnswerFrame,
  CallRequest,
  type CommitBlockAnswer,
  CommitBlockAnswer as CommitBlockAnswerFrame,
  CommitBlockRequest,
  type CreateNodeAnswer,
  CreateNodeAnswer as CreateNodeAnswerFrame,
  CreateNodeRequest,
  Empty,
  type ProveStateAsk,
  ProveStateAsk as ProveStateAskFrame,
  QueryChainAnswer,
  QueryChainAsk,
  QueryRequest,
  ReadCodeAnswer,
  ReadCodeAsk,
  type ReadStateAnswer,
  ReadStateAnswer as ReadStateAnswerFrame,
  type ReadStateAsk,
  ReadStateAsk as ReadStateAskFrame,
  ReceiveKeysRequest,
  ReplyRequest,
  type ShowStateAnswer,
  ShowStateAnswer as ShowStateAnswerFrame,
  ShowStateRequest,
  type StartAnswer,
  StartAnswer as StartAnswerFrame,
  StartRequest,
  SubmitBlockRequest,
  type TrustAnswer,
  TrustAnswer as TrustAnswerFrame,
  TrustRequest,
} from "./messages.ts";
import type { Untrusted } from "./untrusted.ts";

/**
 * The host as the enclave sees it: no value of it can be read before trusted/verify unwraps it (ADR
 * 72).
 */
export interface UntrustedHost {
  readState(ask: ReadStateAsk): Untrusted<ReadStateAnswer>;
  proveState(ask: ProveStateAsk): Untrusted<ReadStateAnswer>;
  queryChain(ask: QueryChainAsk): Untrusted<QueryChainAnswer>;
  readCode(codeHash: Uint8Array): Untrusted<Uint8Array | undefined>;
}

/** The interface that trusted/enclave implements. */
export interface EnclaveService {
  start(request: Untrusted<StartRequest>): StartAnswer;
  submitBlock(request: Untrusted<SubmitBlockRequest>): void;
  call(request: Untrusted<CallRequest>, host: UntrustedHost): CallAnswer;
  reply(request: Untrusted<ReplyRequest>, host: UntrustedHost): CallAnswer;
  query(request: Untrusted<QueryRequest>, host: UntrustedHost): CallAnswer;
  commitBlock(request: Untrusted<CommitBlockRequest>): CommitBlockAnswer;
  trust(request: Untrusted<TrustRequest>): TrustAnswer;
  createNode(request: Untrusted<CreateNodeRequest>): CreateNodeAnswer;
  admit(request: Untrusted<AdmitRequest>): AdmitAnswer;
  receiveKeys(request: Untrusted<ReceiveKeysRequest>): StartAnswer;
  showState(request: Untrusted<ShowStateRequest>): ShowStateAnswer;
}

// The one place where plain bytes become Untrusted: the type has no value-level form.
const untrusted = <T>(value: T): Untrusted<T> => value as unknown as Untrusted<T>;

/**
 * A host that does not serve a request ends the call. It has no refusals: they would look like the
 * enclave's own errors.
 */
function served<T>(of: Frame<T>, bytes: Uint8Array): T {
  if (bytes[0] !== SERVED) throw new HostAborted();
  return of.decodeRange(bytes, 1, bytes.length);
}

const hostBehind = (ask: FrameHandler): UntrustedHost => ({
  readState: (value) => untrusted(served(ReadStateAnswerFrame, ask(request(Ask.readState, ReadStateAskFrame, value)))),
  proveState: (value) =>
    untrusted(served(ReadStateAnswerFrame, ask(request(Ask.proveState, ProveStateAskFrame, value)))),
  queryChain: (value) => untrusted(served(QueryChainAnswer, ask(request(Ask.queryChain, QueryChainAsk, value)))),
  readCode: (codeHash) => untrusted(served(ReadCodeAnswer, ask(request(Ask.readCode, ReadCodeAsk, { codeHash }))).code),
});

function dispatch(service: EnclaveService, bytes: Uint8Array, ask: FrameHandler): Uint8Array {
  const end = bytes.length;
  switch (bytes[0]) {
    case Method.start:
      return answer(StartAnswerFrame, service.start(untrusted(StartRequest.decodeRange(bytes, 1, end))));
    case Method.submitBlock:
      service.submitBlock(untrusted(SubmitBlockRequest.decodeRange(bytes, 1, end)));
      return answer(Empty, {});
    case Method.call:
      return answer(CallAnswerFrame, service.call(untrusted(CallRequest.decodeRange(bytes, 1, end)), hostBehind(ask)));
    case Method.reply:
      return answer(
        CallAnswerFrame,
        service.reply(untrusted(ReplyRequest.decodeRange(bytes, 1, end)), hostBehind(ask)),
      );
    case Method.query:
      return answer(
        CallAnswerFrame,
        service.query(untrusted(QueryRequest.decodeRange(bytes, 1, end)), hostBehind(ask)),
      );
    case Method.commitBlock:
      return answer(
        CommitBlockAnswerFrame,
        service.commitBlock(untrusted(CommitBlockRequest.decodeRange(bytes, 1, end))),
      );
    case Method.trust:
      return answer(TrustAnswerFrame, service.trust(untrusted(TrustRequest.decodeRange(bytes, 1, end))));
    case Method.createNode:
      return answer(CreateNodeAnswerFrame, service.createNode(untrusted(CreateNodeRequest.decodeRange(bytes, 1, end))));
    case Method.admit:
      return answer(AdmitAnswerFrame, service.admit(untrusted(AdmitRequest.decodeRange(bytes, 1, end))));
    case Method.receiveKeys:
      return answer(StartAnswerFrame, service.receiveKeys(untrusted(ReceiveKeysRequest.decodeRange(bytes, 1, end))));
    case Method.showState:
      return answer(ShowStateAnswerFrame, service.showState(untrusted(ShowStateRequest.decodeRange(bytes, 1, end))));
    default:
      throw BoundaryError.unknownMethod();
  }
}

/**
 * The enclave's side of a transport. Only codes of the two closed lists leave; any other error
 * becomes `internal error`, so that no plaintext leaves in an exception.
 */
export const serveEnclave =
  (service: EnclaveService): Peer =>
  (bytes, ask) => {
    try {
      return dispatch(service, bytes, ask);
    } catch (thrown) {
      if (thrown instanceof ChainError && (thrown.codespace === "enclave" || thrown.codespace === "boundary")) {
        return refusal(thrown);
      }
      return refusal(EnclaveError.internal());
    }
  };
