import { ChainError } from "./chainError.ts";

/** The gRPC statuses that handlers of the SDK give by hand (google.golang.org/grpc/codes), with Go's names. */
const NAMES = new Map([
  [3, "InvalidArgument"],
  [5, "NotFound"],
  [13, "Internal"],
]);

/**
 * A query's failure that its handler states as a gRPC status, as Go's `status.Error` does. Clients of gRPC and REST see
 * code and description; who reads it as an error (ABCI, a contract) sees `rpc error: code = NotFound desc = ...`.
 */
export class GrpcError extends ChainError {
  static readonly INVALID_ARGUMENT = 3;
  static readonly NOT_FOUND = 5;
  static readonly INTERNAL = 13;
  readonly description: string;

  private constructor(code: number, description: string, cause: unknown) {
    super({ codespace: "grpc", code, summary: `rpc error: code = ${NAMES.get(code)} desc = ${description}`, cause });
    this.description = description;
  }

  static invalidArgument(description: string, cause?: unknown): GrpcError {
    return new GrpcError(GrpcError.INVALID_ARGUMENT, description, cause);
  }

  static notFound(description: string, cause?: unknown): GrpcError {
    return new GrpcError(GrpcError.NOT_FOUND, description, cause);
  }

  static internal(description: string, cause?: unknown): GrpcError {
    return new GrpcError(GrpcError.INTERNAL, description, cause);
  }
}

/** A failure without codespace or code of its own, as Go's `errors.New` makes: `undefined/1` (cosmossdk.io/errors abci.go). */
export const plainError = (text: string, cause?: unknown): ChainError =>
  new ChainError({ codespace: "undefined", code: 1, summary: text, cause });
