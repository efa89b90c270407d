// SPDX-License-Identifier: Apache-2.0
import { type ChainError, EnvironmentFault } from "@sotto/errors";
import type { Channel } from "./channel.ts";
import { BoundaryError, EnclaveError } from "./errors.ts";
import type { Frame } from "./frame.ts";
import {
  AdmitAnswer,
  AdmitRequest,
  CallAnswer,
  CallRequest,
  CommitBlockAnswer,
  CommitBlockRequest,
  CreateNodeAnswer,
  CreateNodeRequest,
  Empty,
  ProveStateAsk,
  QueryChainAnswer,
  QueryChainAsk,
  QueryRequest,
  ReadCodeAnswer,
  ReadCodeAsk,
  ReadStateAnswer,
  ReadStateAsk,
  ReceiveKeysRequest,
  ReplyRequest,
  ShowStateAnswer,
  ShowStateRequest,
  StartAnswer,
  StartRequest,
  SubmitBlockRequest,
  TrustAnswer,
  TrustRequest,
} from "./messages.ts";

/** Numbers of the enclave's methods. Wire. */
export const Method = {
  start: 1,
  submitBlock: 2,
  call: 3,
  reply: 4,
  query: 5,
  commitBlock: 6,
  trust: 7,
  createNode: 8,
  admit: 9,
  receiveKeys: 10,
  showState: 11,
} as const;
/** Numbers of the host's methods. Wire. */
export const Ask = { readState: 1, queryChain: 2, readCode: 3, proveState: 4 } as const;

/** The requests of the enclave to the host, only while a call is pending. */
export interface HostService {
  /** The row under this encrypted database key of the contract being called. */
  readState(key: Uint8Array): Uint8Array | undefined;
  /**
   * Proof of that row or its absence in the state before the block, for a `ProvenTree` that knows
   * the nodes of this many proofs.
   */
  proveRow(key: Uint8Array, known: number): Uint8Array;
  /** A row of that store in that state, by its whole key, and its proof. */
  proveState(key: Uint8Array, known: number): { readonly value: Uint8Array | undefined; readonly proof: Uint8Array };
  /** Proof of the hash of the rows' store in that state, for `verifyStore`. */
  proveStore(): Uint8Array;
  queryChain(ask: QueryChainAsk): QueryChainAnswer;
  readCode(codeHash: Uint8Array): Uint8Array | undefined;
}

/**
 * The enclave as the host sees it. Methods throw ChainError of codespaces `boundary` and `enclave`.
 */
export interface EnclaveClient {
  start(request: StartRequest): StartAnswer;
  submitBlock(request: SubmitBlockRequest): void;
  call(request: CallRequest, host: HostService): CallAnswer;
  reply(request: ReplyRequest, host: HostService): CallAnswer;
  query(request: QueryRequest, host: HostService): CallAnswer;
  /** `lastFailed` is false without a request. */
  commitBlock(request?: CommitBlockRequest): CommitBlockAnswer;
  /**
   * Moves the checkpoint forward to a header by the steps of a light client, without a block's
   * execution (spec/calls.md 2.4).
   */
  trust(request: TrustRequest): TrustAnswer;
  /** Makes a registration key and a certificate. Changes nothing in the enclave. */
  createNode(request: CreateNodeRequest): CreateNodeAnswer;
  /** Judges a certificate of the submitted block: one answer in all enclaves of the network. */
  admit(request: AdmitRequest): AdmitAnswer;
  /** In place of the first start: the enclave gets the network's keys and trusts the genesis. */
  receiveKeys(request: ReceiveKeysRequest): StartAnswer;
  /** Shows the enclave the committed state that queries of clients read (spec/calls.md 8.1). */
  showState(request: ShowStateRequest): ShowStateAnswer;
}

const NOTHING = new Uint8Array(0);
const OK = 0;
/** First byte of a successful answer to a request of the enclave. Wire. */
export const SERVED = OK;
const REFUSED_BOUNDARY = 1;
const REFUSED_ENCLAVE = 2;
const ABORTED = 3;

/**
 * The host could not serve a request (its own meter ran out, its store failed): the pending call
 * ends at once and the host gets its own error back. No code may catch it before the boundary.
 */
export class HostAborted extends Error {
  override readonly name = "HostAborted";
}

/** Puts a method number before a frame. */
export const request = <T>(method: number, of: Frame<T>, value: T): Uint8Array => of.encode(value, method);

/** An answer that succeeded. */
export const answer = <T>(of: Frame<T>, value: T): Uint8Array => request(OK, of, value);

/** A refusal: only a code of a closed list. */
export function refusal(error: ChainError): Uint8Array {
  const kind = error.codespace === "enclave" ? REFUSED_ENCLAVE : REFUSED_BOUNDARY;
  return Uint8Array.of(kind, error.code & 255);
}

const byCode = (table: Readonly<Record<string, { readonly code: number; (): ChainError }>>, code: number | undefined) =>
  Object.values(table).find((factory) => factory.code === code);

const REFUSALS = new Map<number | undefined, Parameters<typeof byCode>[0]>([
  [REFUSED_BOUNDARY, BoundaryError],
  [REFUSED_ENCLAVE, EnclaveError],
]);

/** Reads an answer, or throws its refusal. */
export function openAnswer<T>(of: Frame<T>, bytes: Uint8Array): T {
  if (bytes[0] === OK) return of.decodeRange(bytes, 1, bytes.length);
  if (bytes[0] === ABORTED) throw new HostAborted();
  const factory = bytes.length === 2 ? byCode(REFUSALS.get(bytes[0]) ?? {}, bytes[1]) : undefined;
  if (factory === undefined) throw new EnvironmentFault("the enclave answered with an unknown code");
  throw factory();
}

function serveAsk(host: HostService, ask: Uint8Array): Uint8Array {
  switch (ask[0]) {
    case Ask.readState: {
      const { key, proof } = ReadStateAsk.decodeRange(ask, 1, ask.length);
      return answer(ReadStateAnswer, {
        value: host.readState(key),
        proof: proof > 0 ? host.proveRow(key, proof - 1) : NOTHING,
        store: proof === 1 ? host.proveStore() : NOTHING,
      });
    }
    case Ask.proveState: {
      const { key, proof } = ProveStateAsk.decodeRange(ask, 1, ask.length);
      const store = proof === 1 ? host.proveStore() : NOTHING;
      return answer(ReadStateAnswer, { ...host.proveState(key, proof - 1), store });
    }
    case Ask.queryChain:
      return answer(QueryChainAnswer, host.queryChain(QueryChainAsk.decodeRange(ask, 1, ask.length)));
    case Ask.readCode: {
      const { codeHash } = ReadCodeAsk.decodeRange(ask, 1, ask.length);
      return answer(ReadCodeAnswer, { code: host.readCode(codeHash) });
    }
    default:
      throw BoundaryError.unknownMethod();
  }
}

/** Calls, and rethrows the error of this side's `serve`. */
function callServing(channel: Channel, bytes: Uint8Array, host: HostService): Uint8Array {
  let failure: { readonly thrown: unknown } | undefined;
  const back = channel.call(bytes, (ask) => {
    // An aborted call stays aborted: it serves no request, and charges no meter that has run out.
    if (failure !== undefined) return Uint8Array.of(ABORTED);
    try {
      return serveAsk(host, ask);
    } catch (thrown) {
      failure = { thrown };
      return Uint8Array.of(ABORTED);
    }
  });
  if (failure !== undefined) throw failure.thrown;
  return back;
}

const noCall = (): never => {
  throw BoundaryError.noCallOpen();
};
const NO_HOST: HostService = {
  readState: noCall,
  proveRow: noCall,
  proveState: noCall,
  proveStore: noCall,
  queryChain: noCall,
  readCode: noCall,
};

/** A typed client over any transport. */
export function enclaveClient(channel: Channel): EnclaveClient {
  const send = <Q, A>(method: number, of: Frame<Q>, value: Q, back: Frame<A>, host = NO_HOST): A =>
    openAnswer(back, callServing(channel, request(method, of, value), host));
  return {
    start: (value) => send(Method.start, StartRequest, value, StartAnswer),
    submitBlock: (value) => void send(Method.submitBlock, SubmitBlockRequest, value, Empty),
    call: (value, host) => send(Method.call, CallRequest, value, CallAnswer, host),
    reply: (value, host) => send(Method.reply, ReplyRequest, value, CallAnswer, host),
    query: (value, host) => send(Method.query, QueryRequest, value, CallAnswer, host),
    commitBlock: (value = { lastFailed: false }) =>
      send(Method.commitBlock, CommitBlockRequest, value, CommitBlockAnswer),
    trust: (value) => send(Method.trust, TrustRequest, value, TrustAnswer),
    createNode: (value) => send(Method.createNode, CreateNodeRequest, value, CreateNodeAnswer),
    admit: (value) => send(Method.admit, AdmitRequest, value, AdmitAnswer),
    receiveKeys: (value) => send(Method.receiveKeys, ReceiveKeysRequest, value, StartAnswer),
    showState: (value) => send(Method.showState, ShowStateRequest, value, ShowStateAnswer),
  };
}
