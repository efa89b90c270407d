export { abciQuery } from "./abci.ts";
export type {
  ApiBackend,
  BlockNews,
  Broadcast,
  ConsensusState,
  Form,
  MempoolInfo,
  NodeInfo,
  RouteInfo,
  Search,
  StoredBlock,
  StoredCommit,
  StoredMeta,
  StoredResults,
  StoredTx,
} from "./backend.ts";
export { NodeError } from "./errors.ts";
export { grpcHeaders, grpcMethods, grpcStreams } from "./grpc.ts";
export type { GrpcMethod } from "./grpcMethod.ts";
export { createGrpcWeb, isGrpcWeb, refuseGrpcWeb } from "./grpcWeb.ts";
export { frame, parseTimeout, percentEncode, takeMessage } from "./grpcWire.ts";
export {
  type Body,
  bodyLength,
  HEIGHT_HEADER,
  type HttpRequest,
  type HttpResponse,
  parseHeight,
  type Refusal,
} from "./http.ts";
export { openApi } from "./openapi/openapi.ts";
export { openPastAnswer } from "./past.ts";
export { type JsonText, type Pieces, textBytes } from "./pieces.ts";
export type { GrpcStream } from "./reflection/reflection.ts";
export { createRest, type Rest, refuseRest } from "./rest/rest.ts";
export { type Answer, type ApiRoute, type AsyncHandlers, routesOf, serviceRoutes } from "./route.ts";
export { createRoutes } from "./routes.ts";
export { refusalJson } from "./rpc/call.ts";
export { createRpc, type Rpc, refuseRpc } from "./rpc/rpc.ts";
export { createRpcSession, type RpcSession } from "./rpc/session.ts";
export { Code, codeName, httpStatus, StatusError, statusOf } from "./status.ts";
