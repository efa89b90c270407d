// SPDX-License-Identifier: Apache-2.0
import type { Command } from "commander";
import { defaultHome } from "./config.ts";
import { chainId, integer, path } from "./flags.ts";
import { sendLevels } from "./levelFile.ts";

interface DiffFlags {
  readonly home?: string;
  readonly chainId: string;
  readonly with: string;
  readonly height?: number;
}

/** Exit codes of `debug diff`, as of diff(1). */
const DIFFERENT = 1;
const TROUBLE = 2;

interface LevelFlags {
  readonly home?: string;
  readonly chainId: string;
}

const homeOrUrl = (text: string): string => (/^https?:\/\//.test(text) ? text : path(text));

/** Adds `debug` to the program. `onFault` reports a failure and ends the process with the code. */
export function addDebug(program: Command, onFault: (thrown: unknown, code: number) => void): void {
  const debug = program.command("debug").description("find the reason of a fault");
  debug
    .command("diff")
    .description("the first store and key that differ in the states of two stopped nodes")
    .requiredOption("--with <dir or url>", "folder of the other node, or an RPC to compare hashes alone", homeOrUrl)
    .option("--home <dir>", "folder of this node (default: ~/.sotto/<chain id>)", path)
    .option("--chain-id <id>", "chain id, which names the standard folder", chainId, "secretdev-1")
    .option(
      "--height <n>",
      "compare this height (default: the first that differs)",
      integer(1, Number.MAX_SAFE_INTEGER),
    )
    .action(async ({ home, chainId: id, with: other, height }: DiffFlags) => {
      try {
        // Loads the store, which no start needs on this thread.
        const { debugDiff } = await import("./debugDiff.ts");
        const write = (line: string): void => void process.stdout.write(`${line}\n`);
        const isEqual = await debugDiff({ home: home ?? defaultHome(id), other, height, write });
        if (!isEqual) process.exitCode = DIFFERENT;
      } catch (thrown) {
        onFault(thrown, TROUBLE);
      }
    });
  debug
    .command("log-level")
    .description("change what a running node logs, such as info,abci:debug")
    .argument("<levels>", "a level for all modules, and others for single ones")
    .option("--home <dir>", "folder of the node (default: ~/.sotto/<chain id>)", path)
    .option("--chain-id <id>", "chain id, which names the standard folder", chainId, "secretdev-1")
    .action(async (levels: string, { home, chainId: id }: LevelFlags) => {
      try {
        await sendLevels(home ?? defaultHome(id), levels);
      } catch (thrown) {
        onFault(thrown, TROUBLE);
      }
    });
}
