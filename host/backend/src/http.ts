// SPDX-License-Identifier: Apache-2.0
import { Code, StatusError } from "./status.ts";

export interface HttpRequest {
  readonly method: string;
  /** Raw path and query, as in the request line. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Uint8Array;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Body;
}

/** An answer in one piece. */
export interface WholeResponse extends HttpResponse {
  readonly body: Uint8Array;
}

/** Bytes, in pieces for a large body. */
export type Body = Uint8Array | readonly Uint8Array[];

export const bodyLength = (body: Body): number =>
  body instanceof Uint8Array ? body.length : body.reduce((sum, { length }) => sum + length, 0);

/** The reason of a refusal, which each endpoint writes in its own form. */
export interface Refusal {
  /** HTTP status. */
  readonly status: number;
  /** gRPC status. */
  readonly code: number;
  readonly message: string;
}

/** Header that selects the height of the state and names it in the answer (SDK types/grpc). */
export const HEIGHT_HEADER = "x-cosmos-block-height";

const MAX_INT64 = 2n ** 63n - 1n;

/**
 * The height of a request; 0 without one. Throws StatusError with the text of
 * baseapp/grpcserver.go.
 */
export function parseHeight(text: string | undefined): number {
  if (text === undefined || text === "") return 0;
  const refused = (why: string) => new StatusError(Code.unknown, `codespace sdk code 18: invalid request: ${why}`);
  const isInteger = /^[+-]?[0-9]+$/.test(text);
  const value = isInteger && text.length <= 64 ? BigInt(text.replace("+", "")) : MAX_INT64 + 1n;
  if (!isInteger || value > MAX_INT64 || value < -MAX_INT64 - 1n) {
    const fault = `parsing ${JSON.stringify(text.slice(0, 64))}: ${isInteger ? "value out of range" : "invalid syntax"}`;
    throw refused(`Baseapp.RegisterGRPCServer: invalid height header "${HEIGHT_HEADER}": strconv.ParseInt: ${fault}`);
  }
  if (value < 0n) throw refused("cannot query with height < 0; please provide a valid height");
  return Number(value);
}
