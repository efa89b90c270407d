// SPDX-License-Identifier: Apache-2.0
export {
  COMETBFT_RELEASE,
  type CometProgram,
  cometCache,
  type Finding,
  findCometbft,
  installCometbft,
  installCommand,
} from "./binary.ts";
export type { BlockSource, DecidedParts } from "./decided.ts";
export {
  type CometIdentity,
  cometFiles,
  cometIdentity,
  configureComet,
  createCometHome,
  type NewComet,
  nodeId,
  writeCometGenesis,
} from "./home/home.ts";
export type { CometSettings, StateSync } from "./home/settings.ts";
export type { TomlValue } from "./home/toml.ts";
export { type LightBlocks, type LightPath, lightPath, type TrustStep } from "./lightPath.ts";
export { blockSources, type DecidedBlocks, type Taken, type Waiting } from "./places.ts";
export type { CometExit } from "./process/exit.ts";
export { type CometProcess, type Starting, startCometbft } from "./process/start.ts";
export { type CometCalls, type CometStatus, cometCalls, type Sent } from "./rpc/calls.ts";
export { lightBlocks } from "./rpc/light.ts";
export { type RpcOptions, remoteSources, rpcSource } from "./rpc/source.ts";
export { type HonestServers, withHonest } from "./servers.ts";
export { storeSource } from "./store/source.ts";
