// SPDX-License-Identifier: Apache-2.0
export { type CometSettings, cometSettings } from "./address.ts";
export { type AbciServer, type AbciServerOptions, createAbciServer } from "./driver/server.ts";
export type { AbciHandlers, Answer, Response } from "./handlers.ts";
export { ABCI_LIMITS, type AbciLimits, MOST_GRPC_ANSWER, MOST_TXS } from "./limits.ts";
export { ABCI_VERSION, assertCometVersion } from "./version.ts";
