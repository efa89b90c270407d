// SPDX-License-Identifier: Apache-2.0
import type { Command } from "commander";
import { defaultHome } from "./config.ts";
import { chainId, path } from "./flags.ts";

interface RollbackFlags {
  readonly home?: string;
  readonly chainId: string;
  readonly cometHome?: string;
  readonly cometbft?: string;
}

/** Adds `rollback` to the program. `onFault` reports a failure and ends the process. */
export function addRollback(program: Command, onFault: (thrown: unknown) => void): void {
  program
    .command("rollback")
    .description("take the last block's changes away from a stopped node, which then executes it again")
    .option("--home <dir>", "folder of the node (default: ~/.sotto/<chain id>)", path)
    .option("--chain-id <id>", "chain id, which names the standard folder", chainId, "secretdev-1")
    .option("--comet-home <dir>", "folder of its stopped CometBFT, which goes back with it", path)
    .option("--cometbft <file>", "the cometbft program (default: SOTTO_COMETBFT, ~/.sotto, PATH)", path)
    .action(async ({ home, chainId: id, cometHome, cometbft }: RollbackFlags) => {
      try {
        // Loads the store, which no start needs on this thread.
        const { rollBack, rolledBackText } = await import("./rollback.ts");
        const { findCometbft } = await import("@sotto/cometbft");
        const given = { path: cometbft ?? process.env["SOTTO_COMETBFT"], searchPath: process.env["PATH"] };
        const comet = cometHome === undefined ? undefined : { home: cometHome, binary: findCometbft(given) };
        process.stdout.write(rolledBackText(await rollBack({ home: home ?? defaultHome(id), comet }), comet));
      } catch (thrown) {
        onFault(thrown);
      }
    });
}
