// SPDX-License-Identifier: Apache-2.0
import {
  Ask,
  CallAnswer,
  CallRequest,
  type Channel,
  Method,
  QueryRequest,
  ReadStateAnswer,
  ReadStateAsk,
  ReplyRequest,
  SERVED,
} from "@sotto/protocol";
import type { ServedRows } from "./rows.ts";

/** An answer of the enclave to a call or a reply of a transaction. */
export interface SeenAnswer {
  readonly txIndex: number | undefined;
  /** Absent in a reply. */
  readonly messageIndex: number | undefined;
  readonly contract: Uint8Array;
  readonly answer: CallAnswer;
}

/** What a hostile host changes in frames and reads from them. */
export interface HostileFrames {
  readonly rows: ServedRows;
  /** Nanoseconds, in place of the time of queries. */
  queryTime(): bigint | undefined;
  answered(seen: SeenAnswer): void;
}

const NOTHING = new Uint8Array(0);

/** What a request says; undefined for requests that concern no contract. */
function openRequest(request: Uint8Array) {
  switch (request[0]) {
    case Method.call:
      return CallRequest.decodeRange(request, 1, request.length);
    case Method.reply:
      return ReplyRequest.decodeRange(request, 1, request.length);
    case Method.query:
      return QueryRequest.decodeRange(request, 1, request.length);
    default:
      return undefined;
  }
}

function withTime(request: Uint8Array, time: bigint | undefined): Uint8Array {
  if (request[0] !== Method.query || time === undefined) return request;
  const query = QueryRequest.decodeRange(request, 1, request.length);
  return QueryRequest.encode({ ...query, time: String(time) }, Method.query);
}

/** A host that changes what the enclave is told, frame by frame, and reads all answers. */
export const hostileChannel =
  ({ rows, queryTime, answered }: HostileFrames) =>
  (enclave: Channel): Channel => ({
    call(request, serve) {
      const opened = openRequest(request);
      if (opened === undefined) return enclave.call(request, serve);
      const contract = opened.contract?.address ?? NOTHING;
      const answer = enclave.call(withTime(request, queryTime()), (ask) => {
        const served = serve(ask);
        if (ask[0] !== Ask.readState || served[0] !== SERVED) return served;
        const { key } = ReadStateAsk.decodeRange(ask, 1, ask.length);
        const honest = ReadStateAnswer.decodeRange(served, 1, served.length);
        return ReadStateAnswer.encode({ ...honest, value: rows.serve(contract, key, honest.value) }, SERVED);
      });
      if (request[0] !== Method.query && answer[0] === SERVED) {
        const { txIndex, messageIndex } =
          "txIndex" in opened ? opened : { txIndex: undefined, messageIndex: undefined };
        answered({ txIndex, messageIndex, contract, answer: CallAnswer.decodeRange(answer, 1, answer.length) });
      }
      return answer;
    },
  });
