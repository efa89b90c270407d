// SPDX-License-Identifier: Apache-2.0
import { ChainError, GrpcError } from "@sotto/errors";
import { NodeError } from "./errors.ts";

/** gRPC status codes of this node's answers. */
export const Code = {
  ok: 0,
  unknown: 2,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  resourceExhausted: 8,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
} as const;

const NAMES: ReadonlyMap<number, string> = new Map([
  [Code.unknown, "Unknown"],
  [Code.invalidArgument, "InvalidArgument"],
  [Code.deadlineExceeded, "DeadlineExceeded"],
  [Code.notFound, "NotFound"],
  [Code.resourceExhausted, "ResourceExhausted"],
  [Code.unimplemented, "Unimplemented"],
  [Code.internal, "Internal"],
  [Code.unavailable, "Unavailable"],
  [Code.unauthenticated, "Unauthenticated"],
]);

/** Go's name of a status code, as in `rpc error: code = NotFound desc = ...`. */
export const codeName = (code: number): string => NAMES.get(code) ?? `Code(${code})`;

/** A failed call, as gRPC and REST show it. */
export class StatusError extends Error {
  override readonly name = "StatusError";
  readonly code: number;

  constructor(code: number, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

const NOT_FOUND = new Set(["sdk/22", "sdk/38"]);
const INVALID = new Set(["sdk/7", "sdk/18"]);

/** The status of a failure of the chain (SDK client/grpc_query.go maps the same codes). */
function codeOf(error: ChainError): number {
  const id = `${error.codespace}/${error.code}`;
  if (NOT_FOUND.has(id)) return Code.notFound;
  if (INVALID.has(id) || error.codespace === "codec") return Code.invalidArgument;
  if (id === "sdk/4") return Code.unauthenticated;
  if (ChainError.is(error, NodeError.busy) || ChainError.is(error, NodeError.tooMuch)) return Code.resourceExhausted;
  if (ChainError.is(error, NodeError.noKeys)) return Code.unavailable;
  return id === "sdk/37" ? Code.unimplemented : Code.unknown;
}

/**
 * The form of a thrown error for a gRPC or REST client. Statuses that the reference makes by hand
 * have only the detail; others have codespace and code (cosmossdk.io/errors, GRPCStatus). A failed
 * contract query keeps the order in which clients look for the ciphertext (spec/clients.md 2.8).
 * Other errors show no detail.
 */
export function statusOf(thrown: unknown): StatusError {
  if (thrown instanceof StatusError) return thrown;
  if (!(thrown instanceof ChainError)) return new StatusError(Code.internal, "internal error", thrown);
  if (GrpcError.is(thrown)) return new StatusError(thrown.code, GrpcError.descriptionOf(thrown), thrown);
  const code = codeOf(thrown);
  const { codespace, detail, summary } = thrown;
  let text = thrown.message;
  if (code === Code.notFound || (code === Code.invalidArgument && thrown.code === 18)) text = detail ?? summary;
  else if (
    code === Code.unknown &&
    codespace !== "undefined" &&
    !(codespace === "compute" && text.includes("encrypted: "))
  ) {
    text = `codespace ${codespace} code ${thrown.code}: ${summary}${detail === undefined ? "" : `: ${detail}`}`;
  }
  return new StatusError(code, text, thrown);
}

const HTTP: ReadonlyMap<number, number> = new Map([
  [0, 200],
  [1, 408],
  [2, 500],
  [3, 400],
  [4, 504],
  [5, 404],
  [6, 409],
  [7, 403],
  [8, 429],
  [9, 400],
  [10, 409],
  [11, 400],
  [12, 501],
  [13, 500],
  [14, 503],
  [15, 500],
  [16, 401],
]);

/** HTTP status of a gRPC status (grpc-gateway runtime, HTTPStatusFromCode). */
export const httpStatus = (code: number): number => HTTP.get(code) ?? 500;
