// SPDX-License-Identifier: Apache-2.0
import { type ApiBackend, type ApiRoute, Code, codeName, StatusError } from "@sotto/backend";
import { ChainError, SdkError } from "@sotto/errors";
import { abciError, assertQueryHeight, type QueryRequest, type QueryResult } from "@sotto/kernel";

const EMPTY = new Uint8Array(0);
/**
 * Never answered as a query (baseapp/abci.go, QueryPathBroadcastTx): the application refuses it.
 */
const BROADCAST_PATH = "/cosmos.tx.v1beta1.Service/BroadcastTx";

/** A failed call as the answer of the SDK's ABCI query (baseapp/abci.go gRPCErrorToSDKError). */
function failure({ cause, code, message }: StatusError): ChainError {
  if (cause instanceof ChainError) return abciError(cause);
  const text = `rpc error: code = ${codeName(code)} desc = ${message}`;
  if (code === Code.notFound) return SdkError.keyNotFound(text);
  if (code === Code.invalidArgument) return SdkError.invalidRequest(text);
  if (code === Code.unauthenticated) return SdkError.unauthorized(text);
  return SdkError.unknownRequest(text);
}

const failed = ({ code, codespace, message }: ChainError, height: number): QueryResult => ({
  code,
  codespace,
  log: message,
  key: EMPTY,
  value: EMPTY,
  ops: [],
  height,
});

/**
 * An ABCI query: a route by its path, or the application's own paths. A failure is a result with a
 * code. The node's own faults have been reported by the route and show no detail.
 */
export async function abciQuery(
  backend: ApiBackend,
  routes: ReadonlyMap<string, ApiRoute>,
  request: QueryRequest,
): Promise<QueryResult> {
  const route = routes.get(request.path);
  if (route === undefined || request.path === BROADCAST_PATH) return backend.abciQuery(request);
  const base = { code: 0, codespace: "", log: "", key: EMPTY, value: EMPTY, ops: [] };
  try {
    assertQueryHeight(request.height, backend.latestHeight(), request.prove);
  } catch (thrown) {
    if (!(thrown instanceof ChainError)) throw thrown;
    return failed(thrown, 0);
  }
  try {
    const { value, height } = await route.call(request.data, request.height);
    return { ...base, value, height };
  } catch (thrown) {
    if (!(thrown instanceof StatusError)) throw thrown;
    return failed(failure(thrown), request.height === 0 ? backend.latestHeight() : request.height);
  }
}
