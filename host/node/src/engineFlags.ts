// SPDX-License-Identifier: Apache-2.0
import type { Command } from "commander";
import { type Config, DEFAULT_ENGINE } from "./config.ts";
import { path } from "./flags.ts";

/** The flags of a node whose blocks CometBFT decides. */
export interface EngineFlags {
  readonly abci?: string;
  readonly cometRpc?: string;
  readonly cometHome?: string;
  readonly cometOthers?: readonly string[];
}

export const addEngineFlags = (command: Command): Command =>
  command
    .option("--abci <address>", `serve a CometBFT at this address (default: ${DEFAULT_ENGINE.abci})`)
    .option("--comet-rpc <url>", `RPC of that CometBFT (default: ${DEFAULT_ENGINE.rpc})`)
    .option("--comet-home <dir>", "its folder, to read blocks while its RPC is down", path)
    .option("--comet-others <urls...>", "RPC of other nodes that may have its blocks");

/** The engine, if any flag names it. */
export function engineOf({ abci, cometRpc, cometHome, cometOthers }: EngineFlags): Config["engine"] {
  if (abci === undefined && cometRpc === undefined && cometHome === undefined && cometOthers === undefined) return;
  return {
    abci: abci ?? DEFAULT_ENGINE.abci,
    rpc: cometRpc ?? DEFAULT_ENGINE.rpc,
    home: cometHome,
    others: cometOthers ?? [],
  };
}
