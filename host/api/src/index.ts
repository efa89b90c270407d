export type { ApiBackend, BlockNews, Broadcast, MempoolInfo, NodeInfo, RouteInfo, Search, StoredBlock, StoredCommit, StoredResults, StoredTx } from "./backend.ts";
export { type Answer, type ApiRoute, type AsyncHandlers, routesOf, serviceRoutes } from "./route.ts";
export { createRoutes } from "./routes.ts";
export { Code, codeName, httpStatus, StatusError, statusOf } from "./status.ts";
