// SPDX-License-Identifier: Apache-2.0
import type { ReadCtx } from "@sotto/kernel";
import type { UpgradeKeeper } from "./keeper.ts";
import { state } from "./state.ts";

export const invariants = {
  /** The stored versions are those of this program's modules: an older module needs a migration. */
  versions(upgrade: UpgradeKeeper, ctx: ReadCtx): string | undefined {
    const own = new Map(upgrade.versions(ctx.block.height));
    for (const [name, version] of state.versions.entries(ctx)) {
      if (BigInt(own.get(name) ?? 0) !== version)
        return `module ${name} has version ${own.get(name)}, its row ${version}`;
      own.delete(name);
    }
    for (const name of own.keys()) return `module ${name} has no row of its version`;
    return undefined;
  },

  /** Done upgrades are as many as the protocol version says, and not in the future. */
  done(_upgrade: UpgradeKeeper, ctx: ReadCtx): string | undefined {
    const all = [...state.done.keys(ctx)];
    const counted = state.protocolVersion.get(ctx) ?? 0n;
    if (BigInt(all.length) !== counted) return `${all.length} upgrades are done, the protocol version is ${counted}`;
    const late = all.find(([height]) => height > BigInt(ctx.block.height));
    return late === undefined ? undefined : `the upgrade ${late[1]} is done at height ${late[0]}`;
  },
};
