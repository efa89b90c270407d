// SPDX-License-Identifier: Apache-2.0
export type { BlockSource, DecidedParts } from "./decided.ts";
export { blockSources, type DecidedBlocks, type Waiting } from "./places.ts";
export { remoteSource, rpcSource } from "./rpc/source.ts";
export { storeSource } from "./store/source.ts";
