// SPDX-License-Identifier: Apache-2.0
import { ChainError, GrpcCode, GrpcError, SdkError } from "@sotto/errors";

/** Codespaces of failures that are plain errors in Go, without a code of their own. */
const PLAIN: ReadonlySet<string> = new Set(["undefined", "codec"]);

/** cosmossdk.io/errors ErrPanic. */
const PANIC = 111_222;

/** Whether a failure is a panic that the SDK recovers from: it never gets words in front. */
export const isPanic = ({ codespace, code }: ChainError): boolean => codespace === "undefined" && code === PANIC;

/** A handler's failures as a status with their text, as many of the SDK's handlers return them. */
export function withStatus<T>(status: (text: string, cause: unknown) => ChainError, run: () => T): T {
  try {
    return run();
  } catch (thrown) {
    throw thrown instanceof ChainError && !isPanic(thrown) ? status(thrown.message, thrown) : thrown;
  }
}

/** The same with the status Internal. */
export const asInternal = <T>(run: () => T): T => withStatus(GrpcError.internal, run);

/** A handler's failure as the answer to an ABCI query (baseapp/abci.go, gRPCErrorToSDKError). */
export function abciError(error: ChainError): ChainError {
  const { message } = error;
  // The SDK recovers a panic outside of its mapping of errors (baseapp/abci.go Query).
  if (isPanic(error)) return error;
  if (GrpcError.is(error)) {
    if (error.code === GrpcCode.notFound) return SdkError.keyNotFound(message);
    return error.code === GrpcCode.invalidArgument
      ? SdkError.invalidRequest(message)
      : SdkError.unknownRequest(message);
  }
  return PLAIN.has(error.codespace) ? SdkError.invalidRequest(message) : SdkError.unknownRequest(message);
}

/**
 * Throws for a height that no query can see, before its handler runs (baseapp/abci.go,
 * CreateQueryContext).
 */
export function assertQueryHeight(height: number, latest: number, prove: boolean): void {
  if (height < 0) throw SdkError.invalidRequest("cannot query with height < 0; please provide a valid height");
  if (latest === 0) throw SdkError.invalidHeight("the chain is not ready; please wait for first block");
  if (height > latest)
    throw SdkError.invalidHeight("cannot query with height in the future; please provide a valid height");
  if (prove && (height === 0 ? latest : height) <= 1)
    throw SdkError.invalidRequest("cannot query with proof when height <= 1; please provide a valid height");
}
