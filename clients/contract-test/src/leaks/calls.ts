// SPDX-License-Identifier: Apache-2.0
/** The calls of contracts in a list of frames, as the host sees them. */
import { formatAddress } from "@sotto/address";
import {
  Ask,
  CallAnswer,
  CallKind,
  CallRequest,
  Method,
  QueryChainAnswer,
  QueryChainAsk,
  QueryRequest,
  ReadStateAnswer,
  ReadStateAsk,
  ReplyRequest,
} from "@sotto/protocol";
import type { RecordedFrame } from "@sotto/transport";

/** A request of the enclave while a call is pending. */
export type Step =
  | { readonly kind: "read"; readonly key: Uint8Array; readonly length: number | undefined }
  | {
      readonly kind: "query";
      readonly request: Uint8Array;
      readonly gasLimit: number;
      /** Undefined: the host did not answer. */
      readonly answer: Uint8Array | undefined;
      readonly gas: number;
    }
  | { readonly kind: "code"; readonly length: number };

/** One run of a contract. */
export interface Call {
  readonly kind: "instantiate" | "execute" | "migrate" | "update of the admin" | "reply" | "query";
  /** Bech32; undefined for an instantiation. */
  readonly contract: string | undefined;
  /** Heights of blocks that were submitted before it. */
  readonly block: number;
  /** Position of transaction and message; undefined for queries. */
  readonly transaction?: number;
  readonly message?: number;
  readonly gasLimit: number;
  readonly requestLength: number;
  readonly steps: readonly Step[];
  /** Undefined: the enclave refused, or its host failed. */
  readonly answer: CallAnswer | undefined;
  readonly answerLength: number;
  /** Queries of this call that ran in the enclave. */
  readonly depth: number;
}

const Kind = { request: 1, ask: 2, served: 3, answer: 4 } as const;
const OK = 0;

const KINDS = {
  [CallKind.instantiate]: "instantiate",
  [CallKind.execute]: "execute",
  [CallKind.migrate]: "migrate",
  [CallKind.updateAdmin]: "update of the admin",
} as const;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type OpenCall = Omit<Mutable<Call>, "steps"> & { steps: Step[]; asked: Uint8Array | undefined };

const inner = <T>(of: { decodeRange(bytes: Uint8Array, from: number, to: number): T }, bytes: Uint8Array): T =>
  of.decodeRange(bytes, 1, bytes.length);

const addressOf = (contract: { readonly address: Uint8Array } | undefined): string | undefined =>
  contract === undefined || contract.address.length === 0 ? undefined : formatAddress(contract.address);

function readStep(ask: Uint8Array, served: Uint8Array): Step {
  const isServed = served[0] === OK;
  switch (ask[0]) {
    case Ask.readState: {
      const { key } = inner(ReadStateAsk, ask);
      return { kind: "read", key, length: isServed ? inner(ReadStateAnswer, served).value?.length : undefined };
    }
    case Ask.queryChain: {
      const { request, gasLimit } = inner(QueryChainAsk, ask);
      if (!isServed) return { kind: "query", request, gasLimit, answer: undefined, gas: 0 };
      const { answer, gasUsed } = inner(QueryChainAnswer, served);
      return { kind: "query", request, gasLimit, answer, gas: gasUsed };
    }
    default:
      return { kind: "code", length: served.length };
  }
}

/**
 * Reads frames in order. Submitted and committed blocks are only counted: their contents are seen
 * elsewhere.
 */
export function readCalls(frames: readonly RecordedFrame[]): Call[] {
  const done: Call[] = [];
  const open: (OpenCall | undefined)[] = [];
  let block = 0;
  /** The call of an id of the enclave, for replies. */
  const byId = new Map<number, OpenCall>();

  function begin(bytes: Uint8Array): OpenCall | undefined {
    const parts = {
      block,
      steps: [],
      answer: undefined,
      answerLength: 0,
      requestLength: bytes.length,
      asked: undefined,
      depth: open.length,
    };
    switch (bytes[0]) {
      case Method.call: {
        const { kind, txIndex, messageIndex, contract, gasLimit } = inner(CallRequest, bytes);
        // The cast: CallKind is a closed list, and the host wrote this frame.
        const name = KINDS[kind as CallKind];
        return {
          ...parts,
          kind: name,
          contract: addressOf(contract),
          transaction: txIndex,
          message: messageIndex,
          gasLimit,
        };
      }
      case Method.reply: {
        const { parentId, contract, gasLimit } = inner(ReplyRequest, bytes);
        const parent = byId.get(parentId);
        const at =
          parent?.transaction === undefined ? {} : { transaction: parent.transaction, message: parent.message ?? 0 };
        return { ...parts, ...at, kind: "reply", contract: addressOf(contract), gasLimit };
      }
      case Method.query: {
        const { contract, gasLimit } = inner(QueryRequest, bytes);
        const around = open.findLast((each) => each !== undefined);
        const at =
          around?.transaction === undefined ? {} : { transaction: around.transaction, message: around.message ?? 0 };
        return { ...parts, ...at, kind: "query", contract: addressOf(contract), gasLimit };
      }
      default:
        if (bytes[0] === Method.submitBlock) block++;
        return undefined;
    }
  }

  for (const { kind, bytes } of frames) {
    const current = open.at(-1);
    if (kind === Kind.request) {
      const call = begin(bytes);
      open.push(call);
      if (call !== undefined) done.push(call);
    } else if (kind === Kind.ask && current !== undefined) current.asked = bytes;
    else if (kind === Kind.served && current?.asked !== undefined) current.steps.push(readStep(current.asked, bytes));
    else if (kind === Kind.answer) {
      open.pop();
      if (current === undefined) continue;
      current.answerLength = bytes.length;
      current.answer = bytes[0] === OK ? inner(CallAnswer, bytes) : undefined;
      if (current.answer !== undefined) byId.set(current.answer.callId, current);
    }
  }
  return done;
}
