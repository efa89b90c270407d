import { ChainError, SdkError } from "@sotto/errors";
import type { QueryRequest, QueryResult } from "@sotto/kernel";
import type { ApiBackend } from "./backend.ts";
import type { ApiRoute } from "./route.ts";
import { Code, codeName, StatusError } from "./status.ts";

const EMPTY = new Uint8Array(0);

/** A failed call as the SDK's ABCI query answers it (baseapp/abci.go gRPCErrorToSDKError). */
function abciError(error: StatusError): ChainError {
  const { cause, code, message } = error;
  // Heights are refused before the handler runs, so their code stays.
  if (ChainError.is(cause, SdkError.invalidHeight)) return cause;
  const text = `rpc error: code = ${codeName(code)} desc = ${message}`;
  if (code === Code.notFound) return SdkError.keyNotFound(text);
  if (code === Code.invalidArgument) return SdkError.invalidRequest(text);
  if (code === Code.unauthenticated) return SdkError.unauthorized(text);
  return SdkError.unknownRequest(cause instanceof ChainError ? cause.message : text);
}

/**
 * An ABCI query: a route by its path, or the application's own paths. A failure is a result with a code. The node's own
 * faults have been reported by the route and show no detail.
 */
export async function abciQuery(
  backend: ApiBackend,
  routes: ReadonlyMap<string, ApiRoute>,
  request: QueryRequest,
): Promise<QueryResult> {
  const route = routes.get(request.path);
  if (route === undefined) return backend.abciQuery(request);
  const base = { code: 0, codespace: "", log: "", key: EMPTY, value: EMPTY, ops: [] };
  try {
    const { value, height } = await route.call(request.data, request.height);
    return { ...base, value, height };
  } catch (thrown) {
    if (!(thrown instanceof StatusError)) throw thrown;
    const { code, codespace, message } = abciError(thrown);
    const height = request.height === 0 ? backend.latestHeight() : request.height;
    return { ...base, code, codespace, log: message, height };
  }
}
