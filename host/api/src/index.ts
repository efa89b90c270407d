export { grpcHeaders, grpcMethods, grpcStreams } from "./grpc.ts";
export type { GrpcMethod } from "./grpcMethod.ts";
export { createGrpcWeb, isGrpcWeb, refuseGrpcWeb } from "./grpcWeb.ts";
export { frame, parseTimeout, percentEncode, takeMessage } from "./grpcWire.ts";
export { openApi } from "./openapi/openapi.ts";
export { openPastAnswer } from "./past.ts";
export type { GrpcStream } from "./reflection/reflection.ts";
export { createRest, type Rest, refuseRest } from "./rest/rest.ts";
export { createRoutes } from "./routes.ts";
