// SPDX-License-Identifier: Apache-2.0
import { existsSync } from "node:fs";
import { join } from "node:path";
import { VERSION } from "@sotto/app/version";
import type { Command } from "commander";
import { defaultHome, paths } from "./config.ts";
import { chainId, path } from "./flags.ts";

interface StatusFlags {
  readonly home?: string;
  readonly chainId: string;
}

/**
 * Supervisors pass their own folder, which has the node's as `data` (docs/operating.md): cosmovisor
 * 1.5 and later run `status --home DAEMON_HOME`.
 */
const folderOf = (home: string): string =>
  !existsSync(paths(home).log) && existsSync(paths(join(home, "data")).log) ? join(home, "data") : home;

/** JSON with the fields of CometBFT's status that the folder knows, also while the node runs. */
async function statusOf(home: string): Promise<string> {
  const { openBlockLog } = await import("@sotto/blocks");
  const { toHex } = await import("@sotto/bytes");
  const { EnvironmentFault } = await import("@sotto/errors");
  const folder = folderOf(home);
  const { log: logPath } = paths(folder);
  if (!existsSync(logPath)) throw new EnvironmentFault(`the folder ${home} holds no chain; name the folder of a node`);
  const log = openBlockLog({ path: logPath, readOnly: true });
  try {
    const { height, first } = log;
    const meta = log.meta(height);
    if (meta === undefined) throw new EnvironmentFault(`the chain in ${folder} has no block yet`);
    const upper = (bytes: Uint8Array): string => toHex(bytes).toUpperCase();
    const sync_info = {
      latest_block_hash: upper(meta.blockId.hash),
      latest_app_hash: upper(meta.header.appHash),
      latest_block_height: String(height),
      earliest_block_height: String(first),
    };
    return JSON.stringify({ node_info: { network: meta.header.chainId }, sync_info });
  } finally {
    log.close();
  }
}

/**
 * Adds `status` and `version`, which supervisors of nodes run. `onFault` reports a failure and ends
 * the process.
 */
export function addStatus(program: Command, onFault: (thrown: unknown) => void): void {
  program
    .command("status")
    .description("the last decided block of a node's folder, as JSON; the node may run")
    .option("--home <dir>", "folder of the node, or the one that has it as data", path)
    .option("--chain-id <id>", "chain id, which names the standard folder", chainId, "secretdev-1")
    .action(async ({ home, chainId: id }: StatusFlags) => {
      try {
        process.stdout.write(`${await statusOf(home ?? defaultHome(id))}\n`);
      } catch (thrown) {
        onFault(thrown);
      }
    });
  program
    .command("version")
    .description("print the version")
    .action(() => void process.stdout.write(`${VERSION}\n`));
}
