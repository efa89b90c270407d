// SPDX-License-Identifier: Apache-2.0
import type { Command } from "commander";
import { defaultHome } from "./config.ts";
import { chainId, integer, path } from "./flags.ts";

interface SnapshotsFlags {
  readonly home?: string;
  readonly chainId: string;
  readonly height?: number;
  readonly to?: string;
}

/** Adds `snapshots list` and `snapshots take`. `onFault` reports a failure and ends the process. */
export function addSnapshots(program: Command, onFault: (thrown: unknown) => void): void {
  const all = program.command("snapshots").description("snapshots of the state, for state sync");
  const add = (name: string, text: string, run: (home: string, flags: SnapshotsFlags) => Promise<string>): Command =>
    all
      .command(name)
      .description(text)
      .option("--home <dir>", "folder of the chain (default: ~/.sotto/<chain id>)", path)
      .option("--chain-id <id>", "chain id, which names the standard folder", chainId, "secretdev-1")
      .action(async (flags: SnapshotsFlags) => {
        try {
          process.stdout.write(await run(flags.home ?? defaultHome(flags.chainId), flags));
        } catch (thrown) {
          onFault(thrown);
        }
      });
  add("list", "print the snapshots of a node as JSON, the newest first", async (home) => {
    const { listed } = await import("./ownSnapshots.ts");
    return listed(home);
  });
  add("take", "write a snapshot of a stopped node's state", async (home, { height, to }) => {
    // Loads the application, which no start needs on this thread.
    const { taken } = await import("./ownSnapshots.ts");
    return taken({ home, height, to });
  })
    .option("--height <n>", "the state after this block (default: the last)", integer(1, Number.MAX_SAFE_INTEGER))
    .option("--to <dir>", "folder of snapshots (default: the node's, from which peers fetch)", path);
}
