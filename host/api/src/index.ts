// SPDX-License-Identifier: Apache-2.0
export { grpcHeaders, grpcMethods, grpcStreams } from "./grpc.ts";
export type { GrpcMethod } from "./grpcMethod.ts";
export { createGrpcWeb, isGrpcWeb, refuseGrpcWeb } from "./grpcWeb.ts";
export { openHistoryAnswer } from "./history.ts";
export { openApi } from "./openapi/openapi.ts";
export type { GrpcStream } from "./reflection/reflection.ts";
export { createRest, type Rest, refuseRest } from "./rest/rest.ts";
export { createRoutes } from "./routes.ts";
