// SPDX-License-Identifier: Apache-2.0
import type { Command } from "commander";
import { defaultHome } from "./config.ts";
import { chainId, integer, path } from "./flags.ts";

interface ExportFlags {
  readonly home?: string;
  readonly chainId: string;
  readonly height?: number;
  readonly output?: string;
}

/** Adds `export` to the program. `onFault` reports a failure and ends the process. */
export function addExport(program: Command, onFault: (thrown: unknown) => void): void {
  program
    .command("export")
    .description("write the state of a stopped chain as a genesis file, for --genesis")
    .option("--home <dir>", "folder of the chain (default: ~/.sotto/<chain id>)", path)
    .option("--chain-id <id>", "chain id, which names the standard folder", chainId, "secretdev-1")
    .option("--height <n>", "the state after this block (default: the last)", integer(1, Number.MAX_SAFE_INTEGER))
    .option("--output <file>", "the file (default: standard output, where npm writes two lines before)", path)
    .action(async ({ home, chainId: id, height, output }: ExportFlags) => {
      try {
        // Loads the application, which no start needs on this thread.
        const { exportGenesis } = await import("./exportGenesis.ts");
        await exportGenesis({ home: home ?? defaultHome(id), height, output, stream: process.stdout });
      } catch (thrown) {
        onFault(thrown);
      }
    });
}
