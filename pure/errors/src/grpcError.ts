// SPDX-License-Identifier: Apache-2.0
import { ChainError } from "./chainError.ts";

/**
 * The gRPC statuses that handlers of the SDK give by hand (google.golang.org/grpc/codes), with Go's
 * names.
 */
export const GrpcCode = { invalidArgument: 3, notFound: 5, internal: 13 } as const;
const NAMES = new Map<number, string>([
  [GrpcCode.invalidArgument, "InvalidArgument"],
  [GrpcCode.notFound, "NotFound"],
  [GrpcCode.internal, "Internal"],
]);

const CODESPACE = "grpc";
const head = (code: number): string => `rpc error: code = ${NAMES.get(code)} desc = `;
const failure = (code: number) => (description: string, cause?: unknown) =>
  new ChainError({ codespace: CODESPACE, code, summary: head(code) + description, cause });

/**
 * A query's failure that its handler states as a gRPC status, as Go's `status.Error` does. Clients
 * of gRPC and REST see code and description; ABCI and contracts see the error's text
 * `rpc error: code = NotFound desc = ...`.
 */
export const GrpcError = {
  invalidArgument: failure(GrpcCode.invalidArgument),
  notFound: failure(GrpcCode.notFound),
  internal: failure(GrpcCode.internal),
  is: (error: ChainError): boolean => error.codespace === CODESPACE,
  /** The handler's text, without the prefix that Go adds. */
  descriptionOf: ({ code, summary }: ChainError): string => summary.slice(head(code).length),
} as const;

/**
 * A fault inside a handler that the SDK recovers from as a panic: `undefined/111222`
 * (cosmossdk.io/errors ErrPanic). The transaction or the query fails, the node continues.
 */
export const recoveredPanic = (text: string, cause?: unknown): ChainError =>
  new ChainError({ codespace: "undefined", code: 111_222, summary: "panic", detail: text, cause });

/**
 * A failure without its own codespace or code, as from Go's `errors.New`: `undefined/1`
 * (cosmossdk.io/errors abci.go).
 */
export const plainError = (text: string, cause?: unknown): ChainError =>
  new ChainError({ codespace: "undefined", code: 1, summary: text, cause });
