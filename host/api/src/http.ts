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
  readonly body: Uint8Array;
}

/** Why a request is not served at all, for each door to say in its own form. */
export interface Refusal {
  /** HTTP status. */
  readonly status: number;
  /** gRPC status. */
  readonly code: number;
  readonly message: string;
}

/** Header that selects the height of the state and names it in the answer (SDK types/grpc). */
export const HEIGHT_HEADER = "x-cosmos-block-height";

/** The height that a request asks for; 0 when it names none. Throws StatusError. */
export function parseHeight(text: string | undefined): number {
  if (text === undefined || text === "") return 0;
  if (!/^[+-]?[0-9]{1,15}$/.test(text)) {
    throw new StatusError(Code.invalidArgument, `invalid height header "${HEIGHT_HEADER}": ${text.slice(0, 64)}`);
  }
  return Number(text);
}
